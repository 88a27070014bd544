/** What is open now, from what the reader may see of each service; the shell counts it, the first screen shows it. */
import { useQuery } from '@tanstack/vue-query'
import { computed, reactive, toValue, type MaybeRefOrGetter } from 'vue'
import { answer, api, type Schemas } from '../shared/api'
import { every, LISTS, SOON } from '../shared/asking'
import { may } from '../shared/may'
import { useNotices } from './notices'
import { all } from './parts/asked'

const SELDOM = 60_000
const MOST_PAGES = 50

export type Alert = Schemas['AlertShown']
export type Escalation = Schemas['Escalation']

/** An alert that rings: an emergency that nobody has answered. */
export function rings(alert: Alert): boolean {
  return alert.emergency && alert.state === 'open'
}

/**
 * `first`: whether all of it is what somebody looks at now. Else what rings is asked for as often, and what is only
 * counted in the list of screens seldom, after it.
 */
export function useBoard(community: MaybeRefOrGetter<string>, first: () => boolean) {
  const path = () => ({ community: toValue(community) })
  const allowed = (permission: string) => computed(() => toValue(community) !== '' && may(permission, toValue(community)))
  const alerts = useQuery({
    queryKey: computed(() => ['board', 'alerts', toValue(community)]),
    queryFn: () =>
      answer(
        api.GET('/care/communities/{community}/alerts', {
          params: { path: path(), query: { shelf: 'open', limit: 100 } },
        }),
      ),
    refetchInterval: every(SOON),
    enabled: allowed('care:read-alerts'),
  })
  const turn = computed(() => first() || !alerts.isEnabled.value || alerts.isFetched.value)
  const ask = <T>(name: string, permission: string, often: number, fetch: () => Promise<T>) =>
    useQuery({
      queryKey: computed(() => ['board', name, toValue(community)]),
      queryFn: fetch,
      refetchInterval: (query) => every(first() ? often : SELDOM)(query),
      enabled: computed(() => turn.value && allowed(permission).value),
    })
  const duties = ask('duties', 'care:read-alerts', LISTS, () =>
    answer(api.GET('/care/communities/{community}/duties', { params: { path: path(), query: { limit: 100 } } })),
  )
  const rounds = ask('rounds', 'care:visit', LISTS, () =>
    answer(api.GET('/care/communities/{community}/rounds', { params: { path: path(), query: { limit: 100 } } })),
  )
  const escalations = ask('escalations', 'tickets:read-all', SOON, () =>
    answer(
      api.GET('/maintenance/communities/{community}/escalations', {
        params: { path: path(), query: { limit: 100 } },
      }),
    ),
  )
  const faults = ask('faults', 'devices:read', LISTS, () =>
    answer(
      api.GET('/devices/communities/{community}/device_faults', { params: { path: path(), query: { limit: 100 } } }),
    ),
  )
  const held = ask('held', 'readings:decide', LISTS, () =>
    answer(
      api.GET('/utilities/communities/{community}/held_readings', {
        params: { path: path(), query: { limit: 100 } },
      }),
    ),
  )
  const failed = ask('refunds', 'payments:read-all', LISTS, () =>
    answer(
      api.GET('/payments/communities/{community}/refunds', {
        params: { path: path(), query: { state: 'failed', limit: 100 } },
      }),
    ),
  )
  const watches = useQuery({
    queryKey: computed(() => ['watches', toValue(community)]),
    queryFn: () =>
      all((cursor) =>
        answer(
          api.GET('/care/communities/{community}/watches', {
            params: { path: path(), query: { limit: 100, cursor } },
          }),
        ),
      ),
    staleTime: 60_000,
    enabled: allowed('care:read-watched'),
  })
  /** Somebody whom nobody watches over can call as well: where they live the directory says, to whom may know. */
  const members = useQuery({
    queryKey: computed(() => ['memberships', 'homes', toValue(community)]),
    queryFn: () =>
      all(
        (cursor) =>
          answer(
            api.GET('/directory/communities/{community}/memberships', {
              params: { path: path(), query: { limit: 100, cursor } },
            }),
          ),
        MOST_PAGES,
      ),
    staleTime: 10 * SELDOM,
    enabled: computed(() => {
      const watched = new Set(watches.data.value?.map((each) => each.person))
      const strangers = alerts.data.value?.items.some((each) => !watched.has(each.person)) ?? false
      return strangers && !watches.isLoading.value && allowed('people:read').value
    }),
  })
  const homeOf = (person: string): string | undefined => {
    const watched = watches.data.value?.find((each) => each.person === person)?.home
    const home = members.data.value?.find((each) => each.person === person)?.home
    return watched ?? (home ? `${home.building}/${home.unit}` : undefined)
  }
  const notices = useNotices(community, first)
  const asked = [alerts, duties, rounds, escalations, faults, held, failed]
  return reactive({
    alerts: computed(() => alerts.data.value?.items ?? []),
    duties: computed(() => (duties.data.value?.items ?? []).filter((each) => !each.alert)),
    overdue: computed(() => (rounds.data.value?.items ?? []).filter((each) => each.overdue_days > 0)),
    escalations: computed(() => escalations.data.value?.items ?? []),
    faults: computed(() => faults.data.value?.items ?? []),
    held: computed(() => held.data.value?.items ?? []),
    failed: computed(() => failed.data.value?.items ?? []),
    notices: computed(() => notices.data.value?.items ?? []),
    /** As of when the notices are true, where there are any. */
    asOf: computed(() => notices.data.value?.as_of),
    watches: computed(() => watches.data.value),
    /** Where somebody lives of whom an alert tells: `building/unit`. */
    homeOf,
    /** Whether everything that may be seen has been answered at least once. */
    whole: computed(() => turn.value && asked.every((each) => !each.isEnabled.value || each.data.value !== undefined)),
    /** What could not be read, so that its silence is not taken for peace. */
    missing: computed(() => asked.filter((each) => each.isEnabled.value && each.isError.value).length),
    failure: computed(() => asked.find((each) => each.error.value)?.error.value),
    ringing: computed(() => (alerts.data.value?.items ?? []).filter(rings)),
  })
}

export type Board = ReturnType<typeof useBoard>
