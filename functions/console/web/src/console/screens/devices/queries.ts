import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { answer, answerEmpty, api, type Schemas } from '../../../shared/api'
import { usePages } from '../../parts/asked'

type Given<T> = MaybeRefOrGetter<T>
export type Device = Schemas['Device']
export type Meter = Schemas['Meter']
export type HeldReading = Schemas['HeldReading']
export type Verdict = Schemas['Verdict']

export function useDevices(community: Given<string>, enabled: Given<boolean>) {
  return usePages(
    () => ['devices', toValue(community)],
    (cursor) =>
      answer(
        api.GET('/devices/communities/{community}/devices', {
          params: { path: { community: toValue(community) }, query: { limit: 20, cursor } },
        }),
      ),
    { enabled },
  )
}

export function useMeters(community: Given<string>, enabled: Given<boolean>) {
  return usePages(
    () => ['meters', toValue(community)],
    (cursor) =>
      answer(
        api.GET('/utilities/communities/{community}/meters', {
          params: { path: { community: toValue(community) }, query: { limit: 20, cursor } },
        }),
      ),
    { enabled },
  )
}

export function useHeld(community: Given<string>, enabled: Given<boolean>) {
  return usePages(
    () => ['held', toValue(community)],
    (cursor) =>
      answer(
        api.GET('/utilities/communities/{community}/held_readings', {
          params: { path: { community: toValue(community) }, query: { limit: 20, cursor } },
        }),
      ),
    { enabled },
  )
}

export function useDevice(community: Given<string>, device: Given<string>) {
  return useQuery({
    queryKey: computed(() => ['device', toValue(community), toValue(device)]),
    queryFn: () =>
      answer(
        api.GET('/devices/communities/{community}/devices/{device}', {
          params: { path: { community: toValue(community), device: toValue(device) } },
        }),
      ),
  })
}

export function useUse(community: Given<string>, meter: Given<string>, since: Given<string>, until: Given<string>) {
  return useQuery({
    queryKey: computed(() => ['use', toValue(community), toValue(meter), toValue(since), toValue(until)]),
    queryFn: () =>
      answer(
        api.GET('/utilities/communities/{community}/meters/{meter}/consumption', {
          params: {
            path: { community: toValue(community), meter: toValue(meter) },
            query: { since: toValue(since), until: toValue(until) },
          },
        }),
      ),
  })
}

export function useSignals(community: Given<string>, meter: Given<string>) {
  return useQuery({
    queryKey: computed(() => ['signals', toValue(community), toValue(meter)]),
    queryFn: () =>
      answer(
        api.GET('/utilities/communities/{community}/meters/{meter}/signals', {
          params: { path: { community: toValue(community), meter: toValue(meter) } },
        }),
      ),
  })
}

export function useSteps(community: Given<string>) {
  const known = useQueryClient()
  const path = () => ({ community: toValue(community) })
  const after = async <T>(done: Promise<T>): Promise<T> => {
    try {
      return await done
    } finally {
      const keys = ['board', 'devices', 'device', 'held', 'use']
      await Promise.all(keys.map((key) => known.invalidateQueries({ queryKey: [key] })))
    }
  }
  return {
    revoke: (device: string) =>
      after(
        answerEmpty(
          api.DELETE('/devices/communities/{community}/devices/{device}', { params: { path: { ...path(), device } } }),
        ),
      ),
    renew: (device: string) =>
      after(
        answer(
          api.POST('/devices/communities/{community}/devices/{device}/renewal', {
            params: { path: { ...path(), device } },
          }),
        ),
      ),
    decide: (held: string, body: Verdict) =>
      after(
        answer(
          api.POST('/utilities/communities/{community}/held_readings/{held}/decision', {
            params: { path: { ...path(), held } },
            body,
          }),
        ),
      ),
  }
}
