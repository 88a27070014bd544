/** What time it is by the services' clock: the one of a phone may be wrong by hours, and nobody notices. */

/** An answer's `Date` has whole seconds and was on its way: less than this is no difference. */
const SAME_MS = 3_000
let ahead = 0

/** Now, in ms since the epoch, as the services would say it. */
export function now(): number {
  return Date.now() + ahead
}

/** By the `Date` of an answer; one that has none says nothing. */
export function hearTime(said: string | null): void {
  const at = Date.parse(said ?? '')
  if (Number.isNaN(at)) return
  const apart = at - Date.now()
  ahead = Math.abs(apart) < SAME_MS ? 0 : apart
}
