import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { answer, answerEmpty, api, type Schemas } from '../../../shared/api'
import { every, LISTS, SOON } from '../../../shared/asking'
import { usePages } from '../../parts/asked'

type Given<T> = MaybeRefOrGetter<T>
export type Answer = Schemas['Answer']
export type Waiting = Schemas['Waiting']
export type Round = Schemas['Round']
export type RosterLine = Schemas['RosterLine']

export function useClosed(community: Given<string>, enabled: Given<boolean>) {
  return usePages(
    () => ['closed', toValue(community)],
    (cursor) =>
      answer(
        api.GET('/care/communities/{community}/alerts', {
          params: { path: { community: toValue(community) }, query: { shelf: 'closed', limit: 20, cursor } },
        }),
      ),
    { enabled },
  )
}

export function useRounds(community: Given<string>, enabled: Given<boolean>) {
  return usePages(
    () => ['rounds', toValue(community)],
    (cursor) =>
      answer(
        api.GET('/care/communities/{community}/rounds', {
          params: { path: { community: toValue(community) }, query: { limit: 20, cursor } },
        }),
      ),
    { enabled },
  )
}

export function useWatched(community: Given<string>, enabled: Given<boolean>) {
  return usePages(
    () => ['watched', toValue(community)],
    (cursor) =>
      answer(
        api.GET('/care/communities/{community}/watches', {
          params: { path: { community: toValue(community) }, query: { limit: 20, cursor } },
        }),
      ),
    { enabled },
  )
}

export function useRoster(community: Given<string>, enabled: Given<boolean>) {
  return useQuery({
    queryKey: computed(() => ['roster', toValue(community)]),
    queryFn: () =>
      answer(
        api.GET('/care/communities/{community}/duty_roster', { params: { path: { community: toValue(community) } } }),
      ),
    refetchInterval: every(LISTS),
    enabled: computed(() => toValue(enabled)),
  })
}

export function useAlert(community: Given<string>, alert: Given<string | undefined>) {
  return useQuery({
    queryKey: computed(() => ['alert', toValue(community), toValue(alert)]),
    queryFn: () =>
      answer(
        api.GET('/care/communities/{community}/alerts/{alert}', {
          params: { path: { community: toValue(community), alert: toValue(alert) ?? '' } },
        }),
      ),
    refetchInterval: every(SOON),
    enabled: computed(() => Boolean(toValue(alert))),
  })
}

export function useWatch(community: Given<string>, person: Given<string | undefined>) {
  return useQuery({
    queryKey: computed(() => ['watch', toValue(community), toValue(person)]),
    queryFn: () =>
      answer(
        api.GET('/care/communities/{community}/watches/{person}', {
          params: { path: { community: toValue(community), person: toValue(person) ?? '' } },
        }),
      ),
    refetchInterval: every(LISTS),
    enabled: computed(() => Boolean(toValue(person))),
  })
}

export function usePast(community: Given<string>, person: Given<string | undefined>) {
  return useQuery({
    queryKey: computed(() => ['past', toValue(community), toValue(person)]),
    queryFn: () =>
      answer(
        api.GET('/care/communities/{community}/watches/{person}/timeline', {
          params: { path: { community: toValue(community), person: toValue(person) ?? '' }, query: { limit: 30 } },
        }),
      ),
    refetchInterval: every(SOON),
    enabled: computed(() => Boolean(toValue(person))),
  })
}

/** What the screen does; each asks again for what it has changed. */
export function useSteps(community: Given<string>) {
  const known = useQueryClient()
  const path = () => ({ community: toValue(community) })
  const after = async <T>(done: Promise<T>): Promise<T> => {
    try {
      return await done
    } finally {
      const keys = ['board', 'alert', 'past', 'watch', 'rounds', 'roster', 'closed']
      await Promise.all(keys.map((key) => known.invalidateQueries({ queryKey: [key] })))
    }
  }
  return {
    answer: (alert: string, body: Answer) =>
      after(
        answer(
          api.POST('/care/communities/{community}/alerts/{alert}/answers', {
            params: { path: { ...path(), alert } },
            body,
          }),
        ),
      ),
    settle: (duty: Waiting, note: string) =>
      after(
        answerEmpty(
          api.POST('/care/communities/{community}/duties/{duty}/{about}/settlement', {
            params: { path: { ...path(), duty: duty.kind, about: duty.about } },
            body: { note, since: duty.since },
          }),
        ),
      ),
    visit: (person: string, body: Schemas['VisitMade']) =>
      after(
        answer(
          api.POST('/care/communities/{community}/watches/{person}/visits', {
            params: { path: { ...path(), person } },
            body,
          }),
        ),
      ),
    roster: ({ person, ...line }: RosterLine) =>
      after(
        answer(
          api.PUT('/care/communities/{community}/duty_roster/{person}', {
            params: { path: { ...path(), person } },
            body: line,
          }),
        ),
      ),
  }
}
