import vue from '@vitejs/plugin-vue'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const page = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// LINLI_FRONT: the one address of a running local cloud, for `npm run dev` beside it.
const front = process.env.LINLI_FRONT ?? 'http://127.0.0.1:4580'
const passedOn = ['/api', '/config.json', '/oidc', '/.well-known', '/docs']

export default defineConfig({
  plugins: [vue()],
  build: {
    target: 'es2020',
    chunkSizeWarningLimit: 600, // charts, which come when somebody looks at them; what comes first has its budget in budget.mjs
    rollupOptions: {
      input: { doors: page('index.html'), console: page('console/index.html'), home: page('home/index.html') },
    },
  },
  server: { proxy: Object.fromEntries(passedOn.map((path) => [path, { target: front, changeOrigin: false }])) },
})
