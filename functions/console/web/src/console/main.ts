import { VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'
import '../shared/tokens.css'
import { asking } from '../shared/asking'
import { begin } from '../shared/session'
import { makeWords } from '../shared/words'
import Console from './Console.vue'
import { words } from './screens'

createApp(Console)
  .use(makeWords(words))
  .use(VueQueryPlugin, { queryClient: asking })
  .mount('#page')
void begin('console')
