/*
 * lamp.c - the lamps of the ladder in a case head: four bits a step, since
 * there are nine steps and eight bytes.
 */
#include <assert.h>

#include "model/path.h"

enum { LAMP_BITS = 4, LAMP_MASK = 15 };

static_assert((int)LAMP_MAX <= LAMP_MASK, "a lamp fits");
static_assert((int)LADDER_STEP_MAX * LAMP_BITS <= 64, "all lamps fit");

static unsigned shift_of(enum ladder_step step)
{
    assert(step > LADDER_STEP_NONE && (int)step <= (int)LADDER_STEP_MAX);
    return LAMP_BITS * ((unsigned)step - 1);
}

enum lamp path_lamp(const uint8_t *case_head, enum ladder_step step)
{
    uint64_t bits = case_head_lamps(case_head) >> shift_of(step) & LAMP_MASK;

    return bits == 0 || bits > (uint64_t)LAMP_MAX ? LAMP_DARK : (enum lamp)bits;
}

void path_set_lamp(uint8_t *case_head, enum ladder_step step, enum lamp lamp)
{
    uint64_t lamps = case_head_lamps(case_head);

    assert(lamp > LAMP_NONE && (int)lamp <= (int)LAMP_MAX);
    lamps &= ~((uint64_t)LAMP_MASK << shift_of(step));
    lamps |= (uint64_t)lamp << shift_of(step);
    case_head_set_lamps(case_head, lamps);
}
