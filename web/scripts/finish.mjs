// scripts/finish.mjs - weighs what was built and puts it in place of the old.
//
// The first load of a page is its entry, its chunks and their styles, as
// brotli. A page over its ceiling fails the build.
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'

const part = path.resolve('../build/web.part')
const done = path.resolve('../build/web')
const CEILING_KIB = { board: 115, intake: 120, casefile: 118, work: 115 }

const weigh = (file) =>
  zlib.brotliCompressSync(fs.readFileSync(file), {
    params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11 },
  }).length

const manifest = JSON.parse(
  fs.readFileSync(path.join(part, '.vite/manifest.json'), 'utf8'),
)

function closure(key, found = new Set()) {
  const chunk = manifest[key]
  if (!chunk || found.has(chunk.file)) return found
  found.add(chunk.file)
  for (const css of chunk.css ?? []) found.add(css)
  for (const next of chunk.imports ?? []) closure(next, found)
  return found
}

const start = new Set(
  ['index.html', 'src/text/zh.json', 'src/app/Shell.vue'].flatMap((key) => [...closure(key)]),
)
let over = false
for (const [key, chunk] of Object.entries(manifest)) {
  const page = /src\/(intake|board|casefile|work)\/\w+Page\.vue$/.exec(key)?.[1]
  if (!page || !chunk.isDynamicEntry || !(page in CEILING_KIB)) continue
  const files = [...new Set([...start, ...closure(key)])]
  const kib =
    files.reduce((sum, file) => sum + weigh(path.join(part, file)), 0) / 1024
  const ceiling = CEILING_KIB[page]
  console.log(`${page.padEnd(10)} ${kib.toFixed(1)} KiB of ${ceiling ?? '-'}`)
  if (ceiling && kib > ceiling) over = true
}
fs.rmSync(path.join(part, '.vite'), { recursive: true })
if (over) {
  console.error('web: a page is heavier than its ceiling')
  process.exit(1)
}
fs.rmSync(done, { recursive: true, force: true })
fs.renameSync(part, done)
