// What the build takes from the API's own document: paths as the front serves them, and who may do what.
import { readFileSync, writeFileSync } from 'node:fs'

const file = process.argv[2]
const document = JSON.parse(readFileSync(file, 'utf-8'))
const operations = Object.values(document.paths).flatMap((path) => Object.values(path))

if (document.servers?.[0]?.url !== '/api') {
  document.servers = [{ url: '/api' }]
  document.paths = Object.fromEntries(
    Object.entries(document.paths).map(([path, methods]) => [`/${Object.values(methods)[0].tags[0].split('-')[0]}${path}`, methods]),
  )
}

/** Role to the names of its permissions. */
function grants() {
  if (document['x-linli-grants']) return document['x-linli-grants']
  const found = {}
  for (const { description = '' } of operations) {
    const [, permission, roles] = /Needs `([a-z:-]+)`, which these roles have: ([a-z, ]+)\./.exec(description) ?? []
    for (const role of roles?.split(', ') ?? []) (found[role] ??= new Set()).add(permission)
  }
  return Object.fromEntries(Object.entries(found).map(([role, permissions]) => [role, [...permissions].sort()]))
}

writeFileSync(file, JSON.stringify(document))
writeFileSync(new URL('src/shared/grants.json', import.meta.url), JSON.stringify(grants()))
