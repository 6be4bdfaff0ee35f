// output.test.mjs - what is made: the same bytes each time, and documents that
// are whole, of the sample and of the real schema.

import test from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generate } from './gen.mjs'
import { made, sample } from './sample.mjs'
import { DEPTH_MAX, FIELDS_MAX } from './fields.mjs'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const real = generate(join(ROOT, 'schema'))
const small = made(sample())

test('the real schema has no problem', () => {
    assert.equal(real.problems.text(), '')
    assert.ok(real.files.size > 30)
})

test('the same schema makes the same bytes', () => {
    const again = generate(join(ROOT, 'schema'))
    assert.deepEqual([...again.files], [...real.files])
    const turned = Object.fromEntries(Object.entries(sample()).reverse())
    assert.deepEqual([...made(turned).files], [...small.files])
})

test('constants agree with the C that they come from', () => {
    const shape = real.files.get('shape_table.h')
    assert.match(shape, new RegExp(`SHAPE_DEPTH_MAX = ${DEPTH_MAX}\\b`))
    assert.match(shape, new RegExp(`SHAPE_FIELDS_MAX = ${FIELDS_MAX}\\b`))
    const limits = readFileSync(join(ROOT, 'server/base/limits.h'), 'utf8')
    assert.match(limits, /LIMIT_PARTS = 16\b/)
    assert.match(limits, /LIMIT_JSON_BYTES = 512 \* 1024\b/)
})

test('a layout that changes has another version', () => {
    const version = (change) => {
        const files = sample()
        change(files['table/note_head.json'])
        const text = made(files).files.get('tables.c')
        return text.slice(text.indexOf('tables_version'))
    }
    const before = version(() => {})
    assert.equal(
        version((t) => {
            t.note = 'words'
        }),
        before,
    )
    assert.notEqual(
        version((t) => {
            t.number = 6
        }),
        before,
    )
    assert.notEqual(
        version((t) => {
            t.value[0].type = 'u16'
        }),
        before,
    )
    assert.notEqual(
        version((t) => {
            t.tail = true
        }),
        before,
    )
})

test('values are aligned and padded to eight', () => {
    const text = small.files.get('tables.h')
    assert.match(text, /NOTE_HEAD_BYTES = 16, NOTE_HEAD_KEY_BYTES = 24/)
    assert.match(text, /load_u64le\(value \+ 8\)/)
})

test('an open field that a part also brings is one member', () => {
    const files = sample()
    const event = files['event/note_added.json']
    event.open.properties.children_count = { type: 'integer', minimum: 0, maximum: 2 }
    event.open.properties.narrative_subject = { type: 'string', 'x-id': true }
    event.open.required = ['case_id', 'children_count', 'narrative_subject']
    const { files: out, problems } = made(files)
    assert.equal(problems.text(), '')
    const header = out.get('events.h')
    assert.equal(header.match(/children_count;/g).length, 1)
    assert.equal(header.match(/narrative_subject;/g).length, 1)
    assert.match(out.get('events.c'), /\.name = "children_count"/)
})

// Every $ref of a document leads somewhere inside it.
function checkRefs(document) {
    let count = 0
    const walk = (value) => {
        if (Array.isArray(value)) return value.forEach(walk)
        if (value === null || typeof value !== 'object') return undefined
        for (const [key, inner] of Object.entries(value)) {
            if (key === '$ref') {
                count++
                assert.match(inner, /^#\//)
                const target = inner
                    .slice(2)
                    .split('/')
                    .reduce(
                        (at, step) => at?.[step.replace(/~1/g, '/').replace(/~0/g, '~')],
                        document,
                    )
                assert.ok(target, `${inner} leads nowhere`)
            } else {
                walk(inner)
            }
        }
        return undefined
    }
    walk(document)
    return count
}

function checkOperation(document, path, method, op) {
    const where = `${method} ${path}`
    assert.match(op.operationId, /^[a-z][a-z0-9_]*$/, where)
    assert.ok(op.tags.length, where)
    const parameters = (op.parameters ?? []).map((p) =>
        p.$ref ? document.components.parameters[p.$ref.split('/').at(-1)] : p,
    )
    const names = parameters.map((p) => `${p.in} ${p.name}`)
    assert.equal(new Set(names).size, names.length, `${where}: a parameter twice`)
    const inPath = parameters
        .filter((p) => p.in === 'path')
        .map((p) => p.name)
        .sort()
    const wanted = [...path.matchAll(/\{([^}]+)\}/g)].map((m) => m[1]).sort()
    assert.deepEqual(inPath, wanted, where)
    for (const p of parameters) {
        assert.ok(p.schema, where)
        if (p.in === 'path') assert.equal(p.required, true, where)
    }
    if (method === 'get') assert.equal(op.requestBody, undefined, where)
    else assert.ok(names.includes('header X-Hutong'), where)
    const statuses = Object.keys(op.responses)
    assert.ok(
        statuses.some((s) => s < '300'),
        where,
    )
    for (const [status, response] of Object.entries(op.responses)) {
        assert.ok(response.description, where)
        if (status < '400') continue
        assert.ok(response.content['application/problem+json'], where)
        const known = document.components.schemas.problem.properties.code.enum
        assert.ok(response['x-codes'].length, where)
        for (const code of response['x-codes']) assert.ok(known.includes(code), code)
    }
}

for (const [what, { files }] of [
    ['the sample', small],
    ['the real schema', real],
]) {
    test(`openapi of ${what} is whole`, () => {
        const document = JSON.parse(files.get('openapi.json'))
        assert.match(document.openapi, /^3\.1\.\d$/)
        assert.ok(document.info.title && document.info.version)
        const ids = new Set()
        for (const [path, item] of Object.entries(document.paths)) {
            assert.match(path, /^\//)
            for (const [method, op] of Object.entries(item)) {
                checkOperation(document, path, method, op)
                assert.ok(!ids.has(op.operationId), op.operationId)
                ids.add(op.operationId)
            }
        }
        assert.ok(ids.size > 0)
        for (const key of Object.keys(document.components.schemas)) {
            assert.match(key, /^[a-zA-Z0-9._-]+$/)
        }
        assert.ok(checkRefs(document) > 0)
    })

    test(`asyncapi of ${what} is whole`, () => {
        const document = JSON.parse(files.get('asyncapi.json'))
        assert.equal(document.asyncapi, '3.0.0')
        for (const [name, message] of Object.entries(document.components.messages)) {
            assert.equal(message.payload.properties.type.const, name)
        }
        assert.ok(checkRefs(document) > 0)
    })

    test(`openapi.c of ${what} holds the same document`, () => {
        const numbers = [...files.get('openapi.c').matchAll(/^ {4}([-\d, ]+),$/gm)].flatMap((m) =>
            m[1].split(',').map(Number),
        )
        assert.equal(numbers.pop(), 0)
        const text = Buffer.from(numbers.map((n) => n & 255)).toString('utf8')
        assert.deepEqual(JSON.parse(text), JSON.parse(files.get('openapi.json')))
    })
}

test('an answer promises only what nobody is denied', () => {
    const view = JSON.parse(small.files.get('openapi.json')).components.schemas['view.note']
    assert.deepEqual(view.required, ['no'])
    const files = sample()
    files['view/note.json'].required = ['no', 'name']
    const again = JSON.parse(made(files).files.get('openapi.json')).components.schemas['view.note']
    assert.deepEqual(again.required, ['no'])
    assert.match(
        made(files).files.get('web/api.ts'),
        /interface Note \{\n {2}no: string\n {2}name\?: string/,
    )
})
