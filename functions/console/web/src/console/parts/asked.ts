/** Questions that every screen asks: pages of a list, names of people and places. */
import { useQuery } from '@tanstack/vue-query'
import { computed, reactive, ref, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue'
import { answer, api } from '../../shared/api'
import { every, LISTS } from '../../shared/asking'

export interface Page<T> {
  items: T[]
  next_cursor?: string
}

const RARELY_CHANGES = 10 * 60_000

/** A list by pages, as the server cuts them; another `key` begins at the first page. */
export function usePages<T>(
  key: MaybeRefOrGetter<readonly unknown[]>,
  ask: (cursor: string | undefined) => Promise<Page<T>>,
  options: { enabled?: MaybeRefOrGetter<boolean>; every?: number } = {},
) {
  const behind = ref<string[]>([])
  watch(
    () => JSON.stringify(toValue(key)),
    () => (behind.value = []),
  )
  const query = useQuery({
    queryKey: computed(() => [...toValue(key), behind.value.at(-1) ?? '']),
    queryFn: () => ask(behind.value.at(-1)),
    refetchInterval: every(options.every ?? LISTS),
    enabled: computed(() => toValue(options.enabled) ?? true),
    placeholderData: (before: Page<T> | undefined) => before,
  })
  return reactive({
    data: query.data,
    error: query.error,
    isPending: query.isPending,
    isFetching: query.isFetching,
    refetch: query.refetch,
    page: computed(() => behind.value.length + 1),
    more: computed(() => Boolean(query.data.value?.next_cursor)),
    next: () => {
      const cursor = query.data.value?.next_cursor
      if (cursor) behind.value = [...behind.value, cursor]
    },
    back: () => (behind.value = behind.value.slice(0, -1)),
  })
}

/** All of a list, for what is short: at most `most` pages of 100. */
export async function all<T>(ask: (cursor: string | undefined) => Promise<Page<T>>, most = 10): Promise<T[]> {
  const found: T[] = []
  let cursor: string | undefined
  for (let page = 0; page < most; page += 1) {
    const answered = await ask(cursor)
    found.push(...answered.items)
    cursor = answered.next_cursor
    if (!cursor) break
  }
  return found
}

export function useBuildings(community: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ['buildings', toValue(community)]),
    queryFn: () =>
      all((cursor) =>
        answer(
          api.GET('/directory/communities/{community}/buildings', {
            params: { path: { community: toValue(community) }, query: { limit: 100, cursor } },
          }),
        ),
      ),
    staleTime: RARELY_CHANGES,
    enabled: computed(() => toValue(community) !== ''),
  })
}

export function useUnits(community: MaybeRefOrGetter<string>, building: MaybeRefOrGetter<string | undefined>) {
  return useQuery({
    queryKey: computed(() => ['units', toValue(community), toValue(building)]),
    queryFn: () =>
      all((cursor) =>
        answer(
          api.GET('/directory/communities/{community}/buildings/{building}/units', {
            params: {
              path: { community: toValue(community), building: toValue(building) ?? '' },
              query: { limit: 100, cursor },
            },
          }),
        ),
      ),
    staleTime: RARELY_CHANGES,
    enabled: computed(() => Boolean(toValue(building))),
  })
}

export function usePerson(
  community: MaybeRefOrGetter<string>,
  person: MaybeRefOrGetter<string | undefined>,
  enabled: MaybeRefOrGetter<boolean>,
) {
  return useQuery({
    queryKey: computed(() => ['person', toValue(community), toValue(person)]),
    queryFn: () =>
      answer(
        api.GET('/directory/communities/{community}/people/{person}', {
          params: { path: { community: toValue(community), person: toValue(person) ?? '' } },
        }),
      ),
    staleTime: RARELY_CHANGES,
    retry: false,
    enabled: computed(() => toValue(enabled) && Boolean(toValue(person))),
    meta: { aside: true },
  })
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
