/*
 * step.c - see step.h. The place that a unit answers for tells its level: six
 * digits ending in 00 are a city, six others a county, nine a township.
 */
#include "model/step.h"

#include <string.h>

enum { COUNTY_LIMIT = 1000000, CITY_ENDS = 100 };

struct text unit_text(const char unit[static UNIT_BYTES])
{
    return (struct text){unit, strnlen(unit, UNIT_BYTES)};
}

const char *step_centre(const struct catalogue *c, const uint8_t *head)
{
    const struct catalogue_unit *centre = catalogue_centre(c);

    return centre == NULL ? case_head_ball_unit(head) : centre->code;
}

const char *step_service(const struct catalogue *c, const uint8_t *head)
{
    const struct catalogue_unit *service = catalogue_service_centre(c);

    return service == NULL ? step_centre(c, head) : service->code;
}

static bool of_city(uint64_t place)
{
    return place < COUNTY_LIMIT && place % CITY_ENDS == 0;
}

const char *step_county(const struct catalogue *c, const uint8_t *head)
{
    const struct catalogue_unit *lead =
        catalogue_unit(c, case_head_lead_unit(head));

    if (lead == NULL || of_city(lead->territory)) {
        return NULL;
    }
    if (lead->territory >= COUNTY_LIMIT) {
        lead = catalogue_county_unit(c, lead->territory);
    }
    return lead == NULL ? NULL : lead->code;
}

struct err step_begin(struct store_txn *t, const struct record *r,
                      struct id case_id, const struct type_move *m,
                      struct step *ret)
{
    struct err e = case_need(t, case_id, &ret->head);

    if (failed(e)) {
        return e;
    }
    ret->before = ret->head;
    return move_apply(t, r, case_id, m, &ret->head);
}

struct err step_end(struct store_txn *t, const struct record *r, struct step *s)
{
    return case_put(t, r, s->before.value, &s->head);
}
