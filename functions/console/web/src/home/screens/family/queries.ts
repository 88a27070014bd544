import { useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { answer, api, once, Problem } from '../../../shared/api'
import { every, LISTS, SOON } from '../../../shared/asking'
import { community, me } from '../../resident'

/** Those of whom the reader is family, and how each of them is. */
export function useRelatives() {
  const list = useQuery({
    queryKey: ['relatives', community],
    queryFn: () => answer(api.GET('/care/communities/{community}/relatives', { params: { path: { community: community.value } } })),
    refetchInterval: every(LISTS),
  })
  const people = computed(() => [...new Set([me.value, ...(list.data.value?.items ?? []).map((one) => one.person)])])
  const each = useQueries({
    queries: computed(() =>
      people.value.map((person) => ({
        queryKey: ['relatives', community.value, person],
        queryFn: () =>
          answer(
            api.GET('/care/communities/{community}/relatives/{person}', { params: { path: { community: community.value, person } } }),
          ).catch((failure: unknown) => {
            if (failure instanceof Problem && (failure.status === 404 || failure.status === 403)) return null
            throw failure
          }),
        refetchInterval: every(SOON),
      })),
    ),
  })
  return { list, each }
}

export function useAnswer() {
  const asking = useQueryClient()
  return useMutation({
    mutationFn: (alert: string) =>
      answer(
        api.POST('/care/communities/{community}/alerts/{alert}/answers', {
          params: { path: { community: community.value, alert }, header: once() },
          body: { command: 'acknowledge' },
        }),
      ),
    onSettled: () => asking.invalidateQueries({ queryKey: ['relatives'] }),
  })
}

/** Says until when somebody is away; that they are back without a day. */
export function useAway() {
  const asking = useQueryClient()
  return useMutation({
    mutationFn: ({ person, until }: { person: string; until?: string }) => {
      const params = { path: { community: community.value, person } }
      const away = '/care/communities/{community}/watches/{person}/away'
      return answer(until ? api.PUT(away, { params, body: { until } }) : api.DELETE(away, { params }))
    },
    onSettled: () => asking.invalidateQueries({ queryKey: ['relatives'] }),
  })
}
