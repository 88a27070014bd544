/** Whether the device says that it has a network. It is believed when it says no, not when it says yes. */
import { ref } from 'vue'

export const online = ref(navigator.onLine)
addEventListener('online', () => (online.value = true))
addEventListener('offline', () => (online.value = false))
