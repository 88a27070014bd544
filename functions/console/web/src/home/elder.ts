/** Elder mode: larger and fewer. No service keeps such a setting of a person, so the device does. */
import { ref, watchEffect } from 'vue'

const KEPT = 'linli.elder'

export const elder = ref(localStorage.getItem(KEPT) === 'yes')

/** The document wears what was chosen, now and whenever it changes. */
export function wear(): void {
  watchEffect(() => {
    document.documentElement.dataset.theme = elder.value ? 'elder' : 'light'
    localStorage.setItem(KEPT, elder.value ? 'yes' : 'no')
  })
}
