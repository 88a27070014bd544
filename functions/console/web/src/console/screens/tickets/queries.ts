import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { useQuery } from '@tanstack/vue-query'
import { answer, api, type Schemas } from '../../../shared/api'
import { LISTS } from '../../../shared/asking'
import { readAll, useAfter, useAll, useAnswer, usePages } from '../../parts/asked'

type At = MaybeRefOrGetter<string>
type Which = MaybeRefOrGetter<string | undefined>
export type Shelf = 'waiting' | 'working' | 'over'
export type Move = Schemas['Move']
export type Repairer = Schemas['Repairer']
export type SetUp = Schemas['SetUp']

const of = (community: At, ticket: Which) => () => {
  const which = toValue(ticket)
  return which ? { path: { community: toValue(community), ticket: which } } : undefined
}

/** Tickets of a shelf, or those of a repairer, by pages. */
export function useTickets(community: At, shelf: () => Shelf | undefined, repairer: At) {
  const theirs = usePages('/maintenance/communities/{community}/repairers/{person}/tickets', () => {
    const person = toValue(repairer)
    return person ? { path: { community: toValue(community), person } } : undefined
  })
  const all = usePages('/maintenance/communities/{community}/tickets', () => {
    const on = shelf()
    return on && !toValue(repairer) ? { path: { community: toValue(community) }, query: { shelf: on } } : undefined
  })
  return computed(() => (toValue(repairer) ? theirs : all))
}

export function useIncidents(community: At, on: () => boolean) {
  return usePages('/maintenance/communities/{community}/incidents', () =>
    on() ? { path: { community: toValue(community) } } : undefined,
  )
}

export function useTicket(community: At, ticket: Which, stale = 2_000) {
  return useAnswer('/maintenance/communities/{community}/tickets/{ticket}', of(community, ticket), {
    stale,
    every: stale > LISTS ? 0 : LISTS,
  })
}

export function useTimeline(community: At, ticket: Which) {
  return useAnswer('/maintenance/communities/{community}/tickets/{ticket}/timeline', of(community, ticket))
}

export function usePhotos(community: At, ticket: Which) {
  return useAnswer('/maintenance/communities/{community}/tickets/{ticket}/photos', of(community, ticket), {
    every: 0,
    stale: 60_000,
  })
}

export function useRepairers(community: At, on: () => boolean) {
  return useAll(
    '/maintenance/communities/{community}/repairers',
    () => (on() ? { path: { community: toValue(community) } } : undefined),
    { stale: 30_000 },
  )
}

const ENOUGH = 3

/** When each of the last tickets was reported: of each shelf, as many as are read. */
export function useByDay(community: At, enabled: MaybeRefOrGetter<boolean>) {
  const path = '/maintenance/communities/{community}/tickets'
  return useQuery({
    queryKey: computed(() => [path, toValue(community), 'by day']),
    queryFn: async () => {
      const shelves: Shelf[] = ['waiting', 'working', 'over']
      const lists = await Promise.all(
        shelves.map((shelf) => readAll(path, { path: { community: toValue(community) }, query: { shelf } }, ENOUGH)),
      )
      return lists.flat().map((each) => each.created_at)
    },
    staleTime: 5 * 60_000,
    enabled: computed(() => toValue(enabled)),
  })
}

export function useSteps(community: At) {
  const after = useAfter('maintenance')
  return {
    move: (ticket: string, body: Move) =>
      after(
        answer(
          api.POST('/maintenance/communities/{community}/tickets/{ticket}/transitions', {
            params: { path: { community: toValue(community), ticket } },
            body,
          }),
        ),
      ),
    setUp: (person: string, body: SetUp) =>
      after(
        answer(
          api.PUT('/maintenance/communities/{community}/repairers/{person}', {
            params: { path: { community: toValue(community), person } },
            body,
          }),
        ),
      ),
  }
}
