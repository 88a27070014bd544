import { toValue, type MaybeRefOrGetter } from 'vue'
import { answer, answerEmpty, api, once, type Schemas } from '../../../shared/api'
import { LISTS, SOON } from '../../../shared/asking'
import { useAfter, useAll, useAnswer, usePages } from '../../parts/asked'

type At = MaybeRefOrGetter<string>
type On = () => boolean
export type Gate = Schemas['Gate']
export type Pass = Schemas['Pass']
export type Credential = Schemas['EnrolledCredential']
export type HealthWord = Schemas['HealthWord']

const at = (community: At, on: On) => () => (on() ? { path: { community: toValue(community) } } : undefined)

export function useGates(community: At, on: On) {
  return useAll('/access/communities/{community}/gates', at(community, on), { every: 4 * LISTS })
}

export function usePasses(community: At, on: On) {
  return usePages('/access/communities/{community}/passes', at(community, on), { every: SOON })
}

export function useDoor(community: At, gate: () => string | undefined) {
  return usePages('/access/communities/{community}/gates/{gate}/door_events', () => {
    const which = gate()
    return which ? { path: { community: toValue(community), gate: which } } : undefined
  })
}

export function useStanding(community: At, person: At) {
  const of = () => ({ path: { community: toValue(community), person: toValue(person) } })
  return {
    standing: useAnswer('/access/communities/{community}/people/{person}/standing', of),
    credentials: useAnswer('/access/communities/{community}/people/{person}/credentials', of),
  }
}

export function useSteps(community: At) {
  const after = useAfter('access')
  const path = (person: string) => ({ community: toValue(community), person })
  return {
    open: (gate: string, reason: string, header = once()) =>
      after(
        answer(
          api.POST('/access/communities/{community}/gates/{gate}/openings', {
            params: { path: { community: toValue(community), gate }, header },
            body: { reason },
          }),
        ),
      ),
    enrol: (person: string, body: Schemas['Enrolment']) =>
      after(answer(api.POST('/access/communities/{community}/people/{person}/credentials', { params: { path: path(person) }, body }))),
    revoke: (person: string, credential: string, lost: boolean) =>
      after(
        answerEmpty(
          api.DELETE('/access/communities/{community}/people/{person}/credentials/{credential}', {
            params: { path: { ...path(person), credential }, query: { lost } },
          }),
        ),
      ),
    stand: (person: string, body: HealthWord) =>
      after(answer(api.PUT('/access/communities/{community}/people/{person}/standing', { params: { path: path(person) }, body }))),
    place: (person: string, body: Schemas['PlaceWord'], header = once()) =>
      after(answer(api.POST('/access/communities/{community}/people/{person}/place', { params: { path: path(person), header }, body }))),
  }
}
