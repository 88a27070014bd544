/** Which community the console is about, its name and its zone; all it could be about. */
import { useQueries, useQuery } from '@tanstack/vue-query'
import { computed, inject, provide, reactive, type InjectionKey } from 'vue'
import { useRoute } from 'vue-router'
import { read } from '../shared/api'
import { workplaces } from '../shared/may'
import { session } from '../shared/session'
import { ZONE } from '../shared/times'
import { readAll } from './parts/asked'

export interface Scope {
  community: string
  /** Whose communities the console is about, instead of one. */
  company: string
  zone: string
  name: string
  choices: { id: string; name: string; company: string | undefined }[]
  companies: readonly string[]
  known: boolean
}

const KEY: InjectionKey<Scope> = Symbol('scope')
const RARELY_CHANGES = 10 * 60_000

export function provideScope(): Scope {
  const route = useRoute()
  const companies = computed(() => session.me?.companies ?? [])
  const ofCompanies = useQuery({
    queryKey: computed(() => ['communities', companies.value]),
    queryFn: async () => {
      const lists = companies.value.map(async (company) =>
        (await readAll('/directory/companies/{company}/communities', { path: { company } })).map((each) => ({ ...each, company })),
      )
      return (await Promise.all(lists)).flat()
    },
    staleTime: RARELY_CHANGES,
    enabled: computed(() => companies.value.length > 0),
  })
  const listed = computed(() => new Map((ofCompanies.data.value ?? []).map((each) => [each.community, each])))
  const ids = computed(() => [...new Set([...workplaces(), ...listed.value.keys()])])
  /** Whose names no company's list has told. */
  const unlisted = computed(() => (ofCompanies.isFetching.value ? [] : ids.value.filter((id) => !listed.value.get(id)?.name)))
  const records = useQueries({
    queries: computed(() =>
      unlisted.value.map((community) => ({
        queryKey: ['community', community],
        queryFn: () => read('/directory/communities/{community}', { path: { community } }),
        staleTime: RARELY_CHANGES,
      })),
    ),
  })
  const record = (id: string) => records.value.find((each) => each.data?.community === id)?.data
  const known = (id: string) => {
    const told = listed.value.get(id)
    return told?.name ? told : (record(id) ?? told)
  }
  const community = computed(() => (typeof route.params.community === 'string' ? route.params.community : ''))
  const scope = reactive({
    community,
    company: computed(() => (typeof route.params.company === 'string' ? route.params.company : '')),
    zone: computed(() => known(community.value)?.time_zone ?? ZONE),
    name: computed(() => known(community.value)?.name ?? ''),
    choices: computed(() => ids.value.map((id) => ({ id, name: known(id)?.name ?? (records.value.some((each) => each.isPending) || ofCompanies.isFetching.value ? '…' : id), company: known(id)?.company }))),
    companies,
    known: computed(() => session.condition === 'in' && (companies.value.length === 0 || !ofCompanies.isPending.value)),
  })
  provide(KEY, scope)
  return scope
}

export function useScope(): Scope {
  const scope = inject(KEY)
  if (!scope) throw new Error('no scope is provided')
  return scope
}
