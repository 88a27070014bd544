/** What a dialog is about while it is open; closing it forgets it. */
import { computed, ref, type Ref, type WritableComputedRef } from 'vue'

export function useOpened<T>(): [Ref<T | undefined>, WritableComputedRef<boolean>] {
  const of = ref() as Ref<T | undefined>
  const open = computed({ get: () => of.value !== undefined, set: (to) => to || (of.value = undefined) })
  return [of, open]
}
