// c_tables.mjs - gen/tables.h and gen/tables.c: accessors over raw bytes.

import { cComment, cHeader, cSource, cString, upper } from './names.mjs'

const ARRAYS = /^(bytes|chars)(\d+)$/

export function tableFiles(model) {
    return {
        'tables.h': cHeader(
            'tables',
            'the tables of the store: numbers, classes, layouts.',
            header(model),
            ['<assert.h>', '<stddef.h>', '<stdint.h>', '<string.h>', '', '"base/bytes.h"'].filter(
                Boolean,
            ),
        ),
        'tables.c': cSource('tables', source(model), []),
    }
}

function header(model) {
    const parts = [
        `/* Keys are big-endian, so that byte order is field order; an i64 in a key has
 * its sign bit turned. Values are little-endian, each field at its natural
 * alignment; the bytes between and behind are zero and stay zero: start from
 * a zeroed buffer. A table whose value has a tail goes on at NAME_BYTES. */

enum table {
${model.tables.map((t) => `    TABLE_${upper(t.name)},`).join('\n')}
    TABLE_COUNT,
};

enum table_class { TABLE_CLASS_LOG, TABLE_CLASS_DERIVED, TABLE_CLASS_SIDE };

struct table_info {
    const char *name;
    enum table_class class;
    uint8_t number; /* stable: goes into authenticated data */
};

extern const struct table_info table_info[TABLE_COUNT];
/* SHA-256 of all layouts: another one means a rebuild. */
extern const uint8_t tables_version[32];`,
    ]
    for (const t of model.tables) parts.push(oneTable(t))
    return parts.join('\n\n')
}

function oneTable(t) {
    const T = upper(t.name)
    const lines = [`/* ${'-'.repeat(Math.max(4, 66 - t.name.length))} ${t.name} ---- */`]
    if (t.note) lines.push(cComment(t.note))
    lines.push(`enum { ${T}_BYTES = ${t.bytes}, ${T}_KEY_BYTES = ${t.keyBytes} };`)
    lines.push('', keyWriter(t), ...t.key.map((f) => keyReader(t, f)))
    for (const f of t.value) lines.push(valueReader(t, f), valueWriter(t, f))
    return lines.join('\n')
}

const cType = (f) =>
    ({
        u8: 'uint8_t',
        u16: 'uint16_t',
        u32: 'uint32_t',
        u64: 'uint64_t',
        i64: 'int64_t',
        id: 'struct id',
        hash: 'struct hash',
        bytes: 'struct span',
    })[f.type]

function parameter(f) {
    const m = ARRAYS.exec(f.type)
    if (!m) return `${cType(f)} ${f.name}`
    const type = m[1] === 'bytes' ? 'uint8_t' : 'char'
    return `const ${type} ${f.name}[static ${m[2]}]`
}

// One statement that puts the value `v` at its place behind `base`.
function put(f, base, v, order) {
    const at = place(base, f)
    switch (f.type) {
        case 'u8':
            return `${base}[${f.offset}] = ${v};`
        case 'u16':
        case 'u32':
        case 'u64':
            return `store_${f.type}${order}(${at}, ${v});`
        case 'i64':
            return order === 'be'
                ? `store_u64be(${at}, (uint64_t)${v} ^ (UINT64_C(1) << 63));`
                : `store_u64le(${at}, (uint64_t)${v});`
        case 'id':
        case 'hash':
            return `memcpy(${at}, ${v}.bytes, sizeof(${v}.bytes));`
        default:
            return `memcpy(${at}, ${v}, ${f.size});`
    }
}

const place = (base, f) => (f.offset === 0 ? base : `${base} + ${f.offset}`)

function keyWriter(t) {
    const parameters = t.key.map(parameter).join(', ')
    const puts = t.key
        .filter((f) => f.type !== 'bytes')
        .map((f) => `    ${put(f, 'ret_key', f.name, 'be')}`)
    if (!t.keyTail) {
        return `static inline void ${t.name}_key(uint8_t *ret_key, ${parameters})
{
${puts.join('\n')}
}`
    }
    const f = t.key[t.key.length - 1]
    return `/* Returns the size of the key. ${f.name} is ${511 - f.offset} bytes at most. */
static inline size_t ${t.name}_key(uint8_t *ret_key, ${parameters})
{
    assert(${f.name}.size <= ${511 - f.offset});
${puts.join('\n')}
    if (${f.name}.size > 0)
        memcpy(${place('ret_key', f)}, ${f.name}.at, ${f.name}.size);
    return ${f.offset} + ${f.name}.size;
}`
}

function reading(f, base, order) {
    const at = place(base, f)
    const m = ARRAYS.exec(f.type)
    if (m) {
        return {
            type: `const ${m[1] === 'bytes' ? 'uint8_t' : 'char'} *`,
            body:
                m[1] === 'bytes'
                    ? `    return ${at};`
                    : `    return (const char *)${f.offset === 0 ? base : `(${at})`};`,
        }
    }
    const type = cType(f)
    switch (f.type) {
        case 'u8':
            return { type: 'uint8_t ', body: `    return ${base}[${f.offset}];` }
        case 'i64':
            return {
                type: 'int64_t ',
                body:
                    order === 'be'
                        ? `    return (int64_t)(load_u64be(${at}) ^ (UINT64_C(1) << 63));`
                        : `    return (int64_t)load_u64le(${at});`,
            }
        case 'id':
        case 'hash':
            return {
                type: `${type} `,
                body: `    ${type} v;
    memcpy(v.bytes, ${at}, sizeof(v.bytes));
    return v;`,
            }
        default:
            return { type: `${type} `, body: `    return load_${f.type}${order}(${at});` }
    }
}

function keyReader(t, f) {
    if (f.type === 'bytes') {
        return `static inline struct span ${t.name}_key_${f.name}(struct span key)
{
${f.offset ? `    assert(key.size >= ${f.offset});\n` : ''}    return (struct span){${place('key.at', f)}, key.size - ${f.offset}};
}`
    }
    const r = reading(f, 'key', 'be')
    return `static inline ${r.type}${t.name}_key_${f.name}(const uint8_t *key)
{
${r.body}
}`
}

function valueReader(t, f) {
    const r = reading(f, 'value', 'le')
    return `static inline ${r.type}${t.name}_${f.name}(const uint8_t *value)
{
${r.body}
}`
}

function valueWriter(t, f) {
    const p = parameter({ ...f, name: 'v' })
    return `static inline void ${t.name}_set_${f.name}(uint8_t *value, ${p})
{
    ${put(f, 'value', 'v', 'le')}
}`
}

function source(model) {
    const rows = model.tables.map(
        (t) =>
            `    [TABLE_${upper(t.name)}] = {${cString(
                t.name,
            )}, TABLE_CLASS_${upper(t.class)}, ${t.number}},`,
    )
    const bytes = [...model.tablesVersion].map((b) => `0x${b.toString(16).padStart(2, '0')}`)
    const lines = []
    for (let i = 0; i < bytes.length; i += 8) lines.push(`    ${bytes.slice(i, i + 8).join(', ')},`)
    return `const struct table_info table_info[TABLE_COUNT] = {
${rows.join('\n')}
};

const uint8_t tables_version[32] = {
${lines.join('\n')}
};`
}
