import { toValue, type MaybeRefOrGetter } from 'vue'
import type { Schemas } from '../../../shared/api'
import { may } from '../../../shared/may'
import type { Board, Escalation } from '../../board'
import { useAll, useAnswer } from '../../parts/asked'

const LOW = 'low-battery'

export interface Entry {
  key: string
  kind: 'called' | 'worry' | 'overdue' | 'nobody' | 'visit' | 'duty' | 'unseen' | 'reading' | 'refund' | 'told'
  tone: 'danger' | 'late' | 'plain'
  at: string
  /** `at` is when it should have been, not when it began. */
  due?: boolean
  to: { name: string; params: Record<string, string> }
  alert?: Board['alerts'][number]
  escalation?: Board['escalations'][number]
  round?: Board['overdue'][number]
  duty?: Board['duties'][number]
  fault?: Board['faults'][number]
  notice?: Board['notices'][number]
  count?: number
}

/** One line per ticket, however many of its clocks are late: the first thing that has not happened. */
export function worst(escalations: Escalation[]): Escalation[] {
  const order = ['no_repairer', 'respond', 'arrive', 'resolve']
  const found = new Map<string, Escalation>()
  for (const each of escalations) {
    const known = found.get(each.ticket)
    if (!known || order.indexOf(each.need) < order.indexOf(known.need)) found.set(each.ticket, each)
  }
  return [...found.values()]
}

/** All that is open, most urgent first: people, then what is late, then what nobody sees. */
export function entries(board: Board, community: string): Entry[] {
  const to = (name: string, shelf?: string, thing?: string) => ({
    name,
    params: { community, ...(shelf ? { shelf } : {}), ...(thing ? { thing } : {}) },
  })
  const alerts = board.alerts.map((alert): Entry => ({
    key: `alert-${alert.alert}`,
    kind: alert.reason === 'sos' ? 'called' : 'worry',
    tone: alert.state === 'acknowledged' || alert.state === 'snoozed' ? 'plain' : alert.emergency ? 'danger' : 'late',
    at: alert.opened_at,
    to: to('alarms', 'open', alert.alert),
    alert,
  }))
  const escalations = worst(board.escalations).map((escalation): Entry => ({
    key: `ticket-${escalation.ticket}`,
    kind: escalation.need === 'no_repairer' ? 'nobody' : 'overdue',
    tone: escalation.priority === 'emergency' ? 'danger' : 'late',
    at: escalation.since,
    due: escalation.need !== 'no_repairer',
    to: to('tickets', 'urgent', escalation.ticket),
    escalation,
  }))
  const visits = board.overdue.map((round): Entry => ({
    key: `visit-${round.person}`,
    kind: 'visit',
    tone: 'late',
    at: `${round.next_on}T00:00:00Z`,
    due: true,
    to: to('alarms', 'rounds', round.person),
    round,
  }))
  const duties = board.duties.map((duty): Entry => ({
    key: `duty-${duty.kind}-${duty.about}`,
    kind: 'duty',
    tone: 'plain',
    at: duty.since,
    to: to('alarms', 'duties', `${duty.kind}.${duty.about}`),
    duty,
  }))
  const faults = board.faults.filter((each) => each.fault !== LOW).map((fault): Entry => ({
    key: `fault-${fault.device}-${fault.fault}`,
    kind: 'unseen',
    tone: 'plain',
    at: fault.since,
    to: to('devices', 'faults', fault.device),
    fault,
  }))
  const summed: Entry[] = []
  const held = board.held[0]
  if (held) {
    const since = board.held.map((each) => each.measured_at).sort()[0] ?? held.measured_at
    summed.push({ key: 'held', kind: 'reading', tone: 'plain', at: since, to: to('devices', 'held'), count: board.held.length })
  }
  const failed = board.failed[0]
  if (failed) {
    summed.push({ key: 'refunds', kind: 'refund', tone: 'plain', at: failed.requested_at, to: to('money', 'refunds'), count: board.failed.length })
  }
  const own = [...alerts, ...escalations, ...visits, ...duties, ...faults, ...summed]
  const covered = new Set<string | undefined>(own.map((each) => each.alert?.alert ?? each.escalation?.ticket ?? each.fault?.device))
  const shelves = { alert: 'open', ticket: 'urgent', device: 'faults', meter: 'meters' } as const
  const leads = ({ service, what, id }: Schemas['Target']): Entry['to'] => {
    if (service === 'access') return to('gates')
    if (service === 'payments' || what === 'refund') return to('money', 'refunds')
    const screen = { care: 'alarms', maintenance: 'tickets', devices: 'devices', utilities: 'devices' }[service]
    return what === 'gate' ? to(screen) : to(screen, shelves[what], id)
  }
  const told = board.notices
    .filter(({ target }) => !covered.has(target.id) && !(target.what === 'refund' && board.failed.length))
    .map((notice): Entry => ({
      key: `told-${notice.item}`,
      kind: 'told',
      tone: notice.in_hand ? 'plain' : notice.severity === 'critical' ? 'danger' : notice.severity === 'major' ? 'late' : 'plain',
      at: notice.since,
      to: leads(notice.target),
      notice,
    }))
  const order = { danger: 0, late: 1, plain: 2 }
  const first = (entry: Entry) => (entry.kind === 'called' ? 0 : entry.alert ? 1 : 2)
  return [...own, ...told].sort(
    (a, b) => order[a.tone] - order[b.tone] || first(a) - first(b) || a.at.localeCompare(b.at),
  )
}

const SOMETIMES = 5 * 60_000

/** Figures of the month, from what each service counts itself; absent where the reader may not ask. */
export function useMonth(community: MaybeRefOrGetter<string>, month: MaybeRefOrGetter<string>, after: () => boolean) {
  const given = (permission: string) => () =>
    after() && may(permission, toValue(community))
      ? { path: { community: toValue(community) }, query: { month: toValue(month) } }
      : undefined
  const rarely = { every: SOMETIMES, stale: SOMETIMES }
  return {
    rates: useAnswer('/maintenance/communities/{community}/ticket_rates', given('tickets:read-rates'), rarely),
    balances: useAnswer('/payments/communities/{community}/ledger_balances', given('ledger:read'), rarely),
    use: useAll('/utilities/communities/{community}/consumption', given('consumption:read-all'), rarely),
  }
}
