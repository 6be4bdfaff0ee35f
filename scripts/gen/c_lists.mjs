// c_lists.mjs - gen/lists.h, gen/lists.c, gen/list_tables.h, gen/refusals.*

import { cComment, cHeader, cSource, cString, upper } from './names.mjs'

export function listFiles(model) {
    const lists = [...model.lists.values()]
    return {
        'lists.h': cHeader(
            'lists',
            'the closed lists, as enums with codes and names.',
            listsHeader(lists),
            ['"base/bytes.h"'],
        ),
        'lists.c': cSource(
            'lists',
            listsSource(lists),
            ['<assert.h>', '', '"gen/list_tables.h"'].filter(Boolean),
        ),
        'list_tables.h': cHeader(
            'list_tables',
            'the tables behind gen/lists.h, for generated .c files only.',
            lists.map((l) => `extern const struct list_table list_${l.name};`).join('\n'),
            ['"gen/shape_table.h"'],
        ),
    }
}

function listsHeader(lists) {
    const parts = ['enum lang { LANG_ZH = 0, LANG_EN = 1 };']
    for (const l of lists) {
        const p = upper(l.name)
        const most = Math.max(...l.values.map((v) => v.number))
        if (l.description) parts.push(cComment(l.description))
        else parts.push('')
        parts[parts.length - 1] += `${l.description ? '\n' : ''}enum ${l.name} {
    ${p}_NONE = 0,
${l.values.map((v) => `    ${p}_${upper(v.code)} = ${v.number}, /* ${v.zh} */`).join('\n')}
};
enum { ${p}_MAX = ${most} }; /* the largest number */
/* "" for NONE and for a number that is not listed. */
const char *${l.name}_code(enum ${l.name} v);
/* NONE when not listed. */
enum ${l.name} ${l.name}_from(struct text code);
const char *${l.name}_name(enum ${l.name} v, enum lang lang);`
    }
    return parts.join('\n\n')
}

function listsSource(lists) {
    const parts = [
        `static const char *code_of(const struct list_table *list, uint32_t number)
{
    const struct list_entry *entry = list_by_number(list, number);
    return entry == NULL ? "" : entry->code;
}

static const char *name_of(const struct list_table *list, uint32_t number,
                           enum lang lang)
{
    const struct list_entry *entry = list_by_number(list, number);
    return entry == NULL ? "" : entry->name[lang == LANG_EN ? 1 : 0];
}`,
    ]
    for (const l of lists) {
        const rows = l.values.map(
            (v) => `    {${cString(v.code)}, ${v.number}, {${cString(v.zh)}, ${cString(v.en)}}},`,
        )
        parts.push(`static_assert(sizeof(enum ${l.name}) == sizeof(unsigned int),
              "shape_scalar.c moves enums as unsigned int");

static const struct list_entry ${l.name}_entries[] = {
${rows.join('\n')}
};

const struct list_table list_${l.name} = {
    ${cString(l.name)}, ${l.name}_entries, ${l.values.length}};

const char *${l.name}_code(enum ${l.name} v)
{
    return code_of(&list_${l.name}, (uint32_t)v);
}

enum ${l.name} ${l.name}_from(struct text code)
{
    const struct list_entry *entry = list_by_code(&list_${l.name}, code);
    return entry == NULL ? ${upper(l.name)}_NONE : (enum ${l.name})entry->number;
}

const char *${l.name}_name(enum ${l.name} v, enum lang lang)
{
    return name_of(&list_${l.name}, (uint32_t)v, lang);
}`)
    }
    return parts.join('\n\n')
}

export function refusalFiles(model) {
    const names = model.refusals.map((r) => `REFUSAL_${upper(r.code)}`)
    const body = `enum refusal {
    REFUSAL_NONE = 0,
${names.map((n) => `    ${n},`).join('\n')}
    REFUSAL_COUNT,
};

struct refusal_info {
    const char *code;    /* "contact.unknown" */
    uint16_t status;     /* HTTP */
    const char *text[2]; /* by enum lang: what the user reads */
    const char *who[2];  /* who could do it; "" where nobody is named */
};

/* By enum refusal; the first, for REFUSAL_NONE, is empty. Sorted by code. */
extern const struct refusal_info refusal_info[REFUSAL_COUNT];

/* REFUSAL_NONE when there is no such code. */
enum refusal refusal_from_code(const char *code);`
    const rows = model.refusals.map(
        (r, i) => `    [${names[i]}] =
        {
            .code = ${cString(r.code)},
            .status = ${r.status},
            .text = {${cString(r.zh)}, ${cString(r.en)}},
            .who = {${cString(r.who_zh)}, ${cString(r.who_en)}},
        },`,
    )
    const source = `const struct refusal_info refusal_info[REFUSAL_COUNT] = {
    [REFUSAL_NONE] = {.code = "", .text = {"", ""}, .who = {"", ""}},
${rows.join('\n')}
};

enum refusal refusal_from_code(const char *code)
{
    size_t low = 1;
    size_t high = REFUSAL_COUNT;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(code, refusal_info[middle].code);
        if (order == 0)
            return (enum refusal)middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return REFUSAL_NONE;
}`
    return {
        'refusals.h': cHeader(
            'refusals',
            'every no that the rules can say, with its words.',
            body,
            ['<stddef.h>', '<stdint.h>'],
        ),
        'refusals.c': cSource('refusals', source, ['<string.h>']),
    }
}
