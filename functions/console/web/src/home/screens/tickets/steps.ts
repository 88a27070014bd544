/** How far a ticket is, in four steps that a resident cares about: reported, taken, on the spot, mended. */
import type { Schemas } from '../../../shared/api'

export const STEPS = 4
type State = Schemas['TicketShown']['state']

const REACHED: Record<State, number> = {
  submitted: 1,
  dispatched: 1,
  declined: 1,
  reassigned: 1,
  reopened: 1,
  accepted: 2,
  paused: 2,
  arrived: 3,
  done: 4,
  rated: 4,
  closed: 4,
  cancelled: 0,
  duplicate_of: 0,
  transferred: 0,
}

export function reached(state: State): number {
  return REACHED[state]
}
