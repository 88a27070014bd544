/** Which of the three questions a kind of thing answers: the same of one community and of all of a company. */
import type { Schemas } from '../shared/api'

export type Kind = Schemas['Item']['kind']
export type Answer = 'danger' | 'late' | 'broken'

/** In the order in which it is said. */
export const ASKED: Record<Answer, Kind[]> = {
  danger: ['sos', 'alert', 'emergency'],
  late: ['breach'],
  broken: ['gate_alarm', 'hazard', 'device_lost', 'device_fault', 'refund_stuck'],
}
export const ANSWERS = Object.keys(ASKED) as Answer[]

export type Counted = Partial<Record<Kind, number>>

/** How many there are of each kind that answers a question, in all of these together. */
export function counted(of: Counted[], answer: Answer): { kind: Kind; n: number }[] {
  return ASKED[answer]
    .map((kind) => ({ kind, n: of.reduce((sum, each) => sum + (each[kind] ?? 0), 0) }))
    .filter(({ n }) => n > 0)
}
