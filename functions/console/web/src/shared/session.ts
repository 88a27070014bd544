/**
 * Signing in: OIDC authorization code with PKCE against any issuer. Tokens live in memory; what has to survive the
 * way to the issuer and back (state, verifier) is in sessionStorage, and so is who it was, so that a reload comes back.
 */
import { InMemoryWebStorage, UserManager, WebStorageStateStore, type User } from 'oidc-client-ts'
import { reactive, readonly } from 'vue'
import { answer, api, caller, Problem, type Schemas } from './api'
import { config, type PageName } from './config'

export type Me = Schemas['Me']
type Condition = 'starting' | 'out' | 'in' | 'failed'

const HINT = 'linli.last-person'
const LEFT = 'linli.signed-out'
const SECONDS_BEFORE_THE_END = 60

const state = reactive({
  condition: 'starting' as Condition,
  me: undefined as Me | undefined,
  failure: undefined as unknown,
})

/** Whether somebody is signed in, and who. */
export const session = readonly(state)

let users: UserManager | undefined
let renewal: ReturnType<typeof setTimeout> | undefined

/** Comes back from the issuer, goes there, or stays signed out after a sign-out. */
export async function begin(page: PageName): Promise<void> {
  state.condition = 'starting'
  try {
    users = await managed(page)
    const asked = new URLSearchParams(location.search)
    if (asked.has('state')) await comeBack(users, asked)
    else if (sessionStorage.getItem(LEFT)) leaveOut()
    else await goThere(users, asked.get('login_hint') ?? sessionStorage.getItem(HINT) ?? undefined)
  } catch (failure) {
    state.failure = failure
    state.condition = 'failed'
  }
}

/** To the issuer, which shows its own page. */
export async function signIn(): Promise<void> {
  sessionStorage.removeItem(HINT)
  if (users) await goThere(users, undefined)
}

/** Ends the session here and at the issuer; whoever comes back from there stays out until they ask to come in. */
export async function signOut(): Promise<void> {
  sessionStorage.removeItem(HINT)
  sessionStorage.setItem(LEFT, 'yes')
  caller.token = undefined
  clearTimeout(renewal)
  if (!users) return
  if ((await config()).issuer.metadata.end_session_endpoint) {
    await users.signoutRedirect({ post_logout_redirect_uri: here() })
  } else {
    await users.removeUser()
    location.replace(here())
  }
}

/** Reads again who the person is and what they belong to. */
export async function refreshMe(): Promise<void> {
  state.me = await answer(api.GET('/directory/me'))
}

async function managed(page: PageName): Promise<UserManager> {
  const { issuer, clients } = await config()
  return new UserManager({
    authority: issuer.metadata.issuer,
    metadata: issuer.metadata,
    client_id: clients[page],
    redirect_uri: here(),
    scope: 'openid',
    loadUserInfo: false,
    automaticSilentRenew: false,
    monitorSession: false,
    userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
    stateStore: new WebStorageStateStore({ store: sessionStorage }),
  })
}

async function goThere(to: UserManager, hint: string | undefined): Promise<void> {
  await to.signinRedirect({ login_hint: hint, state: { hash: location.hash } })
}

async function comeBack(from: UserManager, asked: URLSearchParams): Promise<void> {
  if (asked.has('error')) {
    history.replaceState(null, '', here())
    leaveOut()
    return
  }
  if (!asked.has('code')) {
    history.replaceState(null, '', here())
    leaveOut()
    return
  }
  const user = await from.signinCallback(location.href).catch((failure: unknown) => {
    history.replaceState(null, '', here())
    throw failure
  })
  if (!user) throw new Problem(0, 'unreachable', '')
  const { hash } = (user.state ?? {}) as { hash?: string }
  history.replaceState(null, '', here() + (hash ?? ''))
  await believe(user)
}

async function believe(user: User): Promise<void> {
  caller.token = user.access_token
  caller.onUnauthenticated = () => void renew()
  sessionStorage.setItem(HINT, user.profile.sub)
  await refreshMe()
  state.condition = 'in'
  const left = (user.expires_in ?? 3600) - SECONDS_BEFORE_THE_END
  clearTimeout(renewal)
  renewal = setTimeout(() => void renew(), Math.max(left, 1) * 1000)
}

/** By a refresh token where the issuer gives one to pages; else once to the issuer and back. */
async function renew(): Promise<void> {
  if (!users || state.condition !== 'in') return
  const user = await users.getUser()
  if (user?.refresh_token) {
    const renewed = await users.signinSilent().catch(() => null)
    if (renewed) return believe(renewed)
  }
  state.condition = 'starting'
  await goThere(users, sessionStorage.getItem(HINT) ?? undefined)
}

function leaveOut(): void {
  sessionStorage.removeItem(LEFT)
  history.replaceState(null, '', here() + location.hash)
  state.condition = 'out'
}

function here(): string {
  return location.origin + location.pathname
}
