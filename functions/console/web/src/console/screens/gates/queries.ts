import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { answer, answerEmpty, api, once, type Schemas } from '../../../shared/api'
import { every, LISTS } from '../../../shared/asking'
import { all, usePages } from '../../parts/asked'

type Given<T> = MaybeRefOrGetter<T>
export type Gate = Schemas['Gate']
export type Pass = Schemas['Pass']
export type Credential = Schemas['EnrolledCredential']

export function useGates(community: Given<string>, enabled: Given<boolean>) {
  return useQuery({
    queryKey: computed(() => ['gates', toValue(community)]),
    queryFn: () =>
      all((cursor) =>
        answer(
          api.GET('/access/communities/{community}/gates', {
            params: { path: { community: toValue(community) }, query: { limit: 100, cursor } },
          }),
        ),
      ),
    refetchInterval: every(4 * LISTS),
    enabled: computed(() => toValue(enabled)),
  })
}

export function usePasses(community: Given<string>) {
  return usePages(
    () => ['passes', toValue(community)],
    (cursor) =>
      answer(
        api.GET('/access/communities/{community}/passes', {
          params: { path: { community: toValue(community) }, query: { limit: 20, cursor } },
        }),
      ),
    { every: 5_000 },
  )
}

export function useStanding(community: Given<string>, person: Given<string | undefined>) {
  const path = () => ({ community: toValue(community), person: toValue(person) ?? '' })
  const enabled = computed(() => Boolean(toValue(person)))
  return {
    standing: useQuery({
      queryKey: computed(() => ['standing', toValue(community), toValue(person)]),
      queryFn: () => answer(api.GET('/access/communities/{community}/people/{person}/standing', { params: { path: path() } })),
      enabled,
    }),
    credentials: useQuery({
      queryKey: computed(() => ['credentials', toValue(community), toValue(person)]),
      queryFn: () =>
        answer(api.GET('/access/communities/{community}/people/{person}/credentials', { params: { path: path() } })),
      enabled,
    }),
  }
}

export function useSteps(community: Given<string>) {
  const known = useQueryClient()
  const path = () => ({ community: toValue(community) })
  const after = async <T>(done: Promise<T>): Promise<T> => {
    try {
      return await done
    } finally {
      await Promise.all(['passes', 'standing', 'credentials'].map((key) => known.invalidateQueries({ queryKey: [key] })))
    }
  }
  return {
    open: (gate: string, reason: string, key = once()) =>
      after(
        answer(
          api.POST('/access/communities/{community}/gates/{gate}/openings', {
            params: { path: { ...path(), gate }, header: key },
            body: { reason },
          }),
        ),
      ),
    enrol: (person: string, body: Schemas['Enrolment']) =>
      after(
        answer(
          api.POST('/access/communities/{community}/people/{person}/credentials', {
            params: { path: { ...path(), person } },
            body,
          }),
        ),
      ),
    revoke: (person: string, credential: string) =>
      after(
        answerEmpty(
          api.DELETE('/access/communities/{community}/people/{person}/credentials/{credential}', {
            params: { path: { ...path(), person, credential } },
          }),
        ),
      ),
  }
}
