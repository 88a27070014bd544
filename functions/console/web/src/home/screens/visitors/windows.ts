/** When a visitor may come: from now, or a day of the community's calendar, as instants. */
const HOUR = 3_600_000

export interface Window {
  valid_from: string
  valid_until: string
}

/** From now on for so many hours, but no longer than the community allows. */
export function fromNow(now: number, hours: number, most: number): Window {
  return { valid_from: text(now), valid_until: text(now + Math.min(hours, most) * HOUR) }
}

/** What is left of today, or the whole of a later day, in `zone`. */
export function dayFrom(now: number, days: number, zone: string): Window {
  const start = days === 0 ? now : midnight(now, days, zone)
  return { valid_from: text(start), valid_until: text(midnight(now, days + 1, zone) - 1000) }
}

/** When the day begins that is `days` after today in `zone`; found again by its own offset, for days that clocks change on. */
function midnight(now: number, days: number, zone: string): number {
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(now)
  const there = Date.parse(`${today}T00:00:00Z`) + days * 24 * HOUR
  const guess = there - offset(there, zone)
  return there - offset(guess, zone)
}

function offset(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
  }).formatToParts(at)
  const of = (name: string) => Number(parts.find((part) => part.type === name)?.value)
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) - Math.floor(at / 1000) * 1000
}

function text(at: number): string {
  return new Date(at).toISOString()
}
