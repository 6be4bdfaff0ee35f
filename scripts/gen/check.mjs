// check.mjs - the schema step of `make check`: the schema has no problem, a bad
// one is refused, and the documents made of it are whole.

import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const tests = readdirSync(here)
    .filter((name) => name.endsWith('.test.mjs'))
    .sort()
const { status } = spawnSync(
    process.execPath,
    ['--test', ...tests.map((name) => join(here, name))],
    { stdio: 'inherit' },
)
process.exit(status ?? 1)
