/** What is open now, from what the reader may see of each service; the shell counts it, the first screen shows it. */
import { computed, reactive, toValue, type MaybeRefOrGetter } from 'vue'
import type { Schemas } from '../shared/api'
import { LISTS, SOON } from '../shared/asking'
import { may } from '../shared/may'
import { useNow } from '../shared/times'
import { useNotices } from './notices'
import { useAll, useAnswer } from './parts/asked'

const SELDOM = 60_000
const LATE = 2 * 60_000
const LONG_AGO = 60 * 60_000
const MOST = 100
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
  const at = (permission: string) => () => {
    const here = toValue(community)
    return here && may(permission, here) ? { path: { community: here } } : undefined
  }
  const most = <Q extends object>(permission: string, query?: Q) => () => {
    const asked = at(permission)()
    return asked && { ...asked, query: { limit: MOST, ...query } as Q & { limit: number } }
  }
  const alerts = useAnswer('/care/communities/{community}/alerts', most('care:read-alerts', { shelf: 'open' as const }), { every: SOON })
  const turn = computed(() => first() || !alerts.isEnabled.value || alerts.isFetched.value)
  const often = (ms: number) => ({ every: () => (first() ? ms : SELDOM), enabled: turn })
  const duties = useAnswer('/care/communities/{community}/duties', most('care:read-alerts'), often(LISTS))
  const rounds = useAnswer('/care/communities/{community}/rounds', most('care:visit'), often(LISTS))
  const escalations = useAnswer('/maintenance/communities/{community}/escalations', most('tickets:read-all'), often(SOON))
  const faults = useAnswer('/devices/communities/{community}/device_faults', most('devices:read'), often(LISTS))
  const held = useAnswer('/utilities/communities/{community}/held_readings', most('readings:decide'), often(LISTS))
  const failed = useAnswer('/payments/communities/{community}/refunds', most('payments:read-all', { state: 'failed' as const }), often(LISTS))
  const watches = useAll('/care/communities/{community}/watches', at('care:read-watched'), { stale: SELDOM })
  /** Somebody whom nobody watches over can call as well: where they live the directory says, to whom may know. */
  const members = useAll(
    '/directory/communities/{community}/memberships',
    () => {
      const watched = new Set(watches.data.value?.map((each) => each.person))
      const strangers = alerts.data.value?.items.some((each) => !watched.has(each.person)) ?? false
      return strangers && !watches.isLoading.value ? at('people:read')() : undefined
    },
    { most: MOST_PAGES },
  )
  const homeOf = (person: string): string | undefined => {
    const watched = watches.data.value?.find((each) => each.person === person)?.home
    const home = members.data.value?.find((each) => each.person === person)?.home
    return watched ?? (home ? `${home.building}/${home.unit}` : undefined)
  }
  const notices = useNotices(community, first)
  const passing = useNow()
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
    /** Whether the board lacks what its services have known for minutes: what is quiet is not behind. */
    behind: computed(() => {
      const board = notices.data.value
      if (!board || board.items.length < board.open) return false
      const there = new Set(board.items.map((each) => each.target.id))
      const age = (at: string) => passing.value - Date.parse(at)
      const lately = (at: string) => age(at) > LATE && age(at) < LONG_AGO
      const called = (alerts.data.value?.items ?? []).some((each) => !there.has(each.alert) && lately(each.opened_at))
      const late = (escalations.data.value?.items ?? []).some(
        (each) => each.need !== 'no_repairer' && !there.has(each.ticket) && lately(each.since),
      )
      return called || late
    }),
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
