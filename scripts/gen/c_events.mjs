// c_events.mjs - gen/events.*

import { cComment, cHeader, cSource, cString, upper } from './names.mjs'
import { TableWriter, structText } from './c_struct.mjs'

export function eventFiles(model) {
    const events = model.events
    const names = new Map(events.map((e) => [e.title, e]))
    const header = `enum event_type {
${[...names.values()].map((e) => `    EVENT_${upper(e.title)} = ${e.code},`).join('\n')}
};

struct event_info {
    uint16_t type;
    uint16_t version; /* the newest */
    const char *name;
    const char *object; /* what event_plain.object names */
};

/* "" for a number that is no event. */
const char *event_name(uint16_t type);
/* NULL for a number that is no event. */
const struct event_info *event_info_of(uint16_t type);

/* Each xxx_encode fills type, version, open and parts of ret; the caller sets
 * object, territory and occurred_us. The same struct makes the same bytes.
 * ERR_LIMIT: arena, LIMIT_OPEN_BYTES, LIMIT_PART_BYTES or LIMIT_PARTS.
 * Each xxx_decode fills the fields of open, whole or not at all, and zeroes the
 * rest (a member told in the open, too, is filled); xxx_decode_part reads one sealed part. Texts lie in the arena. Bounds
 * are not looked at again: what was logged stays readable when a bound moves.
 * ERR_CORRUPT: malformed. ERR_LIMIT: the arena. */

${events.map(declaration).join('\n\n')}`
    const writer = new TableWriter()
    const functions = []
    for (const e of events) {
        writer.table(e.open, { passed: e.parts.length ? ['subjects'] : [] })
        for (const p of e.parts) writer.table(p.shape, {})
        functions.push(eventFunctions(e))
    }
    const newest = [...names.values()]
    const source = `/* An open field that tells the count of a sealed part is that count. */
static_assert(sizeof(size_t) == sizeof(int64_t), "read as an integer");

${writer.text()}

${functions.join('\n\n')}

static const struct event_info infos[] = {
${newest.map((e) => `    {EVENT_${upper(e.title)}, ${e.version}, ${cString(e.title)}, ${cString(e.object)}},`).join('\n')}
};

const struct event_info *event_info_of(uint16_t type)
{
    for (size_t i = 0; i < ARRAY_COUNT(infos); i++)
        if (infos[i].type == type)
            return &infos[i];
    return NULL;
}

const char *event_name(uint16_t type)
{
    const struct event_info *info = event_info_of(type);
    return info == NULL ? "" : info->name;
}`
    return {
        'events.h': cHeader('events', 'what can have happened: one struct an event.', header, [
            '"codec/codec.h"',
            '"gen/lists.h"',
            '"gen/shapes.h"',
            '"gen/types.h"',
        ]),
        'events.c': cSource('events', source, [
            '<assert.h>',
            '"gen/list_tables.h"',
            '"gen/shape_table.h"',
            '"gen/type_tables.h"',
        ]),
    }
}

function partMembers(p, open) {
    const told = (member) =>
        open.fields.some((f) => f.ofPart && f.name === member) ? ' /* told in the open, too */' : ''
    if (p.many) {
        return [
            `    size_t ${p.name}_count;${told(`${p.name}_count`)}`,
            `    struct id ${p.name}_subject[${p.many}];`,
            `    struct ${p.shape.c} ${p.name}[${p.many}];`,
        ]
    }
    return [
        `    bool has_${p.name};${told(`has_${p.name}`)}`,
        `    struct id ${p.name}_subject;${told(`${p.name}_subject`)}`,
        `    struct ${p.shape.c} ${p.name};`,
    ]
}

function declaration(e) {
    const parts = e.parts.map((p) => structText(p.shape))
    const main = structText(
        e.open,
        e.parts.length
            ? ['    /* sealed parts */', ...e.parts.flatMap((p) => partMembers(p, e.open))]
            : [],
    )
    const note = e.description ? `${cComment(`${e.title}: ${e.description}`)}\n` : ''
    return `${note}${[...parts, main].join('\n\n')}
struct err ${e.c}_encode(const struct ${e.c} *e, struct arena *a,
    struct event_plain *ret) MUST_USE;
struct err ${e.c}_decode(struct text open, struct arena *a,
    struct ${e.c} *ret) MUST_USE;
${e.parts
    .map(
        (p) => `struct err ${e.c}_decode_${p.name}(struct text json, struct arena *a,
    struct ${p.shape.c} *ret) MUST_USE;\n`,
    )
    .join('')}`.trimEnd()
}

function eventFunctions(e) {
    const s = `struct ${e.c}`
    const member = (m) => `offsetof(${s}, ${m})`
    const rows = e.parts.map(
        (p) => `    {
        .shape = &shape_${p.shape.c},
        .part_class = PART_CLASS_${upper(p.klass)},
        .many = ${Boolean(p.many)},
        .present_offset = ${member(p.many ? `${p.name}_count` : `has_${p.name}`)},
        .subject_offset = ${member(`${p.name}_subject`)},
        .offset = ${member(p.name)},
        .count_max = ${p.many || 1},
    },`,
    )
    const parts = rows.length
        ? `static const struct shape_part parts_${e.c}[] = {
${rows.join('\n')}
};

`
        : ''
    return `${parts}static const struct shape_event event_${e.c} = {
    .type = EVENT_${upper(e.title)},
    .version = ${e.version},
    .open = &shape_${e.c},
    .parts = ${rows.length ? `parts_${e.c}` : 'NULL'},
    .part_count = ${rows.length},
};

struct err ${e.c}_encode(const ${s} *e, struct arena *a, struct event_plain *ret)
{
    return shape_event_encode(&event_${e.c}, e, a, ret);
}

struct err ${e.c}_decode(struct text open, struct arena *a, ${s} *ret)
{
    return shape_decode_stored(&shape_${e.c}, open, a, ret, sizeof(*ret));
}
${e.parts
    .map(
        (p) => `
struct err ${e.c}_decode_${p.name}(struct text json, struct arena *a,
    struct ${p.shape.c} *ret)
{
    return shape_decode_stored(&shape_${p.shape.c}, json, a, ret, sizeof(*ret));
}
`,
    )
    .join('')}`.trimEnd()
}
