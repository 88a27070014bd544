/** Words of a page: `words.<language>.json` beside what says them, gathered here. No word in code. */
import { watch, type Ref } from 'vue'
import { createI18n } from 'vue-i18n'
import { answer, api, caller } from './api'
import sharedEn from './words.en.json'
import sharedZh from './words.zh-CN.json'

export const LANGUAGES = ['zh-CN', 'en'] as const
export type Language = (typeof LANGUAGES)[number]
export type Words = { [key: string]: string | Words }
const CHOSEN = 'linli.language'

/** The language chosen before, the browser's if it is one of ours, or the stage's. */
export function preferred(fallback = 'zh-CN'): Language {
  const wanted = [localStorage.getItem(CHOSEN), ...navigator.languages, fallback]
  for (const one of wanted) {
    if (!one) continue
    const found = LANGUAGES.find((language) => one.toLowerCase().startsWith(language.slice(0, 2)))
    if (found) return found
  }
  return 'zh-CN'
}

export function makeWords(messages: Record<Language, Words>) {
  const language = preferred()
  const i18n = createI18n({
    legacy: false,
    locale: language,
    fallbackLocale: 'zh-CN',
    messages: {
      'zh-CN': { ...sharedZh, ...messages['zh-CN'] },
      en: { ...sharedEn, ...messages.en },
    } as Record<string, Words>,
  })
  speak(language)
  return i18n
}

/** Sets the language of answers and of the document; `i18n.global.locale` is the caller's to set. */
export function speak(language: Language): void {
  caller.language = language
  document.documentElement.lang = language
}

/**
 * Kept for the next visit on this device, and told to the directory for the messages that nobody asks for: who is
 * texted or called at night is so in their language. Should that fail, the page still speaks it.
 */
export function choose(language: Language): void {
  localStorage.setItem(CHOSEN, language)
  speak(language)
  if (caller.token) void answer(api.PATCH('/directory/me', { body: { language } })).catch(() => undefined)
}

/** What the person has said elsewhere counts on a device on which nobody has chosen. */
export function follow(said: () => string | undefined, locale: Ref<string>): void {
  watch(
    said,
    (wanted) => {
      const found = LANGUAGES.find((language) => language === wanted)
      if (!found || localStorage.getItem(CHOSEN)) return
      locale.value = found
      speak(found)
    },
    { immediate: true },
  )
}
