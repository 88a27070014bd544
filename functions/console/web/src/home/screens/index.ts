/** The words of all screens: `pay.title` is `title` in screens/pay/words.<language>.json. */
import type { Language, Words } from '../../shared/words'
import en from '../words.en.json'
import zh from '../words.zh-CN.json'

const said = import.meta.glob<Words>('./*/words.*.json', { eager: true, import: 'default' })

export const words: Record<Language, Words> = { 'zh-CN': { ...zh }, en: { ...en } }
for (const [path, found] of Object.entries(said)) {
  const [, screen, language] = /^\.\/([a-z_]+)\/words\.(.+)\.json$/.exec(path) ?? []
  if (screen && language) words[language as Language][screen] = found
}
