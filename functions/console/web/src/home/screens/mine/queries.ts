/** A copy of one's data, and being forgotten: asked for here, made by all services. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { answer, api } from '../../../shared/api'
import { every, LISTS } from '../../../shared/asking'
import { community } from '../../resident'

export function useCopies() {
  const asking = useQueryClient()
  const list = useQuery({
    queryKey: ['copies'],
    queryFn: () => answer(api.GET('/directory/me/exports')),
    refetchInterval: every(LISTS),
  })
  const here = computed(() =>
    (list.data.value?.items ?? [])
      .filter((one) => one.community === community.value)
      .sort((one, other) => (one.asked_at < other.asked_at ? 1 : -1)),
  )
  const ask = useMutation({
    mutationFn: () => answer(api.POST('/directory/me/exports', { body: { community: community.value } })),
    onSuccess: () => asking.invalidateQueries({ queryKey: ['copies'] }),
  })
  /** The address is good for minutes: it is asked for when somebody wants it. */
  const fetched = useMutation({
    mutationFn: (request: string) => answer(api.GET('/directory/me/exports/{request}', { params: { path: { request } } })),
    onSuccess: ({ url }) => {
      if (url) location.assign(url)
    },
  })
  return { list, here, ask, fetched }
}

export function useForgetting() {
  return useMutation({
    mutationFn: () => answer(api.POST('/directory/me/forgetting', { body: { community: community.value } })),
  })
}
