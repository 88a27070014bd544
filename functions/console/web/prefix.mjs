// Each path of the OpenAPI document under the name of its service, as the front serves it: `/<service>/…`.
import { readFileSync, writeFileSync } from 'node:fs'

const file = process.argv[2]
const document = JSON.parse(readFileSync(file, 'utf-8'))
const served = document.servers?.[0]?.url === '/api'
if (!served) {
  const prefixed = Object.entries(document.paths).map(([path, operations]) => {
    const first = Object.values(operations).find((operation) => operation.tags)
    return [`/${first.tags[0].split('-')[0]}${path}`, operations]
  })
  document.paths = Object.fromEntries(prefixed)
}
writeFileSync(file, JSON.stringify(document))
