// What the build takes from the API's own document besides its types: who may do what.
import { readFileSync, writeFileSync } from 'node:fs'

const { 'x-linli-grants': grants } = JSON.parse(readFileSync(process.argv[2], 'utf-8'))
writeFileSync(new URL('src/shared/grants.json', import.meta.url), JSON.stringify(grants))
