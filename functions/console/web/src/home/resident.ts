/** Who is signed in, as what, in which community, and whom they can telephone. */
import { useQueries, useQuery } from '@tanstack/vue-query'
import { computed, ref, watch } from 'vue'
import { answer, api, type Schemas } from '../shared/api'
import { may } from '../shared/may'
import { session } from '../shared/session'
import { ZONE } from '../shared/times'

type Home = Schemas['HomeShown']
const CHOSEN = 'linli.community'
const OFFICE = 'linli.office'

const chosen = ref(localStorage.getItem(CHOSEN) ?? '')

export const communities = computed(() => session.me?.communities ?? [])

/** What the reader is to the community that they look at: the one chosen, else the first they live in. */
export const mine = computed(() => {
  const all = communities.value
  return all.find((one) => one.community === chosen.value) ?? all.find((one) => one.roles.includes('resident')) ?? all[0]
})

export const me = computed(() => session.me?.person ?? '')
export const community = computed(() => mine.value?.community ?? '')
/** Who lives here opens gates, invites, pays and calls for help; family that lives elsewhere sees how somebody is. */
export const lives = computed(() => may('qr:show', community.value))
export const reports = computed(() => may('tickets:report', community.value))
export const name = computed(() => mine.value?.record?.name ?? '')
export const homes = computed<readonly Home[]>(() => mine.value?.homes ?? [])

export function chooseCommunity(one: string): void {
  chosen.value = one
  localStorage.setItem(CHOSEN, one)
}

/** "3号楼 502". */
export function called(home: Home): string {
  return `${home.building_name ?? home.building} ${home.unit_name ?? home.unit}`
}

/** What people call `building/unit`; nothing where it is none of one's own. */
export function homeCalled(home: string): string {
  const found = homes.value.find((one) => `${one.building}/${one.unit}` === home)
  return found ? called(found) : ''
}

/** The communities in which the reader lives. */
export const livesIn = computed(() => communities.value.map((one) => one.community).filter((one) => may('qr:show', one)))

const names = ref<Record<string, string>>({})

/** What the communities are called that the reader belongs to; asked for where there is more than one. */
export function useNames(): void {
  const asked = useQueries({
    queries: computed(() =>
      communities.value
        .map((one) => one.community)
        .filter((one) => communities.value.length > 1 && may('community:read', one))
        .map((one) => ({
          queryKey: ['community', one],
          queryFn: () => answer(api.GET('/directory/communities/{community}', { params: { path: { community: one } } })),
          staleTime: 10 * 60_000,
        })),
    ),
  })
  watch(
    asked,
    (found) => {
      for (const one of found) if (one.data) names.value[one.data.community] = one.data.name
    },
    { immediate: true },
  )
}

/** "柳岸花园 1栋 101": where somebody belongs, as far as it has a name. */
export function placeCalled(where: string): string {
  const home = communities.value.find((one) => one.community === where)?.homes?.[0]
  return [names.value[where], home ? called(home) : ''].filter(Boolean).join(' ')
}

/** The office's number, also without a network: it is no secret, and there is somebody to answer it. */
export const office = ref(localStorage.getItem(OFFICE) ?? '')

/** The community as it stands; nothing for those who may not read it (family that lives elsewhere). */
export function useCommunity() {
  const asked = useQuery({
    queryKey: ['community', community],
    queryFn: () => answer(api.GET('/directory/communities/{community}', { params: { path: { community: community.value } } })),
    enabled: computed(() => may('community:read', community.value)),
    staleTime: 10 * 60_000,
  })
  watch(
    () => asked.data.value,
    (found) => {
      if (!found) return
      office.value = found.office_phone ?? ''
      localStorage.setItem(OFFICE, office.value)
    },
    { immediate: true },
  )
  return {
    name: computed(() => asked.data.value?.name ?? ''),
    zone: computed(() => asked.data.value?.time_zone ?? ZONE),
    policies: computed(() => asked.data.value?.policies),
  }
}
