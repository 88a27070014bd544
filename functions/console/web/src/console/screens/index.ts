/** The screens: a folder each, with its words. */
import type { Language, Words } from '../../shared/words'

const said = import.meta.glob<Words>('./*/words.*.json', { eager: true, import: 'default' })

/** `now.title` is `title` in screens/now/words.<language>.json. */
export const words: Record<Language, Words> = { 'zh-CN': {}, en: {} }
for (const [path, found] of Object.entries(said)) {
  const [, screen, language] = /^\.\/([a-z_]+)\/words\.(.+)\.json$/.exec(path) ?? []
  if (screen && language) words[language as Language][screen] = found
}
