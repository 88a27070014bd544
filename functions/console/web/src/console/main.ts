import { VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'
import '../shared/tokens.css'
import { asking } from '../shared/asking'
import { begin } from '../shared/session'
import { makeWords } from '../shared/words'
import './console.css'
import Console from './Console.vue'
import { makeRouter } from './router'
import { words } from './screens'
import en from './words.en.json'
import zh from './words.zh-CN.json'

/** The router is made when the issuer's answer is out of the address, which it would take for its own. */
async function start(): Promise<void> {
  await begin('console')
  createApp(Console)
    .use(makeWords({ 'zh-CN': { ...words['zh-CN'], console: zh }, en: { ...words.en, console: en } }))
    .use(VueQueryPlugin, { queryClient: asking })
    .use(makeRouter())
    .mount('#page')
}

void start()
