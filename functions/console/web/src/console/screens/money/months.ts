/** Months of a community's zone, as the services name them: `2026-11`. */
export function monthsBack(n: number, now: number, zone: string): string[] {
  const [year, month] = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(now).split('-').map(Number)
  return Array.from({ length: n }, (_, back) => new Date(Date.UTC(year!, month! - 1 - back, 1)).toISOString().slice(0, 7))
}
