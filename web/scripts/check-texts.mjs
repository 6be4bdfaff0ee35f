// scripts/check-texts.mjs - both languages say the same things, every text
// that a screen asks for is there, none is left over, and no screen carries
// Chinese text of its own.
import fs from 'node:fs'
import path from 'node:path'

const problems = []
const read = (file) => JSON.parse(fs.readFileSync(file, 'utf8'))

function flatten(node, prefix = '', out = new Map()) {
  for (const [name, value] of Object.entries(node)) {
    const key = prefix ? `${prefix}.${name}` : name
    if (typeof value === 'string') out.set(key, value)
    else flatten(value, key, out)
  }
  return out
}

function walk(folder) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) return walk(file)
    return /\.(vue|ts)$/.test(entry.name) ? [file] : []
  })
}

const zh = flatten(read('src/text/zh.json'))
const en = flatten(read('src/text/en.json'))
const holes = (text) => (text.match(/\{\w+\}/g) ?? []).sort().join()

for (const [key, text] of zh) {
  if (!text.trim()) problems.push(`zh.json: ${key} is empty`)
  if (!en.has(key)) problems.push(`en.json: ${key} is missing`)
  else if (holes(text) !== holes(en.get(key)))
    problems.push(`${key}: the languages differ in {placeholders}`)
  if (/[|@]/.test(text + en.get(key)))
    problems.push(`${key}: | and @ mean something to vue-i18n`)
}
for (const [key, text] of en) {
  if (!text.trim()) problems.push(`en.json: ${key} is empty`)
  if (!zh.has(key)) problems.push(`zh.json: ${key} is missing`)
}

// A literal that begins like a section of the texts is the key of a text.
const sections = [...new Set([...zh.keys()].map((key) => key.split('.')[0]))]
const literal = new RegExp(
  `(['"\`])((?:${sections.join('|')})(?:\\.(?:[a-zA-Z0-9_]|\\$\\{[^}]*\\})+)+)\\1`,
  'g',
)
const used = new Set()
for (const file of walk('src')) {
  const source = fs.readFileSync(file, 'utf8')
  for (const [, , key] of source.matchAll(literal)) {
    if (key.includes('${')) {
      const fits = new RegExp(
        `^${key.replaceAll('.', '\\.').replace(/\$\{[^}]*\}/g, '\\w+')}$`,
      )
      const found = [...zh.keys()].filter((k) => fits.test(k))
      if (!found.length) problems.push(`${file}: no text fits ${key}`)
      found.forEach((k) => used.add(k))
    } else if (zh.has(key)) used.add(key)
    else problems.push(`${file}: there is no text ${key}`)
  }
  const spoken = file.endsWith('intake/spoken.ts')
  const bare = source.replace(/<!--[\s\S]*?-->|\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
  if (!spoken && /[\u3400-\u9fff]/.test(bare))
    problems.push(`${file}: Chinese text belongs in src/text`)
}
for (const key of zh.keys())
  if (!used.has(key)) problems.push(`zh.json: ${key} is used nowhere`)

// What can happen to a case comes from the schema; each needs its words.
for (const file of fs.readdirSync('../schema/event')) {
  const { title } = read(`../schema/event/${file}`)
  if (!zh.has(`event.${title}`)) problems.push(`zh.json: event.${title} is missing`)
}

if (problems.length) {
  console.error(problems.join('\n'))
  process.exit(1)
}
console.log(`texts: ${zh.size} in two languages`)
