/** What a list is filtered by stands in the address: it outlives a reload, and can be sent to a colleague. */
import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

export function useKept<T extends string>(name: string, fallback: T, allowed?: readonly T[]): WritableComputedRef<T> {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => {
      const said = route.query[name]
      return typeof said === 'string' && (!allowed || allowed.includes(said as T)) ? (said as T) : fallback
    },
    set: (to) => {
      const { [name]: _, ...others } = route.query
      void router.replace({ query: to === fallback ? others : { ...others, [name]: to } })
    },
  })
}
