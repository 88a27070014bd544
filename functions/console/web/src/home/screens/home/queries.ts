/** What is under way for the reader, and what became of a check-in. */
import { useMutation, useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { answer, api, Problem } from '../../../shared/api'
import { every, LISTS } from '../../../shared/asking'
import { community, lives, me, reports } from '../../resident'

export const OVER = new Set(['closed', 'rated', 'cancelled', 'duplicate_of', 'transferred'])

export function useTickets() {
  return useQuery({
    queryKey: ['tickets', community],
    queryFn: () =>
      answer(
        api.GET('/maintenance/communities/{community}/people/{person}/tickets', {
          params: { path: { community: community.value, person: me.value }, query: { limit: 20 } },
        }),
      ),
    enabled: computed(() => reports.value),
    refetchInterval: every(LISTS),
  })
}

export function useDues(state: 'open' | 'paid') {
  return useQuery({
    queryKey: ['dues', community, state],
    queryFn: () =>
      answer(
        api.GET('/payments/communities/{community}/dues', {
          params: { path: { community: community.value }, query: { state, limit: 50 } },
        }),
      ),
    enabled: computed(() => lives.value),
    refetchInterval: every(LISTS),
  })
}

/** How care sees the reader; null for somebody whom nobody watches over. */
export function useOneself() {
  return useQuery({
    queryKey: ['relatives', community, me],
    queryFn: () =>
      answer(
        api.GET('/care/communities/{community}/relatives/{person}', {
          params: { path: { community: community.value, person: me.value } },
        }),
      ).catch((failure: unknown) => {
        if (failure instanceof Problem && failure.status === 404) return null
        throw failure
      }),
    enabled: computed(() => lives.value),
    refetchInterval: every(LISTS),
  })
}

/** "I am well"; null for somebody whom nobody watches over. The event's id makes a press count once. */
export function useCheckIn() {
  return useMutation({
    mutationFn: (event: string) =>
      answer(
        api.POST('/care/communities/{community}/check_ins', {
          params: { path: { community: community.value } },
          body: { event_id: event },
        }),
      ).catch((failure: unknown) => {
        if (failure instanceof Problem && failure.status === 404) return null
        throw failure
      }),
  })
}
