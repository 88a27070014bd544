import { toValue, type MaybeRefOrGetter } from 'vue'
import { answer, answerEmpty, api, once, type Schemas } from '../../../shared/api'
import { useAfter, useAnswer, usePages } from '../../parts/asked'

type At = MaybeRefOrGetter<string>
type On = () => boolean
export type Device = Schemas['Device']
export type Registered = Schemas['Registered']
export type Meter = Schemas['Meter']
export type HeldReading = Schemas['HeldReading']
export type Verdict = Schemas['Verdict']

const at = (community: At, on: On) => () => (on() ? { path: { community: toValue(community) } } : undefined)

export function useDevices(community: At, on: On) {
  return usePages('/devices/communities/{community}/devices', at(community, on))
}

export function useMeters(community: At, on: On) {
  return usePages('/utilities/communities/{community}/meters', at(community, on))
}

export function useHeld(community: At, on: On) {
  return usePages('/utilities/communities/{community}/held_readings', at(community, on))
}

export function useDevice(community: At, device: At) {
  return useAnswer('/devices/communities/{community}/devices/{device}', () => ({
    path: { community: toValue(community), device: toValue(device) },
  }))
}

export function useMeter(community: At, meter: At) {
  return useAnswer('/utilities/communities/{community}/meters/{meter}', () => ({
    path: { community: toValue(community), meter: toValue(meter) },
  }))
}

export function useUse(community: At, meter: At, since: At, until: At) {
  return useAnswer(
    '/utilities/communities/{community}/meters/{meter}/consumption',
    () => ({
      path: { community: toValue(community), meter: toValue(meter) },
      query: { since: toValue(since), until: toValue(until) },
    }),
    { every: 0 },
  )
}

export function useSignals(community: At, meter: At) {
  return useAnswer(
    '/utilities/communities/{community}/meters/{meter}/signals',
    () => ({ path: { community: toValue(community), meter: toValue(meter) } }),
    { every: 0 },
  )
}

export function useSteps(community: At) {
  const after = useAfter('devices', 'utilities')
  const path = (device: string) => ({ community: toValue(community), device })
  return {
    register: (body: Schemas['Registration'], header: ReturnType<typeof once>) =>
      after(
        answer(
          api.POST('/devices/communities/{community}/devices', { params: { path: { community: toValue(community) }, header }, body }),
        ),
      ),
    revoke: (device: string, reason: string) =>
      after(
        answerEmpty(
          api.DELETE('/devices/communities/{community}/devices/{device}', { params: { path: path(device), query: { reason } } }),
        ),
      ),
    renew: (device: string) =>
      after(answer(api.POST('/devices/communities/{community}/devices/{device}/renewal', { params: { path: path(device) } }))),
    decide: (held: string, body: Verdict) =>
      after(
        answer(
          api.POST('/utilities/communities/{community}/held_readings/{held}/decision', {
            params: { path: { community: toValue(community), held } },
            body,
          }),
        ),
      ),
  }
}
