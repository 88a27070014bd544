/** Who is signed in, as what, in which community, and whom they can telephone. */
import { useQuery } from '@tanstack/vue-query'
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

export function choose(one: string): void {
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
