import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { answer, answerEmpty, api, type Schemas } from '../../../shared/api'

type Given<T> = MaybeRefOrGetter<T>

/** What issuers call a person, as far as this community has said so; and how it says so, or takes it back. */
export function useIdentities(community: Given<string>, person: Given<string>) {
  const known = useQueryClient()
  const key = computed(() => ['identities', toValue(community), toValue(person)])
  const path = () => ({ community: toValue(community), person: toValue(person) })
  const after = <T>(done: Promise<T>) => done.finally(() => known.invalidateQueries({ queryKey: key.value }))
  const at = '/directory/communities/{community}/people/{person}/identities'
  return {
    linked: useQuery({
      queryKey: key,
      queryFn: () => answer(api.GET(at, { params: { path: path() } })),
      enabled: computed(() => toValue(person) !== ''),
    }),
    link: (body: Schemas['IdentityGiven']) => after(answer(api.POST(at, { params: { path: path() }, body }))),
    unlink: (identity: string) =>
      after(answerEmpty(api.DELETE(`${at}/{identity}`, { params: { path: { ...path(), identity } } }))),
  }
}
