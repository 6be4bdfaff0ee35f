// scripts/catalogue.mjs SCHEMA OUT - puts the seed of a city's decisions into
// the program: OUT/catalogue_seed.h and OUT/catalogue_seed.c, compact JSON.
//
//   name territory units roles ...   SCHEMA/catalogue/*.json, for `init`
//   demo/territory demo/units        the same with the invented places, units
//   demo/duty                        and persons of SCHEMA/catalogue/demo, for
//                                    `demo`
//   demo/accounts                    the accounts of a demonstration
//   demo/territory_extra             the invented places alone
import fs from 'node:fs'
import path from 'node:path'

const [schema, out] = process.argv.slice(2)
if (!schema || !out) {
    console.error('usage: node scripts/catalogue.mjs SCHEMA OUT')
    process.exit(64)
}

const KINDS = [
    'name', 'territory', 'units', 'roles', 'categories', 'calendar', 'deadlines', 'directory',
    'duty', 'acting', 'scripts',
]

const read = (name) =>
    JSON.parse(fs.readFileSync(path.join(schema, 'catalogue', `${name}.json`), 'utf8'))

function file(kind) {
    const found = read(kind)
    if (found.kind !== kind) throw new Error(`${kind}.json: /kind is ${found.kind}`)
    return found
}

// The same file with the demonstration's own rows in it, in order of code.
function withExtra(kind, list) {
    const whole = file(kind)
    const rows = [...whole.content[list], ...read(`demo/${kind}_extra`)[list]]
    rows.sort((a, b) => (a.code < b.code ? -1 : 1))
    return { ...whole, content: { ...whole.content, [list]: rows } }
}

// The same file with the demonstration's persons where it has empty rows.
function withPersons() {
    const whole = file('duty')
    const persons = read('demo/duty_extra').duty
    const same = (a, b) => a.step === b.step && a.target === b.target && a.place === b.place
    const kept = whole.content.duty.filter((row) => !persons.some((p) => same(p, row)))
    return { ...whole, content: { duty: [...kept, ...persons] } }
}

const seeds = [
    ...KINDS.map((kind) => [kind, file(kind)]),
    ['demo/territory', withExtra('territory', 'nodes')],
    ['demo/units', withExtra('units', 'units')],
    ['demo/duty', withPersons()],
    ['demo/accounts', read('demo/accounts')],
    ['demo/territory_extra', read('demo/territory_extra')],
]

// A string literal may hold 4,095 characters; an array has no such bound.
function bytesOf(text) {
    const lines = []
    const bytes = [...Buffer.from(text, 'utf8'), 0]
    for (let at = 0; at < bytes.length; at += 20) {
        lines.push(`    ${bytes.slice(at, at + 20).join(', ')},`)
    }
    return lines
}

const texts = seeds.map(([name, value]) => ({ name, json: JSON.stringify(value) }))
const header = `/* Made by scripts/catalogue.mjs. */
#ifndef HUTONG_GEN_CATALOGUE_SEED_H
#define HUTONG_GEN_CATALOGUE_SEED_H

#include <stddef.h>

/* One catalogue file of schema/catalogue as compact JSON. */
struct catalogue_seed {
    const char *name; /* "units", "demo/accounts" */
    const char *json; /* a NUL follows that size does not count */
    size_t size;
};

extern const struct catalogue_seed catalogue_seed[];
extern const size_t catalogue_seed_count;

#endif
`
const source = [
    '/* Made by scripts/catalogue.mjs. */',
    '#include "gen/catalogue_seed.h"',
    '',
    ...texts.flatMap(({ json }, index) => [
        `static const unsigned char seed_${index}[] = {`,
        ...bytesOf(json),
        '};',
    ]),
    'const struct catalogue_seed catalogue_seed[] = {',
    ...texts.map(
        ({ name }, index) =>
            `    {"${name}", (const char *)seed_${index}, sizeof(seed_${index}) - 1},`,
    ),
    '};',
    `const size_t catalogue_seed_count = ${texts.length};`,
    '',
].join('\n')

// Untouched when the bytes are the same: nothing is compiled again for it.
function write(name, text) {
    const to = path.join(out, name)
    if (fs.existsSync(to) && fs.readFileSync(to, 'utf8') === text) return
    fs.mkdirSync(out, { recursive: true })
    fs.writeFileSync(to, text)
}

write('catalogue_seed.h', header)
write('catalogue_seed.c', source)
