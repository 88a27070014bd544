import { toValue, type MaybeRefOrGetter } from 'vue'
import { answer, answerEmpty, api, type Schemas } from '../../../shared/api'
import { SOON } from '../../../shared/asking'
import { useAfter, useAll, useAnswer, usePages } from '../../parts/asked'

type At = MaybeRefOrGetter<string>
type Who = MaybeRefOrGetter<string | undefined>
export type Answer = Schemas['Answer']
export type Waiting = Schemas['Waiting']
export type Round = Schemas['Round']
export type RosterLine = Schemas['RosterLine']
export type Watch = Schemas['WatchSeen']
export type Settings = Schemas['Settings']

/** Which signal of a life a kind of device gives. */
export const SIGNALS: Record<string, string> = {
  door_magnet: 'door',
  infrared: 'motion',
  bed: 'bed',
  lamp: 'lamp',
  camera: 'camera_seen',
  sos_button: 'call_button',
}
/** The kind of device that a signal comes from. */
export const kindOf = (signal: string) => Object.keys(SIGNALS).find((kind) => SIGNALS[kind] === signal) ?? signal

const at = (community: At, on: () => boolean) => () => (on() ? { path: { community: toValue(community) } } : undefined)
const of = (community: At, person: Who) => () => {
  const who = toValue(person)
  return who ? { path: { community: toValue(community), person: who } } : undefined
}

export function useClosed(community: At, on: () => boolean) {
  return usePages('/care/communities/{community}/alerts', () =>
    on() ? { path: { community: toValue(community) }, query: { shelf: 'closed' as const } } : undefined,
  )
}

export function useRounds(community: At, on: () => boolean) {
  return usePages('/care/communities/{community}/rounds', at(community, on))
}

export function useWatched(community: At, on: () => boolean) {
  return usePages('/care/communities/{community}/watches', at(community, on))
}

export function useRoster(community: At, on: () => boolean) {
  return useAnswer('/care/communities/{community}/duty_roster', at(community, on))
}

export function useAlert(community: At, alert: Who) {
  return useAnswer(
    '/care/communities/{community}/alerts/{alert}',
    () => {
      const which = toValue(alert)
      return which ? { path: { community: toValue(community), alert: which } } : undefined
    },
    { every: SOON },
  )
}

export function useWatch(community: At, person: Who) {
  return useAnswer('/care/communities/{community}/watches/{person}', of(community, person))
}

export function usePast(community: At, person: Who) {
  return useAnswer(
    '/care/communities/{community}/watches/{person}/timeline',
    () => {
      const whose = of(community, person)()
      return whose ? { ...whose, query: { limit: 30 } } : undefined
    },
    { every: SOON },
  )
}

/** Who could be watched over, called or sent: the members. */
export function useMembers(community: At, on: () => boolean) {
  return useAll('/directory/communities/{community}/memberships', at(community, on))
}

/** What the screen does. */
export function useSteps(community: At) {
  const after = useAfter('care')
  const path = (person: string) => ({ community: toValue(community), person })
  return {
    answer: (alert: string, body: Answer) =>
      after(
        answer(
          api.POST('/care/communities/{community}/alerts/{alert}/answers', {
            params: { path: { community: toValue(community), alert } },
            body,
          }),
        ),
      ),
    settle: ({ kind, about, since }: Waiting, note: string) =>
      after(
        answerEmpty(
          api.POST('/care/communities/{community}/duties/{duty}/{about}/settlement', {
            params: { path: { community: toValue(community), duty: kind, about } },
            body: { note, since },
          }),
        ),
      ),
    visit: (person: string, body: Schemas['VisitMade']) =>
      after(answer(api.POST('/care/communities/{community}/watches/{person}/visits', { params: { path: path(person) }, body }))),
    roster: ({ person, ...body }: RosterLine) =>
      after(answer(api.PUT('/care/communities/{community}/duty_roster/{person}', { params: { path: path(person) }, body }))),
    unroster: (person: string) =>
      after(answerEmpty(api.DELETE('/care/communities/{community}/duty_roster/{person}', { params: { path: path(person) } }))),
    watch: (person: string, body: Settings) =>
      after(answer(api.PUT('/care/communities/{community}/watches/{person}', { params: { path: path(person) }, body }))),
    unwatch: (person: string) =>
      after(answerEmpty(api.DELETE('/care/communities/{community}/watches/{person}', { params: { path: path(person) } }))),
    leave: (person: string, until: string) =>
      after(answer(api.PUT('/care/communities/{community}/watches/{person}/away', { params: { path: path(person) }, body: { until } }))),
    comeBack: (person: string) =>
      after(answer(api.DELETE('/care/communities/{community}/watches/{person}/away', { params: { path: path(person) } }))),
  }
}
