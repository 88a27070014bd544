/** How often we look: while somebody can see it, less often while it fails, at once when they come back. */
import { QueryCache, QueryClient, type Query } from '@tanstack/vue-query'
import { Problem } from './api'
import { heardNothing, heardSomething } from './heard'

export const SOON = 5_000
export const LISTS = 15_000
const SELDOM = 60_000

export const asking = new QueryClient({
  queryCache: new QueryCache({ onSuccess: heardSomething, onError: heardNothing }),
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      retry: (count, failure) => count < 1 && !(failure instanceof Problem && failure.status in NO_USE),
      refetchOnWindowFocus: true,
      refetchIntervalInBackground: false,
    },
    mutations: { retry: false },
  },
})

/** What another try does not help. */
const NO_USE: Record<number, true> = { 400: true, 401: true, 403: true, 404: true, 409: true, 422: true }

/** `refetchInterval` of a list: `every` ms, up to a minute while it fails. */
export function every(ms: number) {
  return (query: Query<any, any, any, any>): number => {
    const failed = query.state.fetchFailureCount + (query.state.status === 'error' ? query.state.errorUpdateCount : 0)
    return Math.min(SELDOM, ms * 2 ** Math.min(failed, 6))
  }
}
