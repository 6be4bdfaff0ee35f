// model_tables.mjs - the byte layouts of the store's tables.
//
// Keys are big-endian so that LMDB's byte order is the order of the fields;
// values are little-endian, each field at its natural alignment.

import { createHash } from 'node:crypto'
import { isName } from './names.mjs'

const CLASSES = ['log', 'derived', 'side']
export const KEY_BYTES_MAX = 511 // LMDB's MDB_MAXKEYSIZE

// type -> [bytes, alignment in a value]
export const TYPES = {
    u8: [1, 1],
    u16: [2, 2],
    u32: [4, 4],
    u64: [8, 8],
    i64: [8, 8],
    id: [16, 8],
    hash: [32, 8],
    bytes12: [12, 4],
    bytes16: [16, 8],
    chars8: [8, 8],
    chars16: [16, 8],
    chars32: [32, 8],
}

export function readTables(files, model) {
    for (const one of files) readTable(one, model)
    model.tables.sort((a, b) => a.number - b.number)
    model.tablesVersion = createHash('sha256')
        .update(
            JSON.stringify(
                model.tables.map((t) => ({
                    name: t.name,
                    class: t.class,
                    number: t.number,
                    tail: t.tail,
                    bytes: t.bytes,
                    key: t.key.map((f) => [f.name, f.type, f.offset]),
                    value: t.value.map((f) => [f.name, f.type, f.offset]),
                })),
            ),
        )
        .digest()
}

function readTable(one, model) {
    const { value, place, name } = one
    const keys = ['name', 'class', 'number', 'note', 'key', 'value', 'tail']
    if (!place.keys(value, keys, ['name', 'class', 'number', 'key', 'value', 'tail'])) return
    if (value.name !== name) place.at('name').fail(`must be the file's name, "${name}"`)
    if (!isName(name)) place.fail('is no usable name')
    if (!CLASSES.includes(value.class)) {
        place.at('class').fail(`must be one of ${CLASSES.join(' ')}`)
    }
    const number = place.integer(value, 'number', 1, 255)
    for (const t of model.tables) {
        if (t.number === number) place.at('number').fail(`is that of ${t.name}`)
    }
    const key = fields(value.key, place.at('key'), false)
    const body = fields(value.value, place.at('value'), true)
    if (key.list.length === 0) place.at('key').fail('must have a field')
    if (key.bytes > KEY_BYTES_MAX) place.at('key').fail(`above ${KEY_BYTES_MAX} bytes`)
    model.tables.push({
        name,
        class: value.class,
        number,
        note: place.string(value, 'note'),
        tail: place.boolean(value, 'tail'),
        key: key.list,
        keyBytes: key.bytes,
        keyTail: key.tail,
        value: body.list,
        bytes: Math.ceil(body.bytes / 8) * 8,
    })
}

function fields(list, place, aligned) {
    const out = { list: [], bytes: 0, tail: false }
    if (!Array.isArray(list)) {
        place.fail('must be an array')
        return out
    }
    list.forEach((f, i) => {
        const here = place.at(i)
        if (!here.keys(f, ['name', 'type', 'note'], ['name', 'type'])) return
        if (!isName(String(f.name))) here.at('name').fail('is no usable name')
        if (out.list.some((o) => o.name === f.name)) here.at('name').fail('stands twice')
        if (f.type === 'bytes' && !aligned && i === list.length - 1) {
            out.tail = true
            out.list.push({ name: f.name, type: 'bytes', offset: out.bytes })
            return
        }
        const type = TYPES[f.type]
        if (!type) {
            here.at('type').fail(`must be one of ${Object.keys(TYPES).join(' ')}`)
            return
        }
        const [size, align] = type
        if (aligned) out.bytes = Math.ceil(out.bytes / align) * align
        out.list.push({ name: f.name, type: f.type, offset: out.bytes, size })
        out.bytes += size
    })
    return out
}
