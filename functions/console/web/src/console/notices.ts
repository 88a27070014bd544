/**
 * Insight's board, on stages that have it: what is open now in a community, from facts alone. No person is
 * in it: who and where the other services say, to whom may know.
 */
import { useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { answerIfNewer, api, type Answered, type Schemas } from '../shared/api'
import { every, SOON } from '../shared/asking'
import { config } from '../shared/config'
import { may } from '../shared/may'

export type Notice = Schemas['Item']

type Tagged = { as_of?: string }

/** Asked again by the tag of what is known: no news costs no body. Null on a stage without insight. */
export function useTagged<T extends Tagged>(
  name: () => string,
  ask: (headers: Record<string, string>) => Promise<Answered<T>>,
  enabled: () => boolean,
  often: () => number,
) {
  const known = new Map<string, { data: T; etag: string | undefined }>()
  return useQuery({
    queryKey: computed(() => ['board', 'notices', name()]),
    queryFn: async (): Promise<T | null> => {
      if (!(await config()).services.includes('insight')) return null
      const at = name()
      const tag = known.get(at)?.etag
      const { newer, asOf } = await answerIfNewer(ask(tag ? { 'If-None-Match': tag } : {}))
      if (newer) known.set(at, newer)
      const held = known.get(at)?.data
      return held ? { ...held, as_of: asOf ?? held.as_of } : null
    },
    refetchInterval: (query) => every(often())(query),
    enabled: computed(enabled),
  })
}

export function useNotices(community: MaybeRefOrGetter<string>, first: () => boolean) {
  return useTagged<Schemas['NowBoard']>(
    () => `community/${toValue(community)}`,
    (headers) =>
      api.GET('/insight/communities/{community}/now', {
        params: { path: { community: toValue(community) } },
        headers,
        cache: 'no-store',
      }),
    () => toValue(community) !== '' && may('now:read', toValue(community)),
    () => (first() ? SOON : 12 * SOON),
  )
}
