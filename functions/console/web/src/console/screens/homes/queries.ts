import { toValue, type MaybeRefOrGetter } from 'vue'
import { answer, answerEmpty, api, type Schemas } from '../../../shared/api'
import { may } from '../../../shared/may'
import { useAfter, useAnswer, usePages } from '../../parts/asked'

type At = MaybeRefOrGetter<string>
export type Membership = Schemas['MembershipShown']
export type Role = Schemas['MembershipGiven']['roles'][number]
export type PersonRecord = Schemas['PersonRecord']

export function useMemberships(community: At, on: () => boolean) {
  return usePages('/directory/communities/{community}/memberships', () =>
    on() ? { path: { community: toValue(community) } } : undefined,
  )
}

/** Whose a telephone number is. */
export function useByPhone(community: At, phone: At) {
  return usePages('/directory/communities/{community}/people', () =>
    toValue(phone) ? { path: { community: toValue(community) }, query: { phone: toValue(phone) } } : undefined,
  )
}

export function useHome(community: At, home: At) {
  const may_ = (permission: string) => may(permission, toValue(community))
  return {
    household: useAnswer(
      '/utilities/communities/{community}/households/{building}/{unit}',
      () => {
        const [building = '', unit = ''] = toValue(home).split('/')
        return may_('households:change') ? { path: { community: toValue(community), building, unit } } : undefined
      },
      { every: 0, retry: false },
    ),
    dues: useAnswer(
      '/payments/communities/{community}/dues',
      () =>
        may_('dues:read-all')
          ? { path: { community: toValue(community) }, query: { home: toValue(home), limit: 12 } }
          : undefined,
      { every: 0 },
    ),
  }
}

export function useSteps(community: At) {
  const after = useAfter('directory', 'utilities')
  const path = (person: string) => ({ community: toValue(community), person })
  const record = (person: string, body: PersonRecord) =>
    answer(api.PUT('/directory/communities/{community}/people/{person}', { params: { path: path(person) }, body }))
  return {
    roles: (person: string, roles: Role[]) =>
      after(
        answer(
          api.PATCH('/directory/communities/{community}/memberships/{person}', { params: { path: path(person) }, body: { roles } }),
        ),
      ),
    end: (person: string) =>
      after(answerEmpty(api.DELETE('/directory/communities/{community}/memberships/{person}', { params: { path: path(person) } }))),
    record: (person: string, body: PersonRecord) => after(record(person, body)),
    add: (person: string, membership: Schemas['MembershipGiven'], body: PersonRecord) =>
      after(
        answer(
          api.PUT('/directory/communities/{community}/memberships/{person}', { params: { path: path(person) }, body: membership }),
        ).then(() => record(person, body)),
      ),
  }
}
