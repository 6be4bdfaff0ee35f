// fields.mjs - the property language: one JSON property -> one field.
//
// A field is { name, kind, optional, ... }; a shape is the list of fields of
// one object and becomes one C struct. Anything the language does not know is
// a problem: a keyword that is silently ignored is a rule that is not kept.

import { isName } from './names.mjs'

export const DEPTH_MAX = 6 // SHAPE_DEPTH_MAX of shape_table.h
export const FIELDS_MAX = 64 // one bit each in the decoder
const ITEMS_MAX = 65535
const JSON_BYTES_MAX = 512 * 1024 // LIMIT_JSON_BYTES of base/limits.h
const GROUPS = ['self', ...Array.from({ length: 13 }, (_, i) => `G${i + 1}`)]
const CLASSES = ['N', 'P', 'S']
const MASKS = ['omit', 'name', 'phone', 'township']
const ANY = ['description', 'x-group', 'x-class', 'x-mask']

// ^[class]{a,b}$ -> { min, max, set: Set of character codes }, or null.
export function parsePattern(pattern) {
    const m = /^\^\[((?:[^\]\\]|\\.)+)\](?:\{(\d+)(?:,(\d+))?\})\$$/.exec(pattern)
    if (!m) return null
    const set = new Set()
    const chars = m[1]
    for (let i = 0; i < chars.length; i++) {
        const from = chars.charCodeAt(i)
        if (chars[i] === '\\' || (chars[i] === '^' && i === 0)) return null
        if (chars[i + 1] === '-' && i + 2 < chars.length) {
            const to = chars.charCodeAt(i + 2)
            if (to < from) return null
            for (let c = from; c <= to; c++) set.add(c)
            i += 2
        } else {
            set.add(from)
        }
    }
    for (const c of set) if (c < 0x20 || c > 0x7e) return null
    const min = Number(m[2])
    const max = m[3] === undefined ? min : Number(m[3])
    return min <= max ? { min, max, set } : null
}

const printable = () => {
    const set = new Set()
    for (let c = 0x21; c <= 0x7e; c++) set.add(c)
    return set
}

export class FieldReader {
    // lists: Map name -> list. refer(ref, place, mode) -> shape or null.
    constructor(lists, refer) {
        this.lists = lists
        this.refer = refer
    }

    // Reads {properties, required} into a shape with the C name c.
    shape(value, place, c, mode, extra = []) {
        const shape = { c, fields: [], description: value.description || '' }
        const allowed = [
            'title',
            'description',
            'type',
            'additionalProperties',
            'properties',
            'required',
            ...extra,
        ]
        if (!place.keys(value, allowed, ['properties'])) return shape
        if (value.type !== undefined && value.type !== 'object') {
            place.at('type').fail('must be "object"')
        }
        if (value.additionalProperties !== undefined && value.additionalProperties !== false) {
            place.at('additionalProperties').fail('must be false')
        }
        const required = place.strings(value, 'required')
        const properties = value.properties
        if (!place.at('properties').isObject(properties)) return shape
        for (const name of required) {
            if (!(name in properties)) {
                place.at('required').fail(`"${name}" is no property`)
            }
        }
        for (const [name, property] of Object.entries(properties)) {
            const here = place.at('properties', name)
            if (!isName(name)) here.fail('is no usable name (lower_case, no C keyword)')
            const field = this.field(property, here, name, `${c}_${name}`, mode)
            if (!field) continue
            field.optional = !required.includes(name)
            shape.fields.push(field)
        }
        if (shape.fields.length > FIELDS_MAX) {
            place.at('properties').fail(`more than ${FIELDS_MAX} properties`)
        }
        this.clashes(shape, place.at('properties'))
        return shape
    }

    // has_x and x_count are members of the C struct too.
    clashes(shape, place) {
        const seen = new Set()
        for (const f of shape.fields) {
            const members = [f.name]
            if (f.optional) members.push(`has_${f.name}`)
            if (f.kind === 'array') members.push(`${f.name}_count`)
            for (const m of members) {
                if (seen.has(m)) place.at(f.name).fail(`the C member ${m} is there twice`)
                seen.add(m)
            }
        }
    }

    field(p, place, name, c, mode) {
        if (!place.isObject(p)) return null
        const field = this.bare(p, place, name, c, mode)
        if (!field) return null
        field.name = name
        field.description = place.string(p, 'description')
        this.masking(p, place, field, mode)
        return field
    }

    masking(p, place, field, mode) {
        const keys = ['x-group', 'x-class', 'x-mask'].filter((k) => k in p)
        if (mode !== 'view') {
            for (const k of keys) place.at(k).fail('belongs in a view only')
            return
        }
        const holder = field.kind === 'array' ? field.item : field
        const nested = holder.kind === 'object'
        if ('x-group' in p) {
            if (GROUPS.includes(p['x-group'])) {
                field.group = GROUPS.indexOf(p['x-group'])
            } else {
                place.at('x-group').fail('must be G1 to G13 or "self"')
            }
        } else if (!nested || holder.shape.borrowed) {
            place.fail('a field of a view needs "x-group"')
        }
        if ('x-class' in p) {
            if (!CLASSES.includes(p['x-class'])) {
                place.at('x-class').fail(`must be one of ${CLASSES.join(' ')}`)
            }
            field.klass = p['x-class']
        } else if (!nested || holder.shape.borrowed) {
            place.fail('a field of a view needs "x-class"')
        }
        field.mask = p['x-mask'] ?? 'omit'
        if (!MASKS.includes(field.mask)) {
            place.at('x-mask').fail(`must be one of ${MASKS.join(' ')}`)
        }
        const wants = {
            name: ['line', 'prose', 'token'],
            phone: ['line', 'token'],
            township: ['territory'],
        }[field.mask]
        if (wants && !wants.includes(holder.kind)) {
            place.at('x-mask').fail(`"${field.mask}" does not fit this type`)
        }
    }

    bare(p, place, name, c, mode) {
        if ('$ref' in p) {
            place.keys(p, ['$ref', ...ANY])
            const shape = this.refer(p.$ref, place, mode)
            return shape && { kind: 'object', shape }
        }
        if ('x-json' in p) {
            place.keys(p, ['x-json', 'maxBytes', ...ANY], ['maxBytes'])
            if (p['x-json'] !== true) place.at('x-json').fail('must be true')
            return { kind: 'json', min: 0, max: place.integer(p, 'maxBytes', 2, JSON_BYTES_MAX) }
        }
        switch (p.type) {
            case 'string':
                return this.string(p, place, mode)
            case 'integer':
                return this.integer(p, place)
            case 'boolean':
                place.keys(p, ['type', ...ANY])
                return { kind: 'boolean' }
            case 'array':
                return this.array(p, place, name, c, mode)
            case 'object': {
                if (mode === 'read') {
                    place.fail('a query holds no objects')
                    return null
                }
                const shape = this.shape(p, place, c, mode, ANY)
                return { kind: 'object', shape }
            }
            default:
                place.at('type').fail('must be string, integer, boolean, array or object')
                return null
        }
    }

    integer(p, place) {
        place.keys(p, ['type', 'minimum', 'maximum', ...ANY], ['minimum', 'maximum'])
        const most = Number.MAX_SAFE_INTEGER
        const min = place.integer(p, 'minimum', -most, most)
        const max = place.integer(p, 'maximum', -most, most)
        if (min > max) place.fail('minimum is above maximum')
        return { kind: 'integer', min, max }
    }

    array(p, place, name, c, mode) {
        place.keys(p, ['type', 'items', 'minItems', 'maxItems', ...ANY], ['items', 'maxItems'])
        const max = place.integer(p, 'maxItems', 1, ITEMS_MAX)
        const min = 'minItems' in p ? place.integer(p, 'minItems', 0, max) : 0
        const items = place.at('items')
        if (!items.isObject(p.items)) return null
        if (p.items.type === 'array') {
            items.fail('an array of arrays is not in the language')
            return null
        }
        const item = this.bare(p.items, items, name, c, mode)
        return item && { kind: 'array', item, itemsMin: min, itemsMax: max }
    }

    string(p, place, mode) {
        const marks = [
            'x-text',
            'x-token',
            'x-id',
            'x-list',
            'x-case-no',
            'x-time',
            'x-territory',
            'x-secret',
        ].filter((k) => k in p)
        if (marks.length !== 1) {
            place.fail(
                'a string needs exactly one of x-text x-token x-id x-list ' +
                    'x-case-no x-time x-territory x-secret',
            )
            return null
        }
        const mark = marks[0]
        if (mark !== 'x-text' && mark !== 'x-list' && p[mark] !== true) {
            place.at(mark).fail('must be true')
        }
        const plain = {
            'x-id': 'id',
            'x-case-no': 'case_no',
            'x-time': 'time',
            'x-territory': 'territory',
        }[mark]
        if (plain) {
            place.keys(p, ['type', mark, ...ANY])
            return { kind: plain }
        }
        if (mark === 'x-list') {
            place.keys(p, ['type', mark, ...ANY])
            const list = this.lists.get(p['x-list'])
            if (!list) place.at('x-list').fail(`there is no list "${p['x-list']}"`)
            return list ? { kind: 'list', list } : null
        }
        return mark === 'x-token' ? this.token(p, place) : this.words(p, place, mark, mode)
    }

    words(p, place, mark, mode) {
        place.keys(p, ['type', mark, 'minLength', 'maxLength', ...ANY], ['maxLength'])
        const max = place.integer(p, 'maxLength', 1, 1 << 20)
        const min = 'minLength' in p ? place.integer(p, 'minLength', 0, max) : 0
        if (mark === 'x-secret') {
            if (mode !== 'command') place.fail('a secret is sent, never stored, shared or shown')
            return { kind: 'secret', min, max }
        }
        if (p['x-text'] !== 'line' && p['x-text'] !== 'prose') {
            place.at('x-text').fail('must be "line" or "prose"')
        }
        return { kind: p['x-text'] === 'prose' ? 'prose' : 'line', min, max }
    }

    token(p, place) {
        place.keys(
            p,
            ['type', 'x-token', 'minLength', 'maxLength', 'pattern', ...ANY],
            ['maxLength'],
        )
        const max = place.integer(p, 'maxLength', 1, 4096)
        const min = 'minLength' in p ? place.integer(p, 'minLength', 1, max) : 1
        if (p.pattern === undefined) return { kind: 'token', min, max, set: printable() }
        const parsed = parsePattern(String(p.pattern))
        if (!parsed) {
            place.at('pattern').fail('must be ^[one bracket class]{a,b}$ of ASCII')
            return null
        }
        if (parsed.max !== max) {
            place.at('pattern').fail(`its count ends at ${parsed.max}, maxLength is ${max}`)
        }
        return {
            kind: 'token',
            min: Math.max(1, parsed.min),
            max,
            set: parsed.set,
            pattern: p.pattern,
        }
    }
}

// The nesting of a shape, itself included; arrays count as a step.
export function shapeDepth(shape) {
    let deepest = 0
    for (const f of shape.fields) {
        const holder = f.kind === 'array' ? f.item : f
        if (holder.kind !== 'object') continue
        const step = f.kind === 'array' ? 1 : 0
        deepest = Math.max(deepest, step + shapeDepth(holder.shape))
    }
    return 1 + deepest
}
