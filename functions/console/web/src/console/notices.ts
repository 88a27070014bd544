/**
 * Insight's board, on stages that have it: what is open now in a community, from facts alone. No person is
 * in it: who and where the other services say, to whom may know.
 */
import { useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { answerIfNewer, getIfNewer } from '../shared/api'
import { every, SOON } from '../shared/asking'
import { config } from '../shared/config'
import { may } from '../shared/may'

export interface Notice {
  item: string
  kind: string
  severity: 'critical' | 'major' | 'minor' | 'warning'
  since: string
  due_at?: string
  in_hand: boolean
  what: { code: string; parameters: Record<string, string | number> }
  place?: { building?: string; gate?: string; device?: string }
  target: { service: string; what: string; id: string }
}
interface Counts {
  open: number
  by_severity: Record<Notice['severity'], number>
}
export interface Notices extends Counts {
  as_of?: string
  items: Notice[]
}
/** Asked again by its tag: no news costs no body. */
function useTagged<T extends { as_of?: string }>(path: () => string, enabled: () => boolean, often: () => number) {
  const known = new Map<string, { data: T; etag: string | undefined }>()
  return useQuery({
    queryKey: computed(() => ['board', 'notices', path()]),
    queryFn: async (): Promise<T | null> => {
      if (!(await config()).services.includes('insight')) return null
      const at = path()
      const before = known.get(at)
      const { newer, asOf } = await answerIfNewer<T>(getIfNewer(at, before?.etag))
      if (newer) known.set(at, newer)
      const held = newer?.data ?? before?.data
      return held ? { ...held, as_of: asOf ?? held.as_of } : null
    },
    refetchInterval: (query) => every(often())(query),
    enabled: computed(enabled),
  })
}

export function useNotices(community: MaybeRefOrGetter<string>, first: () => boolean) {
  return useTagged<Notices>(
    () => `/insight/communities/${toValue(community)}/now`,
    () => toValue(community) !== '' && may('now:read', toValue(community)),
    () => (first() ? SOON : 12 * SOON),
  )
}
