import { createRouter, createWebHashHistory, type Router } from 'vue-router'
import Start from './Start.vue'
import { COMPANY, screens } from './screens'

export function makeRouter(): Router {
  return createRouter({
    history: createWebHashHistory(),
    routes: [
      { path: '/', name: 'start', component: Start },
      { path: '/@:company', name: COMPANY.name, component: COMPANY.load },
      ...screens.map((screen) => ({
        path: `/:community/${screen.name}/:shelf?/:thing?`,
        name: screen.name,
        component: screen.load,
      })),
      { path: '/:rest(.*)*', redirect: '/' },
    ],
  })
}
