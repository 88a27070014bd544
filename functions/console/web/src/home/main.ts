import { VueQueryPlugin } from '@tanstack/vue-query'
import { createApp, watch } from 'vue'
import '../shared/tokens.css'
import './home.css'
import { asking } from '../shared/asking'
import { begin, session } from '../shared/session'
import { makeWords } from '../shared/words'
import { resume } from './call'
import { wear } from './elder'
import Home from './Home.vue'
import { rooms } from './router'
import { words } from './screens'

wear()
const home = createApp(Home).use(makeWords(words)).use(VueQueryPlugin, { queryClient: asking })

// The address holds the issuer's answer until somebody is signed in; then it is the rooms'.
let open = false
watch(
  () => session.condition,
  (condition) => {
    if (condition !== 'in' || open) return
    open = true
    if (resume()) location.hash = '#/help'
    home.use(rooms())
  },
  { flush: 'sync' },
)
home.mount('#page')
void begin('home')
