import { createRouter, createWebHashHistory } from 'vue-router'
import First from './screens/home/Screen.vue'
import Help from './screens/help/Screen.vue'
import Gate from './screens/gate/Screen.vue'

/** The first page, the gate and the call for help come at once; the rest when somebody goes there. */
export function rooms() {
  return createRouter({
    history: createWebHashHistory(location.pathname),
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
    routes: [
      { path: '/', component: First },
      { path: '/help', component: Help },
      { path: '/gate', component: Gate },
      { path: '/repair', component: () => import('./screens/repair/Screen.vue') },
      { path: '/tickets', component: () => import('./screens/tickets/Screen.vue') },
      { path: '/tickets/:ticket', component: () => import('./screens/tickets/Ticket.vue'), props: true },
      { path: '/visitors', component: () => import('./screens/visitors/Screen.vue') },
      { path: '/visitors/:invitation', component: () => import('./screens/visitors/Visitor.vue'), props: true },
      { path: '/pay', component: () => import('./screens/pay/Screen.vue') },
      { path: '/receipts/:receipt', component: () => import('./screens/pay/Receipt.vue'), props: true },
      { path: '/passes', component: () => import('./screens/passes/Screen.vue') },
      { path: '/family', component: () => import('./screens/family/Screen.vue') },
      { path: '/mine', component: () => import('./screens/mine/Screen.vue') },
      { path: '/:elsewhere(.*)', redirect: '/' },
    ],
  })
}
