// json_schema.mjs - shapes and lists as JSON Schema 2020-12, for OpenAPI and
// AsyncAPI.

import { groupBits } from './c_struct.mjs'

const G_SELF_AND_1 = 0b11
export const CASE_NO = '^12349-[0-9]{8}-[0-9]{4,9}$'
export const TERRITORY = '^[1-9][0-9]{5}([0-9]{3}([0-9]{3})?)?$'
export const ID = '^[0-9a-f]{32}$'

export const listKey = (list) => `list.${list.name}`
export const shapeKey = (shape) => shape.ref.replace('/', '.')
const refer = (key) => ({ $ref: `#/components/schemas/${key}` })

export function listSchema(list) {
    return {
        type: 'string',
        description: [
            list.description,
            list.values.map((v) => `${v.code}: ${v.zh}, ${v.en}`).join('; '),
        ]
            .filter(Boolean)
            .join('\n\n'),
        enum: list.values.map((v) => v.code),
    }
}

// Order head and the reader's own are never masked where an answer is given
// at all; everything else may be left out for somebody.
export function alwaysShown(field) {
    if (field.optional) return false
    const holder = field.kind === 'array' ? field.item : field
    if (holder.kind !== 'object') return ((1 << (field.group ?? 0)) & G_SELF_AND_1) !== 0
    const bits = groupBits(holder.shape, holder.shape.borrowed ? field.group : undefined)
    return (bits.full & G_SELF_AND_1) !== 0 && (field.group ?? 0) <= 1
}

// One value; answer: masked forms must fit too.
export function valueSchema(f, answer) {
    switch (f.kind) {
        case 'line':
        case 'prose':
            return {
                type: 'string',
                ...(f.min && !answer ? { minLength: f.min } : {}),
                maxLength: answer && f.mask === 'name' ? Math.max(3, f.max) : f.max,
                'x-text': f.kind,
            }
        case 'secret':
            return {
                type: 'string',
                format: 'password',
                writeOnly: true,
                minLength: Math.max(1, f.min),
                maxLength: f.max,
            }
        case 'token': {
            const masked = answer && f.mask && f.mask !== 'omit'
            const base = { type: 'string', maxLength: masked ? Math.max(4, f.max) : f.max }
            if (f.pattern && !masked) base.pattern = f.pattern
            return base
        }
        case 'json':
            return { description: `Any JSON value, at most ${f.max} bytes.` }
        case 'id':
            return { type: 'string', pattern: ID }
        case 'list':
            return refer(listKey(f.list))
        case 'case_no':
            return { type: 'string', pattern: CASE_NO }
        case 'time':
            return { type: 'string', format: 'date-time' }
        case 'territory':
            return { type: 'string', pattern: TERRITORY }
        case 'integer':
            return { type: 'integer', minimum: f.min, maximum: f.max }
        case 'boolean':
            return { type: 'boolean' }
        case 'object':
            return f.shape.ref ? refer(shapeKey(f.shape)) : shapeSchema(f.shape, answer)
        case 'array':
            return {
                type: 'array',
                ...(f.itemsMin ? { minItems: f.itemsMin } : {}),
                maxItems: f.itemsMax,
                items: valueSchema(f.item, answer),
            }
        default:
            throw new Error(`no JSON Schema for ${f.kind}`)
    }
}

function fieldSchema(f, answer) {
    const value = valueSchema(f, answer)
    if (f.description) value.description = f.description
    if (answer && f.kind !== 'object') {
        value['x-group'] = f.group ? `G${f.group}` : 'self'
        if (f.klass) value['x-class'] = f.klass
        if (f.mask && f.mask !== 'omit') value['x-mask'] = f.mask
    }
    return value
}

export function shapeSchema(shape, answer) {
    const properties = {}
    for (const f of shape.fields) properties[f.name] = fieldSchema(f, answer)
    const required = shape.fields
        .filter((f) => (answer ? alwaysShown(f) : !f.optional))
        .map((f) => f.name)
    return {
        type: 'object',
        ...(shape.description ? { description: shape.description } : {}),
        properties,
        ...(required.length ? { required } : {}),
        additionalProperties: false,
    }
}
