import { useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { answer, api, type Schemas } from '../../../shared/api'
import { useTagged } from '../../notices'

export type Share = Schemas['CommunityNow']
type Kind = Schemas['Item']['kind']
export type Answer = 'danger' | 'late' | 'broken'

/** Which of the three questions a kind of thing answers, in the order in which it is said. */
export const ASKED: Record<Answer, Kind[]> = {
  danger: ['sos', 'alert', 'emergency'],
  late: ['breach'],
  broken: ['gate_alarm', 'hazard', 'device_lost', 'device_fault', 'refund_stuck'],
}

/** How many are open of each kind in all of these. */
export function counted(shares: Pick<Share, 'by_kind'>[], answer: Answer): { kind: Kind; n: number }[] {
  return ASKED[answer]
    .map((kind) => ({ kind, n: shares.reduce((sum, each) => sum + (each.by_kind[kind] ?? 0), 0) }))
    .filter(({ n }) => n > 0)
}

export function toneOf(share: Share): 'danger' | 'late' | 'plain' {
  const { severity } = share.most_urgent
  return severity === 'critical' ? 'danger' : severity === 'major' ? 'late' : 'plain'
}

/** What is open in the communities of a company, the worst first; null on stages without insight. */
export function useCompanyNow(company: MaybeRefOrGetter<string>, often: () => number) {
  return useTagged<Schemas['CompanyNow']>(
    () => `company/${toValue(company)}`,
    (headers) =>
      api.GET('/insight/companies/{company}/now', {
        params: { path: { company: toValue(company) } },
        headers,
        cache: 'no-store',
      }),
    () => toValue(company) !== '',
    often,
  )
}

/** A company's record, which has its name. */
export const companyOf = (company: string) => ({
  queryKey: ['company', company],
  queryFn: () => answer(api.GET('/directory/companies/{company}', { params: { path: { company } } })),
  staleTime: 10 * 60_000,
})

export function useCompany(company: MaybeRefOrGetter<string>) {
  return useQuery(computed(() => ({ ...companyOf(toValue(company)), enabled: toValue(company) !== '' })))
}
