import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { answer, answerEmpty, api, type Schemas } from '../../../shared/api'
import { may } from '../../../shared/may'
import { usePages } from '../../parts/asked'

type Given<T> = MaybeRefOrGetter<T>
export type Membership = Schemas['MembershipShown']
export type Role = Schemas['MembershipGiven']['roles'][number]

export function useMemberships(community: Given<string>, enabled: Given<boolean>) {
  return usePages(
    () => ['memberships', toValue(community)],
    (cursor) =>
      answer(
        api.GET('/directory/communities/{community}/memberships', {
          params: { path: { community: toValue(community) }, query: { limit: 20, cursor } },
        }),
      ),
    { enabled },
  )
}

/** Whose a telephone number is. */
export function useByPhone(community: Given<string>, phone: Given<string>) {
  return usePages(
    () => ['people', toValue(community), toValue(phone)],
    (cursor) =>
      answer(
        api.GET('/directory/communities/{community}/people', {
          params: { path: { community: toValue(community) }, query: { phone: toValue(phone), cursor } },
        }),
      ),
    { enabled: () => toValue(phone) !== '' },
  )
}

export function useHome(community: Given<string>, home: Given<string | undefined>) {
  const parts = () => {
    const [building = '', unit = ''] = (toValue(home) ?? '').split('/')
    return { community: toValue(community), building, unit }
  }
  const enabled = (permission: string) => computed(() => Boolean(toValue(home)) && may(permission, toValue(community)))
  return {
    household: useQuery({
      queryKey: computed(() => ['household', toValue(community), toValue(home)]),
      queryFn: () =>
        answer(
          api.GET('/utilities/communities/{community}/households/{building}/{unit}', { params: { path: parts() } }),
        ),
      enabled: enabled('households:change'),
    }),
    dues: useQuery({
      queryKey: computed(() => ['dues-of', toValue(community), toValue(home)]),
      queryFn: () =>
        answer(
          api.GET('/payments/communities/{community}/dues', {
            params: { path: { community: toValue(community) }, query: { home: toValue(home), limit: 12 } },
          }),
        ),
      enabled: enabled('dues:read-all'),
    }),
  }
}

export function useSteps(community: Given<string>) {
  const known = useQueryClient()
  const path = (person: string) => ({ community: toValue(community), person })
  const after = async <T>(done: Promise<T>): Promise<T> => {
    try {
      return await done
    } finally {
      const keys = ['memberships', 'people', 'person', 'household']
      await Promise.all(keys.map((key) => known.invalidateQueries({ queryKey: [key] })))
    }
  }
  return {
    roles: (person: string, roles: Role[]) =>
      after(
        answer(
          api.PATCH('/directory/communities/{community}/memberships/{person}', {
            params: { path: path(person) },
            body: { roles },
          }),
        ),
      ),
    end: (person: string) =>
      after(
        answerEmpty(
          api.DELETE('/directory/communities/{community}/memberships/{person}', { params: { path: path(person) } }),
        ),
      ),
    add: async (person: string, membership: Schemas['MembershipGiven'], record: Schemas['PersonRecord']) => {
      await answer(
        api.PUT('/directory/communities/{community}/memberships/{person}', {
          params: { path: path(person) },
          body: membership,
        }),
      )
      return after(
        answer(
          api.PUT('/directory/communities/{community}/people/{person}', {
            params: { path: path(person) },
            body: record,
          }),
        ),
      )
    },
  }
}
