/**
 * Signing in: OIDC authorization code with PKCE against any issuer. Tokens live in memory; what has to survive the
 * way to the issuer and back (state, verifier, nonce) is in sessionStorage, and so is what the issuer calls who it was,
 * so that a reload comes back.
 */
import { ErrorResponse, InMemoryWebStorage, UserManager, WebStorageStateStore, type User } from 'oidc-client-ts'
import { reactive, readonly } from 'vue'
import { answer, api, caller, fetchJson, Problem, type Schemas } from './api'
import { asking } from './asking'
import { config, type PageName } from './config'
import { SignInRefused } from './failures'
import { isLoss } from './writing'

export type Me = Schemas['Me']
type Condition = 'starting' | 'out' | 'in' | 'failed'
type Renewal = 'renewed' | 'refused' | 'unreachable'

const HINT = 'linli.last-person'
const LEFT = 'linli.signed-out'
const AGAIN = 'linli.again'
const GOING = 'linli.going.'
/** For all tabs of this browser: when somebody last signed out here, and that the next one has to say who they are. */
const ENDED = 'linli.ended'
const ASK = 'linli.ask-who'
const SECONDS_BEFORE_THE_END = 60
const SECONDS_TO_WAIT = 15
/** Timers count in 32 bits: 25 days, after which they go off at once. */
const LONGEST_WAIT = 86_400

const state = reactive({
  condition: 'starting' as Condition,
  me: undefined as Me | undefined,
  failure: undefined as unknown,
  /** The token is over, and only a way to the issuer and back brings a new one, which would lose what is being written. */
  over: false,
})

/** Whether somebody is signed in, and who. */
export const session = readonly(state)

/** Whether somebody is signed in of whom nobody has said who it is. */
export function isStranger(): boolean {
  const { me } = state
  if (state.condition !== 'in' || !me) return false
  return [me.communities, me.companies, me.sub_districts].every((each) => each.length === 0)
}

let path = '/'
let users: UserManager | undefined
let renewal: ReturnType<typeof setTimeout> | undefined
let renewing: Promise<Renewal> | undefined
let lastEnded = ''
/** Since when there is this token, and until when it is believed, in ms of this browser's clock. */
let takenAt = 0
let goodUntil = 0

/** Comes back from the issuer, goes there, or stays signed out after a sign-out. */
export async function begin(page: PageName): Promise<void> {
  state.condition = 'starting'
  path = `/${page}/`
  watchOverIt()
  try {
    users = await managed(page)
    const asked = new URLSearchParams(location.search)
    const isDesk = asked.get('prompt') === 'login'
    if (asked.has('code') || asked.has('error')) await comeBack(users, asked)
    else if (asked.has('state') || sessionStorage.getItem(LEFT)) leaveOut()
    else await goThere(users, asked.get('login_hint') ?? sessionStorage.getItem(HINT) ?? undefined, isDesk)
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

/** With a fresh token, as the person stands now. */
export async function signInAgain(): Promise<void> {
  if (!users) return
  if ((await renewedOnce()) === 'renewed') return refreshMe()
  await goThere(users, sessionStorage.getItem(HINT) ?? undefined)
}

/** Ends the session here, in other tabs and at the issuer; whoever comes back from there stays out until they ask to come in. */
export async function signOut(): Promise<void> {
  localStorage.setItem(ENDED, `${Date.now()} ${crypto.randomUUID()}`)
  localStorage.setItem(ASK, 'yes')
  sessionStorage.setItem(LEFT, 'yes')
  forget()
  if (!users) return
  if ((await config()).issuer.metadata.end_session_endpoint) {
    await users.signoutRedirect({ post_logout_redirect_uri: here(), redirectMethod: 'replace' })
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
  const { audience, resource } = issuer
  return new UserManager({
    authority: issuer.metadata.issuer,
    metadata: issuer.metadata,
    client_id: clients[page],
    redirect_uri: here(),
    scope: issuer.scope ?? 'openid',
    ...(audience ? { extraQueryParams: { audience } } : {}),
    ...(resource ? { resource, extraTokenParams: { resource } } : {}),
    loadUserInfo: false,
    automaticSilentRenew: false,
    monitorSession: false,
    userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
    stateStore: new WebStorageStateStore({ store: sessionStorage, prefix: GOING }),
  })
}

/** `replace`: whoever goes back from the issuer's page is not sent there again. */
async function goThere(to: UserManager, hint: string | undefined, isDesk = false): Promise<void> {
  await to.signinRedirect({
    login_hint: hint,
    prompt: isDesk || localStorage.getItem(ASK) ? 'login' : undefined,
    nonce: crypto.randomUUID(),
    state: { hash: location.hash },
    redirectMethod: 'replace',
  })
}

/** Only an answer to what this tab has asked is believed; any other one (an old login page, somebody's link) begins anew. */
async function comeBack(from: UserManager, asked: URLSearchParams): Promise<void> {
  const url = location.href
  history.replaceState(null, '', here() + location.hash)
  const key = asked.get('state')
  if (!key || !sessionStorage.getItem(GOING + key)) return anew(from)
  const user = await from.signinCallback(url).catch((failure: unknown) => {
    if (failure instanceof ErrorResponse) throw new SignInRefused(failure.error ?? '')
    throw failure
  })
  if (!user) throw new Problem(0, 'unreachable', '')
  const { hash } = (user.state ?? {}) as { hash?: string }
  history.replaceState(null, '', here() + (hash ?? ''))
  take(user)
  await refreshMe().catch((failure: unknown) => {
    throw failure instanceof Problem && failure.status === 401 ? new SignInRefused('token_not_believed') : failure
  })
  state.condition = 'in'
}

/** Once: an issuer that answers nothing of ours twice would be asked for ever. */
async function anew(to: UserManager): Promise<void> {
  if (sessionStorage.getItem(AGAIN)) {
    sessionStorage.removeItem(AGAIN)
    throw new SignInRefused('no_such_sign_in')
  }
  sessionStorage.setItem(AGAIN, 'yes')
  await goThere(to, sessionStorage.getItem(HINT) ?? undefined)
}

/** From now on this token is sent. What an issuer calls somebody to their face is its hint, never the subject. */
function take(user: User): void {
  caller.token = user.access_token
  caller.renew = renewedFor
  state.over = false
  lastEnded = localStorage.getItem(ENDED) ?? ''
  for (const key of [AGAIN, LEFT]) sessionStorage.removeItem(key)
  localStorage.removeItem(ASK)
  const { login_hint, preferred_username, email } = user.profile as Record<string, unknown>
  const hint = [login_hint, preferred_username, email].find((each) => typeof each === 'string' && each !== '')
  if (typeof hint === 'string') sessionStorage.setItem(HINT, hint)
  const left = user.expires_in ?? 3600
  takenAt = Date.now()
  goodUntil = takenAt + left * 1000
  later(left - Math.min(SECONDS_BEFORE_THE_END, left / 2))
}

function later(seconds: number): void {
  clearTimeout(renewal)
  renewal = setTimeout(() => void renew(), Math.min(Math.max(seconds, 1), LONGEST_WAIT) * 1000)
}

/** Before the token is over: by a refresh token where the issuer gives one to pages; else once to the issuer and back. */
async function renew(): Promise<void> {
  if (state.condition === 'in') await follow(await renewedOnce())
}

async function follow(outcome: Renewal): Promise<void> {
  if (!users || state.condition !== 'in') return
  if (outcome === 'renewed') return void refreshMe().catch(() => undefined)
  if (outcome === 'refused' && !isLoss()) return goThere(users, sessionStorage.getItem(HINT) ?? undefined)
  const left = (goodUntil - Date.now()) / 1000
  state.over = outcome === 'refused' || left <= 0
  later(left > 0 ? Math.min(left, SECONDS_TO_WAIT) : SECONDS_TO_WAIT)
}

/** Whether there is another token than the one that was refused. A fresh one that is refused is not helped by a fresher one. */
async function renewedFor(refused: string | undefined): Promise<boolean> {
  if (state.condition !== 'in') return false
  if (caller.token !== refused) return caller.token !== undefined
  if (Date.now() - takenAt < SECONDS_TO_WAIT * 1000) return false
  const outcome = await renewedOnce()
  if (outcome === 'renewed') return true
  void follow(outcome)
  return false
}

/** One at a time: a refresh token is good once, and asking twice with it ends the session at many issuers. */
function renewedOnce(): Promise<Renewal> {
  renewing ??= bySilence().finally(() => (renewing = undefined))
  return renewing
}

/** `refused`: only a way to the issuer and back helps. Without a network nobody is sent there. */
async function bySilence(): Promise<Renewal> {
  try {
    const user = await users?.getUser()
    if (!users || !user?.refresh_token) return await fetchJson('/config.json').then(() => 'refused' as const)
    const { resource } = (await config()).issuer
    const renewed = await users.signinSilent(resource ? { resource, extraTokenParams: { resource } } : {})
    if (!renewed || state.condition !== 'in') return 'refused'
    take(renewed)
    return 'renewed'
  } catch (failure) {
    if (!(failure instanceof ErrorResponse)) return 'unreachable'
    await users?.removeUser()
    return 'refused'
  }
}

function watchOverIt(): void {
  const look = () => {
    if (state.condition !== 'in') return
    if ((localStorage.getItem(ENDED) ?? '') !== lastEnded) {
      forget()
      void users?.removeUser()
    } else if (document.visibilityState === 'visible' && Date.now() > goodUntil) void renew()
  }
  window.addEventListener('storage', look)
  document.addEventListener('visibilitychange', look)
  window.addEventListener('pageshow', (event) => {
    if (event.persisted && state.condition === 'starting') leaveOut()
    else if (event.persisted) look()
  })
}

/** Nothing of the person stays, in this tab's memory neither: pages come back by the back button as they were left. */
function forget(): void {
  sessionStorage.removeItem(HINT)
  clearTimeout(renewal)
  caller.token = undefined
  state.condition = 'out'
  state.me = undefined
  state.over = false
  asking.clear()
}

function leaveOut(): void {
  sessionStorage.removeItem(LEFT)
  history.replaceState(null, '', here() + location.hash)
  state.condition = 'out'
}

/** The one address that the issuer knows, also of a page that was opened as /console/index.html, or without its slash. */
function here(): string {
  return location.origin + path
}
