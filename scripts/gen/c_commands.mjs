// c_commands.mjs - gen/types.*, gen/commands.*, gen/reads.*

import { cComment, cHeader, cSource, cString, upper } from './names.mjs'
import { TableWriter, structText } from './c_struct.mjs'

export const PATH_C = { id: 'struct id', case_no: 'struct case_no', line: 'struct text' }

export function typeFiles(model) {
    const types = inOrder([...model.types.values()], 'type')
    const writer = new TableWriter()
    for (const t of types) writer.table(t, { linkage: '' })
    return {
        'types.h': cHeader(
            'types',
            'objects that commands, events and views share.',
            types.map((t) => structText(t)).join('\n\n'),
            ['"gen/lists.h"', '"gen/shapes.h"'],
        ),
        'types.c': cSource('types', writer.text(), ['"gen/list_tables.h"', '"gen/type_tables.h"']),
        'type_tables.h': cHeader(
            'type_tables',
            'the tables behind gen/types.h, for generated .c files only.',
            types.map((t) => `extern const struct shape shape_${t.c};`).join('\n'),
            ['"gen/shape_table.h"'],
        ),
    }
}

// Shared shapes, each behind those it holds.
export function inOrder(shapes, folder) {
    const out = []
    const take = (s) => {
        if (out.includes(s)) return
        for (const f of s.fields) holders(f).forEach(take)
        if (s.ref?.startsWith(`${folder}/`)) out.push(s)
    }
    const holders = (f) => {
        const h = f.kind === 'array' ? f.item : f
        return h.kind === 'object' ? [h.shape] : []
    }
    shapes.forEach(take)
    return out
}

const DECODE_NOTE = `/* Each xxx_decode fills ret whole or not at all. ERR_INPUT: ret_problem tells
 * the first problem in the order of the document. ERR_LIMIT: the arena. Texts
 * lie in the arena. Each xxx_path reads the parameters of the path, in its
 * order; false when one is malformed. */`

export function commandFiles(model) {
    const commands = model.commands
    const writer = new TableWriter()
    for (const c of commands) writer.table(c.shape, {})
    const header = `enum lane { LANE_CONTACT, LANE_COMMAND, LANE_TRAIL, LANE_COUNT };

enum command {
    COMMAND_NONE = 0,
${commands.map((c) => `    COMMAND_${upper(c.name)},`).join('\n')}
    COMMAND_COUNT,
};

struct command_info {
    const char *name;
    const char *act; /* what the right is asked for */
    enum lane lane;
    bool reserve;     /* also when room is low */
    bool idempotent;  /* wants an Idempotency-Key */
    bool if_match;    /* wants an If-Match */
    bool internal;    /* no route: the server makes it itself */
    uint16_t success; /* HTTP status */
    size_t struct_bytes;
    struct err (*decode)(const struct json_value *v, struct arena *a, void *ret,
                         struct field_problem *ret_problem);
    /* NULL where the path has no parameters. */
    bool (*path)(const struct text *params, size_t count, void *ret);
};

/* By enum command; the first, for COMMAND_NONE, is empty. */
extern const struct command_info command_info[COMMAND_COUNT];

${DECODE_NOTE}

${commands.map(commandDeclaration).join('\n\n')}`
    const source = `${writer.text()}

${commands.map(commandFunctions).join('\n\n')}

const struct command_info command_info[COMMAND_COUNT] = {
    [COMMAND_NONE] = {.name = "", .act = ""},
${commands.map(commandRow).join('\n')}
};`
    return {
        'commands.h': cHeader('commands', 'what can be asked: one struct a command.', header, [
            '"codec/codec.h"',
            '"gen/lists.h"',
            '"gen/shapes.h"',
            '"gen/types.h"',
        ]),
        'commands.c': cSource('commands', source, [
            '"gen/list_tables.h"',
            '"gen/shape_table.h"',
            '"gen/type_tables.h"',
        ]),
    }
}

function commandDeclaration(c) {
    const s = c.shape.c
    const path = c.path.map((p) => `    ${PATH_C[p.kind]} ${p.name}; /* from the path */`)
    const text = structText(c.shape, path)
    const params = c.path.length
        ? `\nbool ${s}_path(const struct text *params, size_t count, struct ${s} *ret);`
        : ''
    return `${text}
struct err ${s}_decode(const struct json_value *v, struct arena *a,
    struct ${s} *ret, struct field_problem *ret_problem) MUST_USE;${params}`
}

export function decodeFunctions(s) {
    return `struct err ${s}_decode(const struct json_value *v, struct arena *a,
    struct ${s} *ret, struct field_problem *ret_problem)
{
    return shape_decode(&shape_${s}, v, a, ret, ret_problem);
}`
}

function commandFunctions(c) {
    const s = c.shape.c
    let out = `${decodeFunctions(s)}

static struct err ${s}_decode_any(const struct json_value *v, struct arena *a,
    void *ret, struct field_problem *ret_problem)
{
    return shape_decode(&shape_${s}, v, a, ret, ret_problem);
}`
    if (c.path.length === 0) return out
    const reads = c.path.map(
        (p, i) => `!shape_path(SHAPE_${upper(p.kind)}, params[${i}], &made.${p.name})`,
    )
    out += `

bool ${s}_path(const struct text *params, size_t count, struct ${s} *ret)
{
    struct ${s} made = *ret;
    if (count != ${c.path.length} || ${reads.join(' ||\n        ')})
        return false;
    *ret = made;
    return true;
}

static bool ${s}_path_any(const struct text *params, size_t count, void *ret)
{
    return ${s}_path(params, count, ret);
}`
    return out
}

function commandRow(c) {
    const rows = [
        `.name = ${cString(c.name)}`,
        `.act = ${cString(c.act)}`,
        `.lane = LANE_${upper(c.lane)}`,
        ...(c.reserve ? ['.reserve = true'] : []),
        ...(c.idempotent ? ['.idempotent = true'] : []),
        ...(c.ifMatch ? ['.if_match = true'] : []),
        ...(c.internal ? ['.internal = true'] : []),
        `.success = ${c.success}`,
        `.struct_bytes = sizeof(struct ${c.shape.c})`,
        `.decode = ${c.shape.c}_decode_any`,
        ...(c.path.length ? [`.path = ${c.shape.c}_path_any`] : []),
    ]
    return `    [COMMAND_${upper(c.name)}] =
        {
${rows.map((r) => `            ${r},`).join('\n')}
        },`
}

export function readFiles(model) {
    const reads = model.reads
    const writer = new TableWriter()
    for (const r of reads) writer.table(r.shape, {})
    const header = `enum read_where { READ_ON_LOOP, READ_ON_READER };

enum read {
    READ_NONE = 0,
${reads.map((r) => `    READ_${upper(r.name)},`).join('\n')}
    READ_COUNT,
};

struct read_info {
    const char *name;
    const char *act;
    enum read_where where; /* the thread that may serve it */
    size_t struct_bytes;
    /* names: of the path's parameters and of the query, with their values. */
    struct err (*decode_query)(const struct text *names,
                               const struct text *values, size_t count,
                               struct arena *a, void *ret,
                               struct field_problem *ret_problem);
};

/* By enum read; the first, for READ_NONE, is empty. */
extern const struct read_info read_info[READ_COUNT];

${reads.map((r) => structText(r.shape)).join('\n\n')}`
    const source = `${writer.text()}

${reads.map((r) => queryFunction(r.shape.c)).join('\n\n')}

const struct read_info read_info[READ_COUNT] = {
    [READ_NONE] = {.name = "", .act = ""},
${reads
    .map(
        (r) => `    [READ_${upper(r.name)}] = {${cString(r.name)}, ${cString(r.act)},
        READ_ON_${upper(r.where)}, sizeof(struct ${r.shape.c}), ${r.shape.c}_query},`,
    )
    .join('\n')}
};`
    return {
        'reads.h': cHeader('reads', 'what can be read: one struct of parameters a read.', header, [
            '"codec/codec.h"',
            '"gen/lists.h"',
            '"gen/shapes.h"',
        ]),
        'reads.c': cSource('reads', source, ['"gen/list_tables.h"', '"gen/shape_table.h"']),
    }
}

function queryFunction(s) {
    return `static struct err ${s}_query(const struct text *names,
    const struct text *values, size_t count, struct arena *a, void *ret,
    struct field_problem *ret_problem)
{
    const struct shape_query query = {names, values, count};
    return shape_decode_query(&shape_${s}, query, a, ret, ret_problem);
}`
}

export function routeFiles(model) {
    const specials = model.specials
    const writer = new TableWriter()
    const requests = specials.filter((s) => s.request).map((s) => s.request)
    const queries = specials.filter((s) => s.query).map((s) => s.query)
    for (const s of [...requests, ...queries]) writer.table(s, {})
    const index = (r) =>
        r.kind === 'special'
            ? `SPECIAL_${upper(r.of.name)}`
            : `${upper(r.kind)}_${upper(r.of.name)}`
    const segments = (p) => p.split('/').length - 1
    const structs = [
        ...requests.map(
            (s) => `${structText(s)}
struct err ${s.c}_decode(const struct json_value *v, struct arena *a,
    struct ${s.c} *ret, struct field_problem *ret_problem) MUST_USE;`,
        ),
        ...queries.map(
            (s) => `${structText(s)}
struct err ${s.c}_decode(const struct text *names, const struct text *values,
    size_t count, struct arena *a, struct ${s.c} *ret,
    struct field_problem *ret_problem) MUST_USE;`,
        ),
    ]
    const header = `enum special {
${specials.map((s) => `    SPECIAL_${upper(s.name)},${s.description ? ` ${cComment(s.description, '    ').trim()}` : ''}`).join('\n')}
    SPECIAL_COUNT,
};

struct special_info {
    const char *name;
    bool auth; /* wants a session */
    uint16_t success;
};
extern const struct special_info special_info[SPECIAL_COUNT];

enum route_kind { ROUTE_COMMAND, ROUTE_READ, ROUTE_SPECIAL };
enum { ROUTE_PARAMS_MAX = 4 };

struct route {
    const char *method;
    const char *path; /* without /api/v1; parameters as {name} */
    enum route_kind kind;
    int index; /* enum command, enum read or enum special */
    uint8_t segment_count;
};

extern const struct route routes[];
extern const size_t route_count;

/* The route of a path without /api/v1 and without a query; the parameters'
 * texts borrow from path. NULL when there is none: ret_path_known then tells
 * whether another method has one. ret_params and ret_param_count are untouched
 * on NULL. */
const struct route *route_find(struct text method, struct text path,
                               struct text ret_params[static ROUTE_PARAMS_MAX],
                               size_t *ret_param_count, bool *ret_path_known);

${DECODE_NOTE}

${structs.join('\n\n')}`
    const source = `${writer.text()}

${requests.map((s) => decodeFunctions(s.c)).join('\n\n')}

${queries
    .map(
        (s) => `struct err ${s.c}_decode(const struct text *names, const struct text *values,
    size_t count, struct arena *a, struct ${s.c} *ret,
    struct field_problem *ret_problem)
{
    const struct shape_query query = {names, values, count};
    return shape_decode_query(&shape_${s.c}, query, a, ret, ret_problem);
}`,
    )
    .join('\n\n')}

const struct special_info special_info[SPECIAL_COUNT] = {
${specials.map((s) => `    [SPECIAL_${upper(s.name)}] = {${cString(s.name)}, ${s.auth}, ${s.success}},`).join('\n')}
};

/* Literal segments stand before parameters. */
const struct route routes[] = {
${model.routes
    .map(
        (r) => `    {${cString(r.method)}, ${cString(r.path)}, ROUTE_${upper(r.kind)},
     ${index(r)}, ${segments(r.path)}},`,
    )
    .join('\n')}
};

const size_t route_count = ${model.routes.length};`
    return {
        'routes.h': cHeader('routes', 'which path means which command, read or special.', header, [
            '"codec/codec.h"',
            '"gen/commands.h"',
            '"gen/reads.h"',
            '"gen/shapes.h"',
        ]),
        'routes.c': cSource('routes', source, [
            '"gen/list_tables.h"',
            '"gen/shape_table.h"',
            '"gen/type_tables.h"',
        ]),
    }
}
