/** Words for codes, from the catalogue that the services use as well. */
import { useI18n } from 'vue-i18n'
import { codes as en } from '../../../../../layers/core/python/linli/words/en.json'
import { codes as zh } from '../../../../../layers/core/python/linli/words/zh-CN.json'

const CATALOGUES: Record<string, Record<string, string>> = { en, 'zh-CN': zh }

export function wordsOf(code: string | undefined | null, language: string): string {
  if (!code) return ''
  const catalogue = CATALOGUES[language] ?? CATALOGUES['zh-CN']!
  return catalogue[code] ?? catalogue[code.replaceAll('-', '_')] ?? code.replaceAll(/[_-]/g, ' ')
}

export function useCodes() {
  const { locale } = useI18n({ useScope: 'global' })
  return (code: string | undefined | null) => wordsOf(code, locale.value)
}
