// What a page loads before anything is on the screen, gzipped: printed, and refused when it is more than it may be.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const MAY_BE_KB = { home: 150, console: 200 }
const dist = new URL('dist/', import.meta.url)
const loaded = /(?:<script[^>]* src|<link[^>]* rel="(?:modulepreload|stylesheet)"[^>]* href)="\/([^"]+)"/g

let over = false
for (const [page, most] of Object.entries(MAY_BE_KB)) {
  const html = readFileSync(new URL(`${page}/index.html`, dist))
  const files = [...html.toString().matchAll(loaded)].map(([, path]) => readFileSync(new URL(path, dist)))
  const kb = [html, ...files].reduce((sum, file) => sum + gzipSync(file).length, 0) / 1024
  over ||= kb > most
  console.log(`${page}: first load ${kb.toFixed(1)} KB gzip of ${most}`)
}
process.exit(over ? 1 : 0)
