import { Problem } from './api'

type Say = (key: string) => string

/** One sentence for a failure: the service's own, in the reader's language, or ours where none came. */
export function sentence(failure: unknown, t: Say): string {
  if (!(failure instanceof Problem)) return t('failures.unknown')
  if (failure.status === 0) return t('failures.unreachable')
  if (failure.code === 'forbidden') return t('failures.forbidden')
  if (failure.status === 429) return t('failures.busy')
  return failure.message || t('failures.unknown')
}

export function isForbidden(failure: unknown): boolean {
  return failure instanceof Problem && failure.status === 403
}
