/** The screens: a folder each, with its words; who may see none of what one shows does not see it. */
import type { Component } from 'vue'
import type { Language, Words } from '../../shared/words'

const said = import.meta.glob<Words>('./*/words.*.json', { eager: true, import: 'default' })

/** `now.title` is `title` in screens/now/words.<language>.json. */
export const words: Record<Language, Words> = { 'zh-CN': {}, en: {} }
for (const [path, found] of Object.entries(said)) {
  const [, screen, language] = /^\.\/([a-z_]+)\/words\.(.+)\.json$/.exec(path) ?? []
  if (screen && language) words[language as Language][screen] = found
}

export interface Screen {
  name: string
  icon: string
  /** One of these lets somebody in. */
  needs: string[]
  load: () => Promise<{ default: Component }>
}

/** All communities of a company; at `/@<company>`, which is no community's id. */
export const COMPANY = {
  name: 'company',
  icon: 'M3 20h18M5 20V9l6-3v14M11 20V4l8 3v13M14 10h2M14 14h2M7 12h1M7 16h1',
  load: () => import('./company/Screen.vue'),
}

export const screens: Screen[] = [
  {
    name: 'now',
    icon: 'M12 4a8 8 0 1 0 8 8M12 8v4l3 2M17 3v4h4',
    needs: ['care:read-alerts', 'tickets:read-all', 'devices:read'],
    load: () => import('./now/Screen.vue'),
  },
  {
    name: 'alarms',
    icon: 'M12 3v2M6 17v-6a6 6 0 0 1 12 0v6l2 2H4zM10 21h4',
    needs: ['care:read-alerts'],
    load: () => import('./alarms/Screen.vue'),
  },
  {
    name: 'tickets',
    icon: 'M14.5 6.5a4 4 0 0 1 5-1l-3 3 2 2 3-3a4 4 0 0 1-5.500 4.800L8 20.500 4.500 17l8-8a4 4 0 0 1 2-2.500z',
    needs: ['tickets:read-all', 'tickets:work'],
    load: () => import('./tickets/Screen.vue'),
  },
  {
    name: 'gates',
    icon: 'M4 20V6l8-3 8 3v14M9 20v-8h6v8M3 20h18',
    needs: ['passes:read-all'],
    load: () => import('./gates/Screen.vue'),
  },
  {
    name: 'devices',
    icon: 'M4 15a8 8 0 1 1 16 0M12 15l4-5M3 19h18',
    needs: ['devices:read', 'meters:read'],
    load: () => import('./devices/Screen.vue'),
  },
  {
    name: 'homes',
    icon: 'M4 11l8-7 8 7M6 10v10h12V10M10 20v-5h4v5',
    needs: ['people:read'],
    load: () => import('./homes/Screen.vue'),
  },
  {
    name: 'money',
    icon: 'M6 4l6 8 6-8M12 12v8M7 13h10M7 17h10',
    needs: ['dues:read-all'],
    load: () => import('./money/Screen.vue'),
  },
]
