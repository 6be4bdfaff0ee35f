/*
 * demo.c - who can be taken by a click on a demonstration store. net/ asks
 * only where that is allowed.
 */
#include "view/parts.h"

#include <stdlib.h>
#include <string.h>

static const struct mask self_mask = {.level = {[GROUP_SELF] = MASK_FULL}};

enum { ACCOUNTS_MAX = 200 };

static bool can_sign_in(const uint8_t *account)
{
    return account_state(account) == ACCOUNT_STATE_ACTIVE &&
           account_password_seq(account) != 0;
}

struct found { /* an account; the log knows which came first */
    uint64_t added_seq;
    struct id id;
    uint8_t value[ACCOUNT_BYTES];
};

static int by_age(const void *a, const void *b)
{
    const struct found *one = a;
    const struct found *other = b;

    return (one->added_seq > other->added_seq) -
           (one->added_seq < other->added_seq);
}

static struct err fill(const struct viewing *v, struct id id,
                       const uint8_t *account,
                       struct view_demo_accounts_accounts *ret)
{
    struct err e = padded_text(v->a, account_role(account), 8, &ret->role);
    const struct catalogue_unit *unit;
    char code[16];

    memcpy(code, account_unit(account), sizeof(code));
    unit = catalogue_unit(v->x->catalogue, code);
    if (unit != NULL) {
        ret->unit_name = v->x->lang == LANG_ZH ? unit->name_zh : unit->name_en;
        ret->has_unit_name = ret->unit_name.size > 0;
    }
    if (!failed(e)) {
        e = padded_text(v->a, code, sizeof(code), &ret->unit);
    }
    if (!failed(e)) {
        e = padded_text(v->a, account_login(account), 32, &ret->login);
    }
    if (!failed(e)) {
        e = account_display_name(v->t, id, v->a, &ret->display_name);
    }
    return e;
}

static struct err find_accounts(struct store_txn *t, struct found *list,
                                size_t *ret_count)
{
    struct table_walk *walk;
    struct span key;
    struct span value;
    size_t count = 0;
    bool sound = true;
    bool more;
    struct err e = table_walk_begin(t, TABLE_ACCOUNT, &walk);

    if (failed(e)) {
        return e;
    }
    more = table_walk_seek(walk, (struct span){0}, true, &key, &value);
    while (more && sound && count < ACCOUNTS_MAX) {
        sound = key.size == ACCOUNT_KEY_BYTES && value.size == ACCOUNT_BYTES;
        if (sound && can_sign_in(value.at)) {
            list[count].id = account_key_account_id(key.at);
            list[count].added_seq = account_added_seq(value.at);
            memcpy(list[count].value, value.at, value.size);
            count++;
        }
        more = table_walk_next(walk, true, &key, &value);
    }
    e = table_walk_end(walk);
    *ret_count = count;
    return failed(e) || sound ? e : ERR(ERR_CORRUPT);
}

struct err view_demo(struct store_txn *t, const struct view_context *x,
                     struct arena *a, struct answer *ret)
{
    const struct viewing v = {t, x, a, ret};
    struct found *found = arena_take(a, ACCOUNTS_MAX * sizeof(*found));
    struct view_demo_accounts_accounts *list =
        arena_take(a, ACCOUNTS_MAX * sizeof(*list));
    struct view_demo_accounts answer = {.accounts = list};
    struct err e;

    if (found == NULL || list == NULL) {
        return ERR(ERR_LIMIT);
    }
    e = find_accounts(t, found, &answer.accounts_count);
    if (failed(e)) {
        return e;
    }
    qsort(found, answer.accounts_count, sizeof(*found), by_age);
    for (size_t i = 0; i < answer.accounts_count; i++) {
        e = fill(&v, found[i].id, found[i].value, &list[i]);
        if (failed(e)) {
            return e;
        }
    }
    view_demo_accounts_write(&ret->body, &answer, &self_mask, x->lang);
    return OK;
}
