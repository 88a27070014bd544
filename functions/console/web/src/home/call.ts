/**
 * A call for help, from the press until it has arrived or was taken back. It outlives the room that shows it, a reload
 * and a new sign-in, and is sent under one key however often: the same key joins the same alert.
 */
import { reactive, readonly } from 'vue'
import { answer, api, newId, Problem } from '../shared/api'
import { community } from './resident'

export const COUNT_S = 5
const AGAIN_AFTER_MS = 3_000
const SLOW_AFTER_MS = 6_000
const KEPT = 'linli.call'
/** What another try does not help: no such route, no such right. All else is tried until it gets through. */
const HOPELESS: readonly number[] = [400, 403, 404, 405, 413, 415, 422]

interface Pressed {
  key: string
  community: string
  /** What it became, once somebody has it. */
  alert?: string
  openedAt?: string
}

const state = reactive({
  stage: 'none' as 'none' | 'asking' | 'sending' | 'failed' | 'called',
  left: COUNT_S,
  tries: 0,
  /** No answer for so long that somebody should telephone, although it may still get through. */
  slow: false,
  hopeless: false,
  failure: undefined as unknown,
  community: '',
  alert: '',
  openedAt: '',
})

export const call = readonly(state)

let pressed: Pressed | undefined
let underWay = ''
let count: ReturnType<typeof setInterval> | undefined
let retry: ReturnType<typeof setTimeout> | undefined

/** Somebody pressed: it counts down, so that a slip of the thumb can be taken back; not without a network. */
export function press(): void {
  if (state.stage !== 'none') return
  begin()
  if (!navigator.onLine) return void send()
  state.stage = 'asking'
  count = setInterval(() => {
    state.left -= 1
    if (state.left <= 0) void send()
  }, 1000)
}

/** Sends it now, and again until somebody has it. */
export async function send(): Promise<void> {
  clearInterval(count)
  clearTimeout(retry)
  if (!pressed) begin()
  if (!pressed || state.stage === 'called' || underWay === pressed.key) return
  const { key, community } = pressed
  underWay = key
  if (state.tries === 0) state.stage = 'sending'
  state.tries += 1
  keep(pressed)
  const slow = setTimeout(() => (state.slow = true), SLOW_AFTER_MS)
  try {
    const headers = { 'Idempotency-Key': key }
    const params = { path: { community } }
    const told = await answer(api.POST('/care/communities/{community}/calls_for_help', { params, headers, body: {} }))
    // Also when it was taken back meanwhile: it has got out, and nobody must believe that it has not.
    clearInterval(count)
    called({ key, community, alert: told.alert, openedAt: told.opened_at })
    navigator.vibrate?.([200, 100, 200])
  } catch (why) {
    if (pressed?.key === key) failed(why)
  } finally {
    clearTimeout(slow)
    if (underWay === key) underWay = ''
  }
}

function failed(why: unknown): void {
  state.failure = why
  state.stage = 'failed'
  navigator.vibrate?.([400, 100, 400, 100, 400])
  state.hopeless = why instanceof Problem && HOPELESS.includes(why.status)
  if (!state.hopeless) retry = setTimeout(() => void send(), AGAIN_AFTER_MS)
}

function called(it: Pressed): void {
  pressed = it
  keep(it)
  Object.assign(state, { stage: 'called', community: it.community, alert: it.alert, openedAt: it.openedAt })
}

/** It is not wanted any more, or over. */
export function end(): void {
  clearInterval(count)
  clearTimeout(retry)
  pressed = undefined
  sessionStorage.removeItem(KEPT)
  state.stage = 'none'
}

/** What had been pressed before the page was loaded anew; whether it still has to get through. */
export function resume(): boolean {
  const kept = sessionStorage.getItem(KEPT)
  if (!kept) return false
  begin()
  pressed = JSON.parse(kept) as Pressed
  if (pressed.alert) called(pressed)
  else void send()
  return !pressed.alert
}

/** To whom a call goes that has not been sent yet, for who lives in two communities. */
export function callIn(community: string): void {
  if (pressed && state.stage === 'asking') pressed.community = state.community = community
}

function begin(): void {
  pressed = { key: newId(), community: community.value }
  Object.assign(state, { left: COUNT_S, tries: 0, slow: false, hopeless: false, failure: undefined })
  Object.assign(state, { community: community.value, alert: '', openedAt: '' })
}

function keep(it: Pressed): void {
  sessionStorage.setItem(KEPT, JSON.stringify(it))
}

addEventListener('online', () => {
  if (state.stage === 'failed' && !state.hopeless) void send()
})
