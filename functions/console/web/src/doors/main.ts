import { createApp } from 'vue'
import '../shared/tokens.css'
import { makeWords } from '../shared/words'
import Doors from './Doors.vue'
import en from './words.en.json'
import zh from './words.zh-CN.json'

createApp(Doors).use(makeWords({ 'zh-CN': zh, en })).mount('#page')
