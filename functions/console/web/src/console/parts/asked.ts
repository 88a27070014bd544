/** How a screen asks: a path and what it is asked with are the question, its types and its key alike. */
import { useQuery, useQueryClient, type Query, type QueryKey } from '@tanstack/vue-query'
import { computed, reactive, ref, toValue, type MaybeRefOrGetter, type Ref } from 'vue'
import { read, type Given, type Line, type Listed, type Read, type Readable } from '../../shared/api'
import { every, LISTS } from '../../shared/asking'

interface Options {
  /** How often again (ms); 0: not by itself. */
  every?: number | (() => number)
  /** How long what is known is good enough (ms). */
  stale?: number
  retry?: boolean
  /** Whether its turn has come. */
  enabled?: MaybeRefOrGetter<boolean>
}

/** A list page by page. */
export interface Pages<T> {
  data: { items: T[]; next_cursor?: string } | undefined
  error: unknown
  isPending: boolean
  refetch: () => unknown
  page: number
  more: boolean
  next: () => void
  back: () => void
}

const RARELY_CHANGES = 10 * 60_000
const PAGE = 20
const MOST_A_PAGE = 100
const MOST_PAGES = 10

function again({ every: often = LISTS }: Options) {
  return (query: Query<any, any, any, any>): number | false => {
    const ms = typeof often === 'function' ? often() : often
    return ms ? every(ms)(query) : false
  }
}

/** One answer; not asked for while there is nothing to ask with. */
export function useAnswer<P extends Readable>(path: P, given: () => Given<P> | undefined, options: Options = {}) {
  return useQuery<Read<P>>({
    queryKey: computed(() => [path, given()]),
    queryFn: () => read(path, given()!),
    refetchInterval: again(options),
    enabled: computed(() => given() !== undefined && (toValue(options.enabled) ?? true)),
    ...(options.stale === undefined ? {} : { staleTime: options.stale }),
    ...(options.retry === undefined ? {} : { retry: options.retry }),
  })
}

/** A list by pages, as the server cuts them; another question begins at its first page. */
export function usePages<P extends Listed>(path: P, given: () => Given<P> | undefined, options: Options = {}): Pages<Line<P>> {
  type Page = { items: Line<P>[]; next_cursor?: string }
  const turned = ref({ of: '', behind: [] as string[] })
  const asked = computed(() => JSON.stringify([path, given()]))
  const behind = computed(() => (turned.value.of === asked.value ? turned.value.behind : []))
  const turn = (to: string[]) => (turned.value = { of: asked.value, behind: to })
  const query = useQuery<Page>({
    queryKey: computed(() => [path, given(), behind.value.at(-1) ?? '']),
    queryFn: async () => {
      const { path: at, query: how } = given()!
      const cursor = behind.value.at(-1)
      const params = { path: at, query: { limit: PAGE, ...how, ...(cursor ? { cursor } : {}) } }
      return (await read(path, params as unknown as Given<P>)) as unknown as Page
    },
    refetchInterval: again(options),
    enabled: computed(() => given() !== undefined && (toValue(options.enabled) ?? true)),
    // The page before stands until the next is there; what answered another question does not.
    placeholderData: (before: Page | undefined, of: { queryKey: QueryKey } | undefined) =>
      of && JSON.stringify(of.queryKey.slice(0, 2)) === asked.value ? before : undefined,
  })
  return reactive({
    data: query.data,
    error: query.error,
    isPending: query.isPending,
    refetch: query.refetch,
    page: computed(() => behind.value.length + 1),
    more: computed(() => Boolean(query.data.value?.next_cursor)),
    next: () => {
      const cursor = query.data.value?.next_cursor
      if (cursor) turn([...behind.value, cursor])
    },
    back: () => void turn(behind.value.slice(0, -1)),
  }) as Pages<Line<P>>
}

/** All of a list, for what is short: at most `most` pages of 100. */
export async function readAll<P extends Listed>(path: P, given: Given<P>, most = MOST_PAGES): Promise<Line<P>[]> {
  const found: Line<P>[] = []
  let cursor: string | undefined
  for (let page = 0; page < most; page += 1) {
    const query = { limit: MOST_A_PAGE, ...given.query, ...(cursor ? { cursor } : {}) }
    const answered = (await read(path, { ...given, query } as unknown as Given<P>)) as unknown as { items: Line<P>[]; next_cursor?: string }
    found.push(...answered.items)
    cursor = answered.next_cursor
    if (!cursor) break
  }
  return found
}

export function useAll<P extends Listed>(path: P, given: () => Given<P> | undefined, options: Options & { most?: number } = {}) {
  return useQuery<Line<P>[]>({
    queryKey: computed(() => [path, given(), 'all']),
    queryFn: () => readAll(path, given()!, options.most),
    refetchInterval: again({ every: 0, ...options }),
    staleTime: options.stale ?? RARELY_CHANGES,
    enabled: computed(() => given() !== undefined && (toValue(options.enabled) ?? true)),
  })
}

/** What is shown of these services is asked for anew after a step, whether it was taken or refused. */
export function useAfter(...services: string[]) {
  const known = useQueryClient()
  return async <T>(step: Promise<T>): Promise<T> => {
    try {
      return await step
    } finally {
      await known.invalidateQueries({
        predicate: ({ queryKey }) => services.some((service) => String(queryKey[0]).startsWith(`/${service}/`)),
      })
    }
  }
}

type At = MaybeRefOrGetter<string | undefined>

export function useBuildings(community: At) {
  return useAll('/directory/communities/{community}/buildings', () => {
    const at = toValue(community)
    return at ? { path: { community: at } } : undefined
  })
}

export function useUnits(community: At, building: At) {
  return useAll('/directory/communities/{community}/buildings/{building}/units', () => {
    const [at, of] = [toValue(community), toValue(building)]
    return at && of ? { path: { community: at, building: of } } : undefined
  })
}

export function usePerson(community: At, person: At, enabled: MaybeRefOrGetter<boolean>) {
  return useAnswer(
    '/directory/communities/{community}/people/{person}',
    () => {
      const [at, who] = [toValue(community), toValue(person)]
      return at && who && toValue(enabled) ? { path: { community: at, person: who } } : undefined
    },
    { every: 0, stale: RARELY_CHANGES, retry: false },
  )
}

/** A query as `Asked` shows it. */
export function shown<T>(query: {
  data: Readonly<Ref<T | undefined>>
  error: Readonly<Ref<unknown>>
  isPending: Readonly<Ref<boolean>>
  refetch: () => unknown
}) {
  return reactive({
    data: query.data,
    error: query.error,
    isPending: query.isPending,
    refetch: query.refetch,
  }) as { data: T | undefined; error: unknown; isPending: boolean; refetch: () => unknown }
}
