import { VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'
import '../shared/tokens.css'
import { asking } from '../shared/asking'
import { begin } from '../shared/session'
import { makeWords } from '../shared/words'
import Home from './Home.vue'

createApp(Home)
  .use(makeWords({ 'zh-CN': {}, en: {} }))
  .use(VueQueryPlugin, { queryClient: asking })
  .mount('#page')
void begin('home')
