/** Times as people say them. `now` is an argument; a community's zone decides which day it is. */
import { computed, onScopeDispose, ref, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { now as theirNow } from './clock'

export const ZONE = 'Asia/Shanghai'
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

type Say = (key: string, named: Record<string, unknown>) => string

/** The time that passes, for distances in time; one clock for the page, each 15 s. */
const now = ref(theirNow())
let watchers = 0
let ticking: ReturnType<typeof setInterval> | undefined

export function useNow(): Ref<number> {
  watchers += 1
  now.value = theirNow()
  ticking ??= setInterval(() => (now.value = theirNow()), 15_000)
  onScopeDispose(() => {
    watchers -= 1
    if (watchers === 0 && ticking !== undefined) {
      clearInterval(ticking)
      ticking = undefined
    }
  })
  return now
}

/** "2 分钟", "3 小时", "4 天": how long, in one unit. */
export function span(ms: number, say: Say): string {
  const long = Math.abs(ms)
  if (long < MINUTE) return say('times.seconds', { n: Math.max(1, Math.round(long / 1000)) })
  if (long < HOUR) return say('times.minutes', { n: Math.floor(long / MINUTE) })
  if (long < 2 * DAY) return say('times.hours', { n: Math.floor(long / HOUR) })
  return say('times.days', { n: Math.floor(long / DAY) })
}

/** "2 分钟前", "刚刚". */
export function ago(at: string, at_now: number, say: Say): string {
  const passed = at_now - Date.parse(at)
  if (passed < MINUTE) return say('times.just_now', {})
  return say('times.ago', { span: span(passed, say) })
}

/** "还有 9 分钟", "晚 18 分钟". */
export function until(at: string, at_now: number, say: Say): string {
  const left = Date.parse(at) - at_now
  return say(left >= 0 ? 'times.left' : 'times.late', { span: span(left, say) })
}

/** "10:42", "昨天 10:42", "11月18日 10:42", with the year when it is another one. */
export function clock(at: string, at_now: number, language: string, say: Say, zone = ZONE): string {
  const hour = format(at, language, zone, { hour: '2-digit', minute: '2-digit', hour12: false })
  const days = dayNumber(at_now, zone) - dayNumber(Date.parse(at), zone)
  if (days === 0) return hour
  if (days === 1) return say('times.yesterday', { hour })
  if (days === -1) return say('times.tomorrow', { hour })
  return `${day(at, at_now, language, zone)} ${hour}`
}

/** "11月18日". */
export function day(at: string, at_now: number, language: string, zone = ZONE): string {
  const thisYear = year(Date.parse(at), zone) === year(at_now, zone)
  return format(at, language, zone, {
    month: 'short',
    day: 'numeric',
    ...(thisYear ? {} : { year: 'numeric' }),
  })
}

/** All of it, for a title: "2026年11月27日 10:42:05". */
export function exactly(at: string, language: string, zone = ZONE): string {
  return format(at, language, zone, { dateStyle: 'medium', timeStyle: 'medium', hour12: false })
}

function format(at: string | number, language: string, zone: string, options: Intl.DateTimeFormatOptions): string {
  const when = new Date(at)
  if (Number.isNaN(when.getTime())) return '–'
  return new Intl.DateTimeFormat(language, { timeZone: zone, ...options }).format(when)
}

function dayNumber(at: number, zone: string): number {
  const said = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(at)
  return Math.round(Date.parse(`${said}T00:00:00Z`) / DAY)
}

function year(at: number, zone: string): string {
  return new Intl.DateTimeFormat('en', { timeZone: zone, year: 'numeric' }).format(at)
}

/** The functions above with the page's language, the community's zone and the time that passes. */
export function useTimes(zone: Ref<string> = ref(ZONE)) {
  const { t, locale } = useI18n({ useScope: 'global' })
  const at_now = useNow()
  const say: Say = (key, named) => t(key, named)
  return {
    now: at_now,
    span: (ms: number) => span(ms, say),
    ago: (at: string) => ago(at, at_now.value, say),
    until: (at: string) => until(at, at_now.value, say),
    clock: (at: string) => clock(at, at_now.value, locale.value, say, zone.value),
    day: (at: string) => day(at, at_now.value, locale.value, zone.value),
    exactly: (at: string) => exactly(at, locale.value, zone.value),
    isLate: (at: string) => Date.parse(at) < at_now.value,
    otherZone: computed(() => Intl.DateTimeFormat().resolvedOptions().timeZone !== zone.value),
  }
}
