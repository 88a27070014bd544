import { useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, read, type Schemas } from '../../../shared/api'
import { useTagged } from '../../notices'

export type Share = Schemas['CommunityNow']
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
  queryFn: () => read('/directory/companies/{company}', { path: { company } }),
  staleTime: 10 * 60_000,
})

export function useCompany(company: MaybeRefOrGetter<string>) {
  return useQuery(computed(() => ({ ...companyOf(toValue(company)), enabled: toValue(company) !== '' })))
}
