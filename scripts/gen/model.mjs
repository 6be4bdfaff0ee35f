// model.mjs - checks the loaded schema as a whole and makes the model that
// every output is written from.
//
// Order matters: lists and refusals first, then the shared types, then views,
// then what points at them.

import { FieldReader, shapeDepth, DEPTH_MAX } from './fields.mjs'
import { isName, upper } from './names.mjs'
import { readRoutes } from './model_routes.mjs'
import { readTables } from './model_tables.mjs'
import { readLive } from './model_live.mjs'

const OBJECTS = ['case', 'contact', 'account', 'child', 'unit', 'any', 'none']
const SUBJECTS_MAX = 16 // LIMIT_PARTS of base/limits.h

export function buildModel(loaded, problems) {
    const model = {
        lists: new Map(),
        refusals: [],
        types: new Map(),
        views: new Map(),
        commands: [],
        reads: [],
        events: [],
        tables: [],
        specials: [],
        common: { command: [], read: [], special: [] },
        problems,
    }
    for (const one of loaded.list) readList(one, model)
    readRefusals(loaded.files['refusal.json'], model)
    readCommon(loaded.files['common.json'], model)

    const sources = {
        type: new Map(loaded.type.map((o) => [o.name, o])),
        view: new Map(loaded.view.map((o) => [o.name, o])),
    }
    const open = []
    const refer = (ref, place, mode) => {
        const m = /^(type|view)\/([a-z][a-z0-9_]*)$/.exec(String(ref))
        const source = m && sources[m[1]].get(m[2])
        if (!source) {
            place.at('$ref').fail(`there is no "${ref}"`)
            return null
        }
        if (m[1] === 'view' && mode !== 'view') {
            place.at('$ref').fail('only a view may point at a view')
            return null
        }
        if (open.includes(ref)) {
            place.at('$ref').fail(`"${ref}" points at itself`)
            return null
        }
        return shared(m[1], source)
    }
    const reader = new FieldReader(model.lists, refer)
    model.reader = reader
    function shared(folder, one) {
        const made = folder === 'type' ? model.types : model.views
        if (made.has(one.name)) return made.get(one.name)
        open.push(`${folder}/${one.name}`)
        titleFits(one)
        const shape = reader.shape(one.value, one.place, `${folder}_${one.name}`, folder)
        shape.name = one.name
        shape.ref = `${folder}/${one.name}`
        shape.borrowed = folder === 'type' // its leaves carry no group
        open.pop()
        made.set(one.name, shape)
        deepEnough(shape, one.place)
        return shape
    }
    for (const one of loaded.type) shared('type', one)
    for (const one of loaded.view) shared('view', one)
    for (const one of loaded.event) readEvent(one, model)
    model.events.sort((a, b) => a.code - b.code || a.version - b.version)
    readRoutes(loaded, model)
    readTables(loaded.table, model)
    readLive(loaded.files['live.json'], model)
    namesClash(model)
    return model
}

// TypeScript has one room for the names of views, inputs, bodies and queries.
function namesClash(model) {
    const bare = (s) => s.replace(/_/g, '')
    const taken = new Map()
    const take = (name, what) => {
        if (taken.has(name)) {
            model.problems.add(what, '', `is the same name in TypeScript as ${taken.get(name)}`)
        }
        taken.set(name, what)
    }
    for (const name of model.views.keys()) take(bare(name), `view/${name}.json`)
    for (const name of model.types.keys()) take(`${bare(name)}input`, `type/${name}.json`)
    for (const c of model.commands) {
        if (c.route) take(bare(c.name), `command/${c.name}.json`)
    }
    for (const s of model.specials) {
        if (s.request) take(bare(s.name), `special.json ${s.name}`)
    }
    for (const r of model.reads) take(`${bare(r.name)}query`, `read/${r.name}.json`)
}

export function titleFits(one) {
    if (one.value.title !== one.name) {
        one.place.at('title').fail(`must be the file's name, "${one.name}"`)
    }
}

export function deepEnough(shape, place) {
    if (shapeDepth(shape) > DEPTH_MAX) {
        place.fail(`nested deeper than ${DEPTH_MAX}`)
    }
}

function readList(one, model) {
    const { value, place, name } = one
    if (!place.keys(value, ['name', 'description', 'values'], ['name', 'values'])) return
    if (value.name !== name) place.at('name').fail(`must be the file's name, "${name}"`)
    if (!isName(name)) place.fail('is no usable name')
    if (!Array.isArray(value.values) || value.values.length === 0) {
        place.at('values').fail('must be an array with values')
        return
    }
    const codes = new Set(['NONE', 'MAX'])
    const numbers = new Set()
    const values = []
    value.values.forEach((v, i) => {
        const here = place.at('values', i)
        const keys = ['code', 'number', 'zh', 'en']
        if (!here.keys(v, [...keys, 'description'], keys)) return
        for (const k of ['code', 'zh', 'en']) {
            if (here.string(v, k) === '') here.at(k).fail('is empty')
        }
        if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$/.test(v.code)) {
            here.at('code').fail('must be 1 to 32 of letters, digits, _ . -')
            return
        }
        const number = here.integer(v, 'number', 1, 65535)
        if (codes.has(upper(v.code))) here.at('code').fail('stands twice')
        if (numbers.has(number)) here.at('number').fail('stands twice')
        codes.add(upper(v.code))
        numbers.add(number)
        values.push({ code: v.code, number, zh: v.zh, en: v.en })
    })
    model.lists.set(name, { name, description: value.description || '', values })
}

function readRefusals(one, model) {
    if (!one) return
    const keys = ['status', 'zh', 'en', 'who_zh', 'who_en']
    for (const code of Object.keys(one.value).sort()) {
        const here = one.place.at(code)
        const v = one.value[code]
        if (!/^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/.test(code)) {
            here.fail('a refusal code is noun.reason')
        }
        if (!here.keys(v, keys, keys)) continue
        here.integer(v, 'status', 400, 599)
        for (const k of keys.slice(1)) here.string(v, k)
        for (const k of ['zh', 'en']) if (v[k] === '') here.at(k).fail('is empty')
        model.refusals.push({ code, ...v })
    }
}

function readCommon(one, model) {
    if (!one) return
    const kinds = ['command', 'read', 'special']
    if (!one.place.keys(one.value, kinds, kinds)) return
    for (const kind of kinds) {
        model.common[kind] = one.place.strings(one.value, kind)
        knownRefusals(model.common[kind], one.place.at(kind), model)
    }
}

export function knownRefusals(codes, place, model) {
    for (const code of codes) {
        if (!model.refusals.some((r) => r.code === code)) {
            place.fail(`"${code}" is not in refusal.json`)
        }
    }
}

function readEvent(one, model) {
    const { value, place } = one
    const keys = ['title', 'x-code', 'x-version', 'description', 'x-object', 'open', 'sealed']
    if (!place.keys(value, keys, keys)) return
    const version = place.integer(value, 'x-version', 1, 65535)
    const title = place.string(value, 'title')
    const file = version === 1 ? title : `${title}.v${version}`
    if (file !== one.name) place.at('title').fail(`the file must be ${file}.json`)
    if (!isName(title)) place.at('title').fail('is no usable name')
    if (!OBJECTS.includes(value['x-object'])) {
        place.at('x-object').fail(`must be one of ${OBJECTS.join(' ')}`)
    }
    const code = place.integer(value, 'x-code', 1, 65535)
    for (const other of model.events) {
        if ((other.code === code) !== (other.title === title)) {
            place.at('x-code').fail(`${other.title} has code ${other.code}`)
        } else if (other.code === code && other.version === version) {
            place.at('x-version').fail('stands twice')
        }
    }
    const c = version === 1 ? `ev_${title}` : `ev_${title}_v${version}`
    const open = model.reader.shape(value.open, place.at('open'), c, 'event')
    const parts = readParts(value.sealed, place.at('sealed'), c, model)
    if (open.fields.some((f) => f.name === 'subjects')) {
        place.at('open', 'properties', 'subjects').fail('is added by the generator')
    }
    for (const p of parts) shareMembers(p, open, place)
    deepEnough(open, place.at('open'))
    model.events.push({
        title,
        c,
        code,
        version,
        object: value['x-object'],
        description: value.description,
        open,
        parts,
    })
}

// What a sealed part brings into the C struct may also be told in the open:
// then it is one member, so that the two cannot disagree.
function shareMembers(part, open, place) {
    const shared = part.many
        ? { [`${part.name}_count`]: 'integer' }
        : { [`${part.name}_subject`]: 'id', [`has_${part.name}`]: 'boolean' }
    const all = [part.name, `${part.name}_subject`, ...Object.keys(shared)]
    for (const f of open.fields) {
        const here = place.at('open', 'properties', f.name)
        if (shared[f.name] === f.kind && !f.optional) {
            f.ofPart = part.name
            continue
        }
        const members = [
            f.name,
            f.optional && `has_${f.name}`,
            f.kind === 'array' && `${f.name}_count`,
        ]
        for (const m of members) {
            if (m && all.includes(m)) {
                here.fail(`the C member ${m} is also one of the sealed part "${part.name}"`)
            }
        }
    }
}

function readParts(sealed, place, c, model) {
    const parts = []
    if (!place.isObject(sealed)) return parts
    const classes = model.lists.get('part_class')
    for (const [name, part] of Object.entries(sealed)) {
        const here = place.at(name)
        if (!isName(name)) here.fail('is no usable name')
        if (!here.isObject(part)) continue
        const value = classes?.values.find((v) => v.code === part['x-class'])
        if (!value) here.at('x-class').fail('is not in list/part_class.json')
        const many = 'x-many' in part ? here.integer(part, 'x-many', 2, SUBJECTS_MAX) : 0
        const shape = model.reader.shape(part, here, `${c}_${name}`, 'event', ['x-class', 'x-many'])
        deepEnough(shape, here)
        parts.push({ name, many, shape, klass: value ? value.code : '' })
    }
    return parts
}
