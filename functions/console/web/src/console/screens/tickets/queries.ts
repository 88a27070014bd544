import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { answer, api, type Schemas } from '../../../shared/api'
import { every, LISTS } from '../../../shared/asking'
import { all, usePages } from '../../parts/asked'

type Given<T> = MaybeRefOrGetter<T>
export type Shelf = 'waiting' | 'working' | 'over'
export type Move = Schemas['Move']

/** Tickets of a shelf, or those of a repairer, by pages. */
export function useTickets(community: Given<string>, shelf: Given<Shelf>, repairer: Given<string>, enabled: Given<boolean>) {
  return usePages(
    () => ['tickets', toValue(community), toValue(shelf), toValue(repairer)],
    (cursor) =>
      toValue(repairer)
        ? answer(
            api.GET('/maintenance/communities/{community}/repairers/{person}/tickets', {
              params: {
                path: { community: toValue(community), person: toValue(repairer) },
                query: { limit: 20, cursor },
              },
            }),
          )
        : answer(
            api.GET('/maintenance/communities/{community}/tickets', {
              params: { path: { community: toValue(community) }, query: { shelf: toValue(shelf), limit: 20, cursor } },
            }),
          ),
    { enabled },
  )
}

export function useTicket(community: Given<string>, ticket: Given<string | undefined>, stale = 2_000) {
  return useQuery({
    queryKey: computed(() => ['ticket', toValue(community), toValue(ticket)]),
    queryFn: () =>
      answer(
        api.GET('/maintenance/communities/{community}/tickets/{ticket}', {
          params: { path: { community: toValue(community), ticket: toValue(ticket) ?? '' } },
        }),
      ),
    staleTime: stale,
    refetchInterval: stale > LISTS ? false : every(LISTS),
    enabled: computed(() => Boolean(toValue(ticket))),
  })
}

export function useTimeline(community: Given<string>, ticket: Given<string | undefined>) {
  return useQuery({
    queryKey: computed(() => ['timeline', toValue(community), toValue(ticket)]),
    queryFn: () =>
      answer(
        api.GET('/maintenance/communities/{community}/tickets/{ticket}/timeline', {
          params: { path: { community: toValue(community), ticket: toValue(ticket) ?? '' } },
        }),
      ),
    refetchInterval: every(LISTS),
    enabled: computed(() => Boolean(toValue(ticket))),
  })
}

export function usePhotos(community: Given<string>, ticket: Given<string | undefined>) {
  return useQuery({
    queryKey: computed(() => ['photos', toValue(community), toValue(ticket)]),
    queryFn: () =>
      answer(
        api.GET('/maintenance/communities/{community}/tickets/{ticket}/photos', {
          params: { path: { community: toValue(community), ticket: toValue(ticket) ?? '' } },
        }),
      ),
    staleTime: 60_000,
    enabled: computed(() => Boolean(toValue(ticket))),
  })
}

export function useRepairers(community: Given<string>, enabled: Given<boolean>) {
  return useQuery({
    queryKey: computed(() => ['repairers', toValue(community)]),
    queryFn: () =>
      all((cursor) =>
        answer(
          api.GET('/maintenance/communities/{community}/repairers', {
            params: { path: { community: toValue(community) }, query: { limit: 100, cursor } },
          }),
        ),
      ),
    staleTime: 30_000,
    enabled: computed(() => toValue(enabled)),
  })
}

const ENOUGH = 3

/** How many were reported on each of the last `days` days; undefined when there are more than we read. */
export function useByDay(community: Given<string>, enabled: Given<boolean>) {
  return useQuery({
    queryKey: computed(() => ['tickets-by-day', toValue(community)]),
    queryFn: async () => {
      const shelves: Shelf[] = ['waiting', 'working', 'over']
      const lists = await Promise.all(
        shelves.map((shelf) =>
          all(
            (cursor) =>
              answer(
                api.GET('/maintenance/communities/{community}/tickets', {
                  params: { path: { community: toValue(community) }, query: { shelf, limit: 100, cursor } },
                }),
              ),
            ENOUGH,
          ),
        ),
      )
      return lists.flat().map((each) => each.created_at)
    },
    staleTime: 5 * 60_000,
    enabled: computed(() => toValue(enabled)),
  })
}

export function useMove(community: Given<string>, ticket: Given<string | undefined>) {
  const known = useQueryClient()
  return useMutation({
    mutationFn: (move: Move) =>
      answer(
        api.POST('/maintenance/communities/{community}/tickets/{ticket}/transitions', {
          params: { path: { community: toValue(community), ticket: toValue(ticket) ?? '' } },
          body: move,
        }),
      ),
    onSettled: () =>
      Promise.all(
        [['tickets'], ['ticket'], ['timeline'], ['board', 'escalations'], ['repairers']].map((queryKey) =>
          known.invalidateQueries({ queryKey }),
        ),
      ),
  })
}
