import { Problem } from './api'

type Say = (key: string, named?: Record<string, unknown>) => string

const CODE = /^[a-z_]{1,40}$/

/** What the issuer says instead of a code (RFC 6749, section 4.1.2.1). Its own sentence is anybody's who makes a link. */
export class SignInRefused extends Error {
  readonly code: string

  constructor(code: string) {
    super(code)
    this.name = 'SignInRefused'
    this.code = CODE.test(code) ? code : 'unknown'
  }
}

/** What is wrong with the one field that is wrong, without what programs call it. */
function onlyOne({ members }: Problem): string {
  const [first, more] = Array.isArray(members.errors) ? (members.errors as { message?: string }[]) : []
  return (!more && first?.message) || ''
}

/** One sentence for a failure: the service's own, in the reader's language, or ours where none came. */
export function sentence(failure: unknown, t: Say): string {
  if (failure instanceof SignInRefused) return t('failures.sign_in_refused', { code: failure.code })
  if (!(failure instanceof Problem)) return t('failures.unknown')
  if (failure.status === 0) return t('failures.unreachable')
  if (failure.code === 'forbidden') return t('failures.forbidden')
  if (failure.status === 401) return t('failures.signed_out')
  if (failure.status === 429) return t('failures.busy')
  return (failure.status < 500 && (onlyOne(failure) || failure.detail)) || failure.message || t('failures.unknown')
}

export function isForbidden(failure: unknown): boolean {
  return failure instanceof Problem && failure.status === 403
}
