/** "11月", with its year when it is not this one. */
export function month(period: string, language: string, now = Date.now()): string {
  const thisYear = period.startsWith(String(new Date(now).getUTCFullYear()))
  const options: Intl.DateTimeFormatOptions = { month: 'long', timeZone: 'UTC', ...(thisYear ? {} : { year: 'numeric' }) }
  return new Intl.DateTimeFormat(language, options).format(new Date(`${period}-15T00:00:00Z`))
}
