import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { answer, api, once, type Schemas } from '../../../shared/api'
import { every, LISTS } from '../../../shared/asking'
import { community, me } from '../../resident'

export type Ticket = Schemas['TicketShown']

export function useAll() {
  return useInfiniteQuery({
    queryKey: ['tickets', community, 'all'],
    queryFn: ({ pageParam }) =>
      answer(
        api.GET('/maintenance/communities/{community}/people/{person}/tickets', {
          params: {
            path: { community: community.value, person: me.value },
            query: { limit: 20, ...(pageParam ? { cursor: pageParam } : {}) },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor,
  })
}

export function useTicket(ticket: Ref<string>) {
  const path = computed(() => ({ community: community.value, ticket: ticket.value }))
  const one = useQuery({
    queryKey: ['tickets', community, ticket],
    queryFn: () => answer(api.GET('/maintenance/communities/{community}/tickets/{ticket}', { params: { path: path.value } })),
    refetchInterval: every(LISTS),
  })
  const timeline = useQuery({
    queryKey: ['tickets', community, ticket, 'timeline', computed(() => one.data.value?.version)],
    queryFn: () =>
      answer(api.GET('/maintenance/communities/{community}/tickets/{ticket}/timeline', { params: { path: path.value } })),
    enabled: computed(() => one.data.value !== undefined),
    placeholderData: (before: Schemas['Timeline'] | undefined) => before,
  })
  const photos = useQuery({
    queryKey: ['tickets', community, ticket, 'photos'],
    queryFn: () => answer(api.GET('/maintenance/communities/{community}/tickets/{ticket}/photos', { params: { path: path.value } })),
    staleTime: 4 * 60_000,
  })
  const asking = useQueryClient()
  const move = useMutation({
    mutationFn: (body: Schemas['Move']) =>
      answer(
        api.POST('/maintenance/communities/{community}/tickets/{ticket}/transitions', {
          params: { path: path.value, header: once() },
          body,
        }),
      ),
    onSettled: () => asking.invalidateQueries({ queryKey: ['tickets'] }),
  })
  return { one, timeline, photos, move }
}
