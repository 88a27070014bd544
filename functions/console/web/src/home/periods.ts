import { now } from '../shared/clock'

/** "11月", with its year when it is not this one. */
export function month(period: string, language: string, at = now()): string {
  const thisYear = period.startsWith(String(new Date(at).getUTCFullYear()))
  const named = language.startsWith('zh') ? 'short' : 'long' // "11月" and not "十一月"; "November" and not "Nov"
  const options: Intl.DateTimeFormatOptions = { month: named, timeZone: 'UTC', ...(thisYear ? {} : { year: 'numeric' }) }
  return new Intl.DateTimeFormat(language, options).format(new Date(`${period}-15T00:00:00Z`))
}
