import type { Schemas } from '../../../shared/api'
import { spoken } from '../../parts/called'

export type Ticket = Schemas['TicketShown']
export type Clock = Ticket['clocks'][string]

const LONGEST = 22
const CLOCKS = ['respond', 'arrive', 'resolve'] as const

/** The first words of a description, as a title. */
export function headline(ticket: Ticket, fallback: string, community: string): string {
  const first = spoken(ticket.description, community).split(/[。，,.;；!！?？\n]/u)[0]?.trim() ?? ''
  if (first === '') return fallback
  const letters = [...first]
  return letters.length > LONGEST * 2 ? `${letters.slice(0, LONGEST * 2).join('')}…` : first
}

/** The clock that runs now: the first that is not met. */
export function running(ticket: Ticket): { name: (typeof CLOCKS)[number]; clock: Clock } | undefined {
  for (const name of CLOCKS) {
    const clock = ticket.clocks[name]
    if (clock && !clock.met_at) return { name, clock }
  }
  return undefined
}

/** How much of a clock's time is used, 0 to 1. */
export function used(ticket: Ticket, clock: Clock, now: number): number {
  const from = Date.parse(ticket.reopened_at ?? ticket.created_at)
  const due = Date.parse(clock.due_at)
  return Math.min(1, Math.max(0, (now - from) / Math.max(1, due - from)))
}

/** The last characters of an id, as people say a number. */
export function number(ticket: string): string {
  return ticket.slice(-6).toUpperCase()
}
