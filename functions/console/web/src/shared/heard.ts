/** Whether the page hears the services: a silent page must not look like a quiet night. */
import { reactive, readonly } from 'vue'
import { Problem } from './api'

const state = reactive({ at: 0, deafSince: 0 })

/** `at`: when a service last answered; `deafSince`: since when none does, 0 while they do (ms). */
export const heard = readonly(state)

export function heardSomething(): void {
  state.at = Date.now()
  state.deafSince = 0
}

export function heardNothing(failure: unknown): void {
  if (failure instanceof Problem && failure.status > 0 && failure.status < 500) return heardSomething()
  state.deafSince ||= Date.now()
}
