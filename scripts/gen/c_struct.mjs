// c_struct.mjs - a shape as a C struct, and as the table that describes it.

import { cComment, cString, upper } from './names.mjs'

const SCALARS = {
    line: 'struct text',
    prose: 'struct text',
    token: 'struct text',
    secret: 'struct text',
    json: 'struct text',
    id: 'struct id',
    case_no: 'struct case_no',
    time: 'int64_t',
    territory: 'uint64_t',
    integer: 'int64_t',
    boolean: 'bool',
}
const NOTES = { time: 'microseconds', json: 'compact JSON', secret: 'secret' }

// The name of the C struct of a shape, and of its table.
export const structName = (shape) => `struct ${shape.c}`

function typeOf(field) {
    if (field.kind === 'object') return structName(field.shape)
    if (field.kind === 'list') return `enum ${field.list.name}`
    return SCALARS[field.kind]
}

// Member lines of one shape.
export function members(shape) {
    const lines = []
    for (const f of shape.fields) {
        if (f.ofPart) continue // a member of the sealed part, told in the open
        if (f.optional) lines.push(`    bool has_${f.name};`)
        if (f.kind === 'array') {
            const type = typeOf(f.item)
            lines.push(`    const ${type} *${f.name};`)
            lines.push(`    size_t ${f.name}_count; /* ${f.itemsMax} at most */`)
            continue
        }
        const note = NOTES[f.kind] ? ` /* ${NOTES[f.kind]} */` : ''
        lines.push(`    ${typeOf(f)} ${f.name};${note}`)
    }
    return lines
}

const emptyMember = '    char none; /* C17 has no empty struct */'

// The shapes written inside this one, innermost first, shared ones left out.
export function inlineShapes(shape) {
    const out = []
    for (const f of shape.fields) {
        const holder = f.kind === 'array' ? f.item : f
        if (holder.kind === 'object' && !holder.shape.ref) {
            out.push(...inlineShapes(holder.shape), holder.shape)
        }
    }
    return out
}

// Struct definitions of a shape, the nested ones first.
export function structText(shape, extraMembers = []) {
    const parts = inlineShapes(shape).map((s) => oneStruct(s, []))
    parts.push(oneStruct(shape, extraMembers))
    return parts.join('\n\n')
}

function oneStruct(shape, extraMembers) {
    const lines = [...members(shape), ...extraMembers]
    const comment = shape.description ? `${cComment(shape.description)}\n` : ''
    return `${comment}${structName(shape)} {
${(lines.length ? lines : [emptyMember]).join('\n')}
};`
}

// Writes tables into one .c file; equal token sets are written once.
export class TableWriter {
    // views: leaves carry groups.
    constructor({ views = false } = {}) {
        this.views = views
        this.tokens = new Map()
        this.groupTables = new Set() // of shared types, one copy a group
        this.parts = []
    }

    tokenName(set) {
        let low = 0n
        let high = 0n
        for (const c of set) {
            if (c < 64) low |= 1n << BigInt(c)
            else high |= 1n << BigInt(c - 64)
        }
        const hex = (v) => `UINT64_C(0x${v.toString(16).padStart(16, '0')})`
        const key = `{${hex(low)}, ${hex(high)}}`
        if (!this.tokens.has(key)) {
            this.tokens.set(key, `token_${this.tokens.size + 1}`)
        }
        return this.tokens.get(key)
    }

    // The C name of the table of a nested shape; writes it when it is inline.
    nested(field, holder, group) {
        const shape = holder.shape
        if (shape.borrowed && this.views) {
            const own = group ?? field.group
            const table = `shape_${shape.c}_g${own}`
            if (!this.groupTables.has(table)) {
                this.groupTables.add(table)
                this.table(shape, { name: table, group: own })
            }
            return table
        }
        if (!shape.ref) this.table(shape, {})
        return `shape_${shape.c}`
    }

    row(field, owner, group) {
        const f = field.kind === 'array' ? field.item : field
        const items = [`.name = ${cString(field.name)}`, `.kind = SHAPE_${upper(f.kind)}`]
        const member = (m) => `offsetof(${owner}, ${m})`
        if (field.kind === 'array') {
            items.push('.array = true', `.count_offset = ${member(`${field.name}_count`)}`)
            if (field.itemsMin) items.push(`.items_min = ${field.itemsMin}`)
            items.push(`.items_max = ${field.itemsMax}`)
        }
        if (field.optional) {
            items.push('.optional = true', `.has_offset = ${member(`has_${field.name}`)}`)
        }
        items.push(`.offset = ${member(field.name)}`)
        const own = group ?? field.group
        if (this.views && own) items.push(`.group = GROUP_G${own}`)
        if (this.views && field.mask && field.mask !== 'omit') {
            items.push(`.mask = SHAPE_MASK_${upper(field.mask)}`)
        }
        if (f.min) items.push(`.min = INT64_C(${f.min})`)
        if (f.max !== undefined) items.push(`.max = INT64_C(${f.max})`)
        if (f.kind === 'list') items.push(`.list = &list_${f.list.name}`)
        if (f.kind === 'token') items.push(`.token = &${this.tokenName(f.set)}`)
        if (f.kind === 'object') items.push(`.shape = &${this.nested(field, f, group)}`)
        return `    {${items.join(',\n     ')}},`
    }

    // name: of the table. group: what all leaves of a borrowed shape get.
    // passed: names that are there but not read. linkage: '' makes it public.
    table(shape, { name = `shape_${shape.c}`, group, passed = [], linkage = 'static ' }) {
        const rows = shape.fields.map((f) => this.row(f, structName(shape), group))
        for (const p of passed) rows.push(`    {.name = ${cString(p)}, .kind = SHAPE_PASSED},`)
        const bits = this.views ? groupBits(shape, group) : null
        const lines = []
        if (rows.length) {
            lines.push(`static const struct shape_field fields_${name}[] = {`, ...rows, '};', '')
        }
        lines.push(`${linkage}const struct shape ${name} = {
    .fields = ${rows.length ? `fields_${name}` : 'NULL'},
    .count = ${rows.length},
    .size = sizeof(${structName(shape)}),${
        bits
            ? `
    .groups_full = 0x${bits.full.toString(16)},
    .groups_masked = 0x${bits.masked.toString(16)},`
            : ''
    }
};`)
        this.parts.push(lines.join('\n'))
    }

    text() {
        const tokens = [...this.tokens].map(
            ([value, name]) => `static const struct shape_token ${name} = ${value};`,
        )
        return [...(tokens.length ? [tokens.join('\n')] : []), ...this.parts].join('\n\n')
    }
}

// Which groups have a leaf in this shape, whole and in a masked form.
export function groupBits(shape, group) {
    let full = 0
    let masked = 0
    for (const f of shape.fields) {
        const holder = f.kind === 'array' ? f.item : f
        if (holder.kind === 'object') {
            const inner = groupBits(
                holder.shape,
                holder.shape.borrowed ? (group ?? f.group) : undefined,
            )
            full |= inner.full
            masked |= inner.masked
            continue
        }
        const bit = 1 << (group ?? f.group ?? 0)
        full |= bit
        if (f.mask && f.mask !== 'omit') masked |= bit
    }
    return { full, masked }
}
