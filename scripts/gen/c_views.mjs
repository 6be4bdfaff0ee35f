// c_views.mjs - gen/views.*

import { cHeader, cSource } from './names.mjs'
import { TableWriter, structText } from './c_struct.mjs'
import { inOrder } from './c_commands.mjs'

export function viewFiles(model) {
    const views = inOrder([...model.views.values()], 'view')
    const groups = Array.from({ length: 13 }, (_, i) => `    GROUP_G${i + 1},`).join('\n')
    const header = `enum mask_level { MASK_NONE = 0, MASK_MASKED = 1, MASK_FULL = 2 };

/* Field groups of the access rules; SELF is the reader's own: never masked. */
enum field_group {
    GROUP_SELF = 0,
${groups}
    GROUP_COUNT,
};

struct mask {
    uint8_t level[GROUP_COUNT]; /* enum mask_level */
};

/* Each xxx_write writes one object. A field is left out when its group is
 * MASK_NONE, or MASK_MASKED and it has no masked form; an object or array is
 * left out when all that it could show is. Level of GROUP_SELF is FULL
 * (assert). A value of a list must be one of the list (assert). */

${views
    .map(
        (v) => `${structText(v)}
void ${v.c}_write(struct json_out *o, const struct ${v.c} *v,
    const struct mask *m, enum lang lang);`,
    )
    .join('\n\n')}`
    const writer = new TableWriter({ views: true })
    for (const v of views) writer.table(v, {})
    const source = `${writer.text()}

static void write_view(struct json_out *o, const struct shape *s, const void *v,
                       const struct mask *m)
{
    assert(m->level[GROUP_SELF] == MASK_FULL);
    /* shape_encode.c looks at 16 groups. */
    uint8_t levels[16] = {0};
    memcpy(levels, m->level, sizeof(m->level));
    json_out_object(o);
    shape_write_members(o, s, v, levels);
    json_out_object_end(o);
}

${views
    .map(
        (v) => `void ${v.c}_write(struct json_out *o, const struct ${v.c} *v,
    const struct mask *m, enum lang lang)
{
    (void)lang; /* values of lists go out as codes */
    write_view(o, &shape_${v.c}, v, m);
}`,
    )
    .join('\n\n')}`
    return {
        'views.h': cHeader('views', 'every field that an answer, push or export shows.', header, [
            '"codec/codec.h"',
            '"gen/lists.h"',
            '"gen/shapes.h"',
            '"gen/types.h"',
        ]),
        'views.c': cSource('views', source, [
            '<assert.h>',
            '<string.h>',
            '"gen/list_tables.h"',
            '"gen/shape_table.h"',
            '"gen/type_tables.h"',
        ]),
    }
}
