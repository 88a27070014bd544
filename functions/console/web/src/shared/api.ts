/** The only file that fetches. Every failure leaves it as a `Problem`. */
import createClient, { type Middleware } from 'openapi-fetch'
import { hearTime } from './clock'
import type { components, paths } from './schema'

export type Schemas = components['schemas']

/** RFC 9457 as the services send it, or what the network did instead (`status` 0). */
export class Problem extends Error {
  readonly status: number
  /** The last part of `type`: `forbidden`, `not-found`, … or `unreachable`. */
  readonly code: string
  readonly detail: string
  readonly instance: string
  readonly members: Record<string, unknown>

  constructor(status: number, code: string, title: string, members: Record<string, unknown> = {}) {
    super(title)
    this.name = 'Problem'
    this.status = status
    this.code = code
    this.detail = typeof members.detail === 'string' ? members.detail : ''
    this.instance = typeof members.instance === 'string' ? members.instance : ''
    this.members = members
  }

  static from(status: number, body: unknown): Problem {
    const members = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
    const type = typeof members.type === 'string' ? members.type : ''
    const title = typeof members.title === 'string' ? members.title : ''
    return new Problem(status, type.split(':').pop() || `http-${status}`, title, members)
  }
}

/** Who asks and in which language; set by the session and by the words, never stored. */
export const caller = {
  token: undefined as string | undefined,
  language: 'zh-CN',
  /** Whether there is another token than the one that was refused. */
  renew: async (_refused: string | undefined): Promise<boolean> => false,
}

/** As long as a gateway waits for a function; a network that carries nothing in that time carries nothing. */
const PATIENCE_MS = 30_000

const asCaller: Middleware = {
  onRequest({ request }) {
    if (caller.token) request.headers.set('Authorization', `Bearer ${caller.token}`)
    request.headers.set('Accept-Language', caller.language)
    return new Request(request, { signal: over(PATIENCE_MS) })
  },
  onResponse({ response }) {
    hearTime(response.headers.get('Date'))
    return undefined
  },
  onError() {
    return new Problem(0, 'unreachable', '')
  },
}

/** Asks once more with a new token: what was refused for its token (401) has not been done, whatever it was. */
async function patiently(request: Request): Promise<Response> {
  const spare = request.clone()
  const sent = caller.token
  const response = await fetch(request)
  if (response.status !== 401 || !(await caller.renew(sent))) return response
  spare.headers.set('Authorization', `Bearer ${caller.token}`)
  return fetch(spare)
}

export const api = createClient<paths>({ baseUrl: '/api', fetch: patiently })
api.use(asCaller)

export interface Answered<T> {
  data?: T
  error?: unknown
  response: Response
}

/** What was answered, or the Problem thrown: `await answer(api.GET(…))`. */
export async function answer<T>(asked: Promise<Answered<T>>): Promise<T> {
  const { data, error, response } = await asked
  if (!response.ok) throw Problem.from(response.status, error)
  return data as T
}

type GetOf<P extends keyof paths> = paths[P] extends { get: infer G } ? G : never
type OkOf<O> = O extends { responses: { 200: { content: { 'application/json': infer B } } } } ? B : never
type Of<O, K extends string> = O extends { parameters: infer A } ? (A extends { [N in K]?: infer V } ? V : never) : never

/** A path that answers a GET with a body, what it answers, and what it is asked with. */
export type Readable = { [P in keyof paths]: [OkOf<GetOf<P>>] extends [never] ? never : P }[keyof paths]
export type Read<P extends Readable> = OkOf<GetOf<P>>
export interface Given<P extends Readable> {
  path: Of<GetOf<P>, 'path'>
  query?: Omit<NonNullable<Of<GetOf<P>, 'query'>>, 'cursor'> & { cursor?: string }
}

/** A path that answers with a page of a list, and what stands in it. */
export type Listed = { [P in Readable]: Read<P> extends { items: unknown[] } ? P : never }[Readable]
export type Line<P extends Listed> = Read<P> extends { items: (infer T)[] } ? T : never

/** Reads a path, as the document types it: what is asked and what is answered follow from the path alone. */
export function read<P extends Readable>(path: P, params: Given<P>): Promise<Read<P>> {
  const get = api.GET as unknown as (path: P, init: { params: Given<P> }) => Promise<Answered<Read<P>>>
  return answer(get(path, { params }))
}

/** What is newer than a tag, if anything is (304), and as of when that is true. */
export async function answerIfNewer<T>(
  asked: Promise<Answered<T>>,
): Promise<{ newer: { data: T; etag: string | undefined } | undefined; asOf: string | undefined }> {
  const { data, error, response } = await asked
  const asOf = response.headers.get('Linli-As-Of') ?? undefined
  if (response.status === 304) return { newer: undefined, asOf }
  if (!response.ok) throw Problem.from(response.status, error)
  return { newer: { data: data as T, etag: response.headers.get('ETag') ?? undefined }, asOf }
}

/** What ends a request that takes longer. */
function over(ms: number): AbortSignal {
  const ending = new AbortController()
  setTimeout(() => ending.abort(), ms)
  return ending.signal
}

export type Once = { 'Idempotency-Key': string }

/** A header for a POST that creates: the same key is the same creation, however often it is sent. */
export function once(): Once {
  return { 'Idempotency-Key': newId() }
}

/** An id that nobody else makes; `crypto.randomUUID` is not on every phone that is still in use. */
export function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** For a form: what is sent again as it was has the same key; what was changed in between is something else. */
export function onceEach(): (body: unknown) => Once {
  let [sent, key] = ['', once()]
  return (body) => {
    const said = JSON.stringify(body)
    if (sent && said !== sent) key = once()
    sent = said
    return key
  }
}

/** A JSON file of the front. */
export async function fetchJson<T>(path: string): Promise<T> {
  const response = await fetch(path, { cache: 'no-cache' }).catch(() => {
    throw new Problem(0, 'unreachable', '')
  })
  if (!response.ok) throw new Problem(response.status, `http-${response.status}`, '')
  return (await response.json()) as T
}

/** Sends a picture to the address that a service gave for it (presigned POST or PUT). */
export async function sendFile(url: string, body: BodyInit, init: RequestInit = {}): Promise<void> {
  const response = await fetch(url, { method: 'POST', ...init, body, signal: over(4 * PATIENCE_MS) }).catch(() => {
    throw new Problem(0, 'unreachable', '')
  })
  if (!response.ok) throw new Problem(response.status, `http-${response.status}`, '')
}

/** An answer without a body (204), or the Problem thrown. */
export async function answerEmpty(asked: Promise<{ error?: unknown; response: Response }>): Promise<void> {
  const { error, response } = await asked
  if (!response.ok) throw Problem.from(response.status, error)
}
