// compile.test.mjs - the C of a schema that uses every corner of the language
// compiles without a warning, not only that of today's schema.

import test from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { made, sample } from './sample.mjs'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const WARNINGS = (
    '-std=c17 -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow ' +
    '-Wstrict-prototypes -Wmissing-prototypes -Wcast-qual -Wcast-align -Wwrite-strings ' +
    '-Wformat=2 -Wundef -Wvla -Wswitch-enum -Wdouble-promotion -Wredundant-decls -Werror'
).split(' ')

function corners() {
    const files = sample()
    const kinds = {
        line: { type: 'string', 'x-text': 'line', maxLength: 5 },
        token: { type: 'string', 'x-token': true, maxLength: 5 },
        code: { type: 'string', 'x-token': true, maxLength: 4, pattern: '^[A-Z]{2,4}$' },
        any: { 'x-json': true, maxBytes: 100 },
        who: { type: 'string', 'x-id': true },
        sex: { type: 'string', 'x-list': 'sex' },
        case_no: { type: 'string', 'x-case-no': true },
        at: { type: 'string', 'x-time': true },
        place: { type: 'string', 'x-territory': true },
        count: { type: 'integer', minimum: -5, maximum: 9007199254740991 },
        sure: { type: 'boolean' },
    }
    const all = (more) =>
        Object.fromEntries(
            Object.entries(kinds).flatMap(([name, kind]) => [
                [name, { ...kind, ...more }],
                [`${name}_list`, { type: 'array', maxItems: 3, items: kind, ...more }],
            ]),
        )
    const inner = (more) => ({
        type: 'object',
        properties: { deep: { type: 'object', properties: all(more) } },
    })
    const plain = {
        type: 'object',
        properties: { ...all({}), inner: inner({}) },
        required: ['line', 'any', 'count_list'],
    }
    files['type/whole.json'] = { title: 'whole', ...plain }
    files['type/nothing.json'] = { title: 'nothing', type: 'object', properties: {} }
    Object.assign(files['command/add_note.json'].properties, {
        secret: { type: 'string', 'x-secret': true, maxLength: 50 },
        wholes: { type: 'array', minItems: 1, maxItems: 3, items: { $ref: 'type/whole' } },
        nothing: { $ref: 'type/nothing' },
    })
    const query = { ...all({}) }
    delete query.any
    delete query.any_list
    Object.assign(files['read/read_case.json'].properties, query)
    const event = files['event/note_added.json']
    event.open = plain
    event.sealed.narrative = { 'x-class': 'narrative', properties: plain.properties }
    event.sealed.children.properties = {}
    files['event/note_added.v2.json'] = { ...event, 'x-version': 2 }
    Object.assign(files['view/note.json'].properties, all({ 'x-group': 'G6', 'x-class': 'S' }), {
        inner: inner({ 'x-group': 'G7', 'x-class': 'S' }),
        whole: { $ref: 'type/whole', 'x-group': 'G13', 'x-class': 'S' },
    })
    files['special.json'].routes.push({
        name: 'ask',
        method: 'POST',
        path: '/ask/{what}',
        success: 200,
        auth: true,
        refusals: [],
        description: '',
        request: plain,
        query: { type: 'object', properties: query },
    })
    const types = [
        'u8',
        'u16',
        'u32',
        'u64',
        'i64',
        'id',
        'hash',
        'bytes12',
        'bytes16',
        'chars8',
        'chars16',
        'chars32',
    ]
    const fields = types.map((type) => ({ name: `a_${type}`, type }))
    files['table/all.json'] = {
        name: 'all',
        class: 'side',
        number: 9,
        tail: true,
        key: [...fields, { name: 'rest', type: 'bytes' }],
        value: fields,
    }
    files['table/bare.json'] = {
        name: 'bare',
        class: 'log',
        number: 1,
        tail: false,
        key: [{ name: 'rest', type: 'bytes' }],
        value: [],
    }
    return files
}

test('the C of every corner compiles without a warning', () => {
    const { files, problems } = made(corners())
    assert.equal(problems.text(), '')
    const dir = mkdtempSync(join(tmpdir(), 'gen-'))
    try {
        for (const [name, text] of files) {
            mkdirSync(dirname(join(dir, 'gen', name)), { recursive: true })
            writeFileSync(join(dir, 'gen', name), text)
        }
        const sources = [...files.keys()].filter((name) => name.endsWith('.c'))
        const { status, stderr } = spawnSync(
            'gcc',
            [
                ...WARNINGS,
                '-fsyntax-only',
                `-I${join(ROOT, 'server')}`,
                `-I${dir}`,
                '-include',
                'base/banned.h',
                ...sources.map((name) => join(dir, 'gen', name)),
            ],
            { encoding: 'utf8' },
        )
        assert.equal(stderr, '')
        assert.equal(status, 0)
    } finally {
        rmSync(dir, { recursive: true })
    }
})
