// scripts/test.mjs - runs test/*.test.ts with node's own test runner; vite
// only reads the TypeScript and the aliases.
import fs from 'node:fs'
import path from 'node:path'
import { runnerImport } from 'vite'

// What a browser has and the modules look at when they are loaded.
globalThis.navigator ??= { language: 'zh-CN' }
globalThis.addEventListener ??= () => undefined

const here = path.resolve()
const alias = { '@gen': path.join(here, '../build/gen/web'), '@': path.join(here, 'src') }

for (const name of fs.readdirSync('test').filter((file) => file.endsWith('.test.ts')))
  await runnerImport(path.join(here, 'test', name), {
    configFile: false,
    resolve: { alias },
  })
