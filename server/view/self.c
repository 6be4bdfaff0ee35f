/*
 * self.c - what is about the reader or about nobody: me, and the territory.
 */
#include "view/parts.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"

static const struct mask self_mask = {.level = {[GROUP_SELF] = MASK_FULL}};

/* ------------------------------------------------------------------ me -- */

static struct err fill_acts(const struct viewing *v, struct view_me *me)
{
    struct text *may = arena_take(v->a, 64 * sizeof(*may));
    enum act acts[64];

    if (may == NULL) {
        return ERR(ERR_LIMIT);
    }
    me->may_count = policy_may(v->x->catalogue, &v->x->actor, acts);
    for (size_t i = 0; i < me->may_count; i++) {
        may[i] = text_of(act_code(acts[i]));
    }
    me->may = may;
    return OK;
}

static void fill_catalogue(const struct viewing *v, struct view_me *me)
{
    const struct catalogue *c = v->x->catalogue;
    const struct catalogue_unit *unit = catalogue_unit(c, v->x->actor.unit);

    if (unit != NULL) {
        me->unit_name = v->x->lang == LANG_ZH ? unit->name_zh : unit->name_en;
        me->has_unit_name = me->unit_name.size > 0;
    }
    me->server_day = civil_day(v->x->now_us, catalogue_utc_offset_minutes(c));
    me->idle_seconds = catalogue_idle_us(c) / 1000000;
    me->product_zh = catalogue_product(c, LANG_ZH);
    me->has_product_zh = me->product_zh.size > 0;
    me->product_en = catalogue_product(c, LANG_EN);
    me->has_product_en = me->product_en.size > 0;
    me->public_number = catalogue_public_number(c);
    me->has_public_number = me->public_number.size > 0;
}

static struct err fill_names(const struct viewing *v, struct view_me *me)
{
    const struct actor *actor = &v->x->actor;
    struct err e;

    e = padded_text(v->a, actor->login, sizeof(actor->login), &me->login);
    if (!failed(e)) {
        e = padded_text(v->a, actor->role, sizeof(actor->role), &me->role);
    }
    if (!failed(e)) {
        e = padded_text(v->a, actor->unit, sizeof(actor->unit), &me->unit);
    }
    if (!failed(e)) {
        e = account_display_name(v->t, actor->account, v->a, &me->display_name);
    }
    return e;
}

struct err view_me(struct store_txn *t, const struct view_context *x,
                   const char *draft_key_hex, struct arena *a,
                   struct answer *ret)
{
    const struct viewing v = {t, x, a, ret};
    struct view_me me = {
        .account_id = x->actor.account,
        .draft_key = text_of(draft_key_hex),
        .server_time = x->now_us,
        .demo = x->demo,
    };
    struct text body;
    struct err e;

    e = fill_names(&v, &me);
    if (!failed(e)) {
        e = fill_acts(&v, &me);
    }
    if (failed(e)) {
        return e;
    }
    fill_catalogue(&v, &me);
    view_me_write(&ret->body, &me, &self_mask, x->lang);
    return json_out_text(&ret->body, &body);
}

/* ----------------------------------------------------------- territory -- */

static struct view_territory_node node_of(const struct catalogue_place *place)
{
    return (struct view_territory_node){
        .code = place->code,
        .name = place->name,
        .has_kind = place->kind.size > 0,
        .kind = place->kind,
        .has_pinyin = place->pinyin.size > 0,
        .pinyin = place->pinyin,
        .has_initials = place->initials.size > 0,
        .initials = place->initials,
        .has_also = place->also.size > 0,
        .also = place->also,
    };
}

struct err read_read_territory(const struct viewing *v, const void *params)
{
    const struct catalogue *c = v->x->catalogue;
    size_t count = catalogue_place_count(c);
    struct view_territory_node *nodes;
    struct view_territory territory;
    struct grant grant;

    (void)params; /* it has none */
    if (!decide_role(v, ACT_READ_TERRITORY, &grant)) {
        return OK;
    }
    nodes = arena_take(v->a, (count + 1) * sizeof(*nodes));
    if (nodes == NULL) {
        return ERR(ERR_LIMIT);
    }
    for (size_t i = 0; i < count; i++) {
        nodes[i] = node_of(catalogue_place_at(c, i));
    }
    territory = (struct view_territory){
        .version = catalogue_territory_version(c),
        .nodes = nodes,
        .nodes_count = count,
    };
    view_territory_write(&v->ret->body, &territory, &self_mask, v->x->lang);
    answer_etag(v->ret, territory.version);
    return OK;
}
