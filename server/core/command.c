/*
 * command.c - one command, from the look-up of a repeat to its side writes.
 *
 *      quarantined? repeated? room? in the trail already?   no put so far
 *                            |
 *      decide: a refusal ends here, and has put nothing; so does damage to
 *      what only this command is about
 *                            |
 *      each event: append (seal, chain), store_apply, model_apply
 *                            |
 *      side tables
 *
 * What can be refused is refused above the first put, so that no command needs
 * a transaction of its own.
 */
#include "core/writer.h"

#include <assert.h>
#include <string.h>

#include "base/diag.h"
#include "crypt/crypt.h"

#define MINUTE_US INT64_C(60000000)

/* ------------------------------------------------------- before decide -- */

static void begin(struct writer *w, struct command_work *c, int64_t time_us)
{
    struct run *r = &w->run;

    assert(time_us >= r->time_us);
    r->time_us = time_us;
    c->refusal = REFUSAL_NONE;
    c->denied_by_right = false;
    c->problem = (struct field_problem){0};
    c->current_version = 0;
    c->object = (struct id){0};
    c->version = 0;
    c->repeated = false;
    c->position = store_position(r->t);
    c->time_us = r->time_us;
}

static struct err find_repeat(struct run *r, struct command_work *c,
                              bool *ret_answered)
{
    struct idem_found found = {0};
    struct record first;
    struct err e;

    if (!c->has_idem) {
        return OK;
    }
    e = log_idempotent(r->t, c->idem_day, c->idem_key, &found);
    if (failed(e) || !found.found) {
        return e;
    }
    *ret_answered = true;
    if (!bytes_equal_secret(found.mac, c->idem_mac, sizeof(c->idem_mac))) {
        work_refuse(c, REFUSAL_IDEMPOTENCY_OTHER_BODY);
        return OK;
    }
    e = log_read(r->t, found.first_seq, &first);
    if (failed(e)) {
        return e;
    }
    c->repeated = true;
    c->object = found.object;
    c->position = first.position;
    c->time_us = first.head.time_us;
    return OK;
}

static struct recent_key key_of_trail(const struct command_work *c,
                                      enum command command, struct id object,
                                      struct text what)
{
    uint8_t all[4 + 3 * ID_BYTES + 64] = {0};
    struct recent_key key;
    struct hash hash;
    size_t size = what.size < 64 ? what.size : 64;

    store_u32le(all, (uint32_t)command);
    memcpy(all + 4, c->actor.account.bytes, ID_BYTES);
    memcpy(all + 4 + ID_BYTES, c->actor.session.bytes, ID_BYTES);
    memcpy(all + 4 + (size_t)2 * ID_BYTES, object.bytes, ID_BYTES);
    if (size > 0) {
        memcpy(all + 4 + (size_t)3 * ID_BYTES, what.at, size);
    }
    hash = crypt_sha256(SPAN(all, sizeof(all)));
    memcpy(key.bytes, hash.bytes, sizeof(key.bytes));
    return key;
}

/* True when the trail holds it already, also in this very transaction. */
static bool in_trail(const struct writer *w, struct recent_key key,
                     int64_t window_us)
{
    const struct run *r = &w->run;

    for (size_t i = 0; i < r->noted_count; i++) {
        if (memcmp(&r->noted[i].key, &key, sizeof(key)) == 0) {
            return true;
        }
    }
    return recent_has(w->recent, key, r->time_us, window_us);
}

static void note_trail(struct run *r, struct recent_key key)
{
    if (r->noted_count < ARRAY_COUNT(r->noted)) {
        r->noted[r->noted_count] = (struct noted){key, r->time_us};
        r->noted_count++;
    }
}

struct trail_entry { /* what a trail command would record */
    bool is_trail;
    struct recent_key key;
    struct id object;
    int64_t window_us;
};

static struct trail_entry trail_entry_of(const struct command_work *c)
{
    struct trail_entry entry = {0};

    if (c->command == COMMAND_RECORD_READ) {
        const struct cmd_record_read *read = c->body;
        char what[64] = {0};
        size_t size = read->mask.size < 60 ? read->mask.size : 60;

        memcpy(what, read->mask.at, size);
        what[63] = (char)read->read_kind;
        entry.object = read->case_id;
        entry.key = key_of_trail(c, c->command, entry.object,
                                 (struct text){what, sizeof(what)});
        entry.window_us = 15 * MINUTE_US;
        entry.is_trail = true;
    } else if (c->command == COMMAND_RECORD_DENIED) {
        const struct cmd_record_denied *denied = c->body;

        entry.object = denied->object_id;
        entry.key = key_of_trail(c, c->command, entry.object, denied->act);
        entry.window_us = MINUTE_US;
        entry.is_trail = true;
    }
    return entry;
}

/* Trail commands that were recorded a moment ago are granted as they are. */
static bool trail_repeat(const struct writer *w, struct command_work *c)
{
    struct trail_entry entry = trail_entry_of(c);

    if (!entry.is_trail || !in_trail(w, entry.key, entry.window_us)) {
        return false;
    }
    c->object = entry.object;
    return true;
}

/* Before anything is read for the command: what it asks for may be what killed
 * the process. */
static struct err quarantined(struct writer *w, struct command_work *c,
                              struct command_name name, bool *ret_answered)
{
    uint32_t crashes = 0;
    struct err e;

    if (bytes_all_zero(name.bytes, sizeof(name.bytes))) {
        return OK;
    }
    e = quarantine_crashes(w->run.t, name, clock_wall_us(w->o.clock), &crashes);
    if (failed(e) || crashes < QUARANTINE_CRASHES) {
        return e;
    }
    DIAG(DIAG_ALARM, "command_quarantined",
         DIAG_C("command", command_info[c->command].name));
    work_refuse(c, REFUSAL_COMMAND_QUARANTINED);
    *ret_answered = true;
    return OK;
}

static struct err answer_before(struct writer *w, struct command_work *c,
                                struct command_name name, bool *ret_answered)
{
    struct err e = quarantined(w, c, name, ret_answered);

    if (failed(e) || *ret_answered) {
        return e;
    }
    e = find_repeat(&w->run, c, ret_answered);
    if (failed(e) || *ret_answered) {
        return e;
    }
    if (w->run.room_low && !command_info[c->command].reserve) {
        work_refuse(c, REFUSAL_SERVER_FULL);
        *ret_answered = true;
    } else {
        *ret_answered = trail_repeat(w, c);
    }
    return OK;
}

/* ------------------------------------------------------------- writing -- */

static struct frame_head head_of(const struct run *r,
                                 const struct command_work *c,
                                 const struct outcome *o, bool with_idem)
{
    struct frame_head head = {
        .time_us = r->time_us,
        .flags = c->flags,
        .frame_count = (uint16_t)o->event_count,
        .actor = c->actor.account,
        .session = c->actor.session,
    };

    memcpy(head.unit, c->actor.unit, sizeof(head.unit));
    memcpy(head.role, c->actor.role, sizeof(head.role));
    if (with_idem && c->has_idem) {
        head.idem_day = c->idem_day;
        memcpy(head.idem_key, c->idem_key, sizeof(head.idem_key));
        memcpy(head.idem_mac, c->idem_mac, sizeof(head.idem_mac));
    }
    return head;
}

/* Copies the head of a case out of the table. */
static struct err copy_head(struct store_txn *t, struct id case_id,
                            uint8_t ret_head[static CASE_HEAD_BYTES],
                            bool *ret_found)
{
    uint8_t key[CASE_HEAD_KEY_BYTES];
    struct span value;
    struct err e;

    case_head_key(key, case_id);
    e = table_get(t, TABLE_CASE_HEAD, SPAN(key, sizeof(key)), &value);
    if (failed(e)) {
        return e;
    }
    *ret_found = value.at != NULL;
    if (!*ret_found) {
        return OK;
    }
    if (value.size != CASE_HEAD_BYTES) {
        return ERR(ERR_CORRUPT);
    }
    memcpy(ret_head, value.at, CASE_HEAD_BYTES);
    return OK;
}

static struct err append_and_apply(struct store_txn *t,
                                   const struct frame_head *h,
                                   const struct event_plain *event,
                                   struct log_position *ret_position)
{
    struct record record;
    struct err e;

    e = log_append(t, h, event, &record);
    if (failed(e)) {
        /* An erased subject is no fault of the store. */
        return e.code == ERR_MISSING ? ERR_OF(ERR_INPUT, e.sys) : e;
    }
    e = store_apply(t, &record);
    if (failed(e)) {
        return e;
    }
    e = model_apply(t, &record);
    if (failed(e)) {
        return e;
    }
    *ret_position = record.position;
    return OK;
}

/* An event about a case: what its head was, and what it became. */
static struct err append_case_event(struct writer *w,
                                    const struct frame_head *h,
                                    const struct event_plain *event,
                                    struct log_position *ret_position)
{
    struct batch_done *out = w->run.out;
    struct change *change = batch_change(w, out);
    bool found = false;
    struct err e;

    *change = (struct change){.case_id = event->object, .event = event->type};
    e = copy_head(w->run.t, event->object, change->before, &change->had_before);
    if (failed(e)) {
        return e;
    }
    e = append_and_apply(w->run.t, h, event, ret_position);
    if (failed(e)) {
        return e;
    }
    e = copy_head(w->run.t, event->object, change->after, &found);
    if (failed(e)) {
        return e;
    }
    change->position = *ret_position;
    if (found && (!change->had_before || memcmp(change->before, change->after,
                                                CASE_HEAD_BYTES) != 0)) {
        out->change_count++;
    }
    return OK;
}

static struct err append_frame(struct writer *w, struct command_work *c,
                               const struct outcome *o, bool with_idem)
{
    struct frame_head head = head_of(&w->run, c, o, with_idem);

    assert(o->event_count <= LIMIT_FRAME_EVENTS);
    for (size_t i = 0; i < o->event_count; i++) {
        const struct event_plain *event = &o->events[i];
        struct log_position position;
        struct err e;

        head.frame_index = (uint16_t)i;
        w->run.wrote = true;
        e = model_event_is_case(event->type)
                ? append_case_event(w, &head, event, &position)
                : append_and_apply(w->run.t, &head, event, &position);
        if (failed(e)) {
            return e;
        }
        if (i == 0) {
            c->position = position;
        }
        w->run.event_count++;
    }
    return OK;
}

static struct err write_side(struct run *r, const struct outcome *o)
{
    assert(o->side_count <= LIMIT_SIDE_OPS);
    for (size_t i = 0; i < o->side_count; i++) {
        const struct side_op *op = &o->side[i];
        struct err e;

        assert(table_info[op->table].class == TABLE_CLASS_SIDE);
        r->wrote = true;
        e = op->value.size > 0 ? table_put(r->t, op->table, op->key, op->value)
                               : table_delete(r->t, op->table, op->key);
        if (failed(e)) {
            return e;
        }
    }
    return OK;
}

/* Every part may need a key of its own: better to say busy before the first
 * put than to take the batch back. */
static bool keys_suffice(struct run *r, const struct outcome *o)
{
    uint64_t ahead = store_keys_ahead(r->t);
    uint64_t needed = 0;

    for (size_t i = 0; i < o->event_count; i++) {
        needed += o->events[i].part_count;
    }
    r->keys_low = ahead < LIMIT_KEY_POOL_LOW + needed;
    return needed <= ahead;
}

static struct err keep(struct writer *w, struct command_work *c,
                       const struct outcome *o, bool with_idem)
{
    struct err e;

    if (!keys_suffice(&w->run, o)) {
        work_refuse(c, REFUSAL_SERVER_BUSY);
        return OK;
    }
    e = append_frame(w, c, o, with_idem);
    if (failed(e)) {
        return e;
    }
    return write_side(&w->run, o);
}

/* ------------------------------------------------------------ deciding -- */

/* Damage to what one command reads, or too much for one: the others need not
 * stop for it, since nothing was put. */
static bool of_one_command(struct err e)
{
    return e.code == ERR_LIMIT || is_damage(e);
}

static void alarm_of(const struct command_work *c, struct err e)
{
    diag_err("command_unreadable", e);
    DIAG(DIAG_ALARM, "command_failed",
         DIAG_C("command", command_info[c->command].name));
}

static struct err decide(struct writer *w, const struct command_work *c,
                         enum command command, const void *body,
                         struct outcome *ret)
{
    struct decide_in in = {
        .txn = w->run.t,
        .catalogue = w->o.catalogue,
        .actor = &c->actor,
        .now_us = w->run.time_us,
        .wall_us = clock_wall_us(w->o.clock),
        .entropy = c->entropy,
        .arena = c->arena,
        .has_if_match = c->has_if_match,
        .if_match = c->if_match,
    };
    struct err e;

    memset(ret, 0, sizeof(*ret));
    e = model_decide(&in, command, body, ret);
    if (of_one_command(e)) {
        alarm_of(c, e);
        memset(ret, 0, sizeof(*ret));
        ret->refusal = REFUSAL_SERVER_FAILED;
        return OK;
    }
    return e;
}

/* What was kept in the trail need not be kept again for a while. */
static void note_command(struct writer *w, const struct command_work *c)
{
    struct trail_entry entry = trail_entry_of(c);

    if (entry.is_trail) {
        note_trail(&w->run, entry.key);
    }
}

struct err writer_command(struct writer *w, struct command_work *c,
                          int64_t time_us)
{
    struct command_name name = command_name_of(c);
    struct outcome *o = &w->run.outcome;
    bool answered = false;
    struct err e;

    begin(w, c, time_us);
    inflight_mark(&w->inflight, name);
    e = answer_before(w, c, name, &answered);
    if (of_one_command(e)) {
        alarm_of(c, e);
        work_refuse(c, REFUSAL_SERVER_FAILED);
        return OK;
    }
    if (failed(e) || answered) {
        return e;
    }
    e = decide(w, c, c->command, c->body, o);
    if (failed(e)) {
        return e;
    }
    c->refusal = o->refusal;
    c->denied_by_right = o->denied_by_right;
    c->problem = o->problem;
    c->current_version = o->current_version;
    c->object = o->object;
    c->version = o->version;
    if (c->refusal != REFUSAL_NONE) {
        return OK; /* no put: it takes as long whatever was refused */
    }
    e = keep(w, c, o, true);
    if (!failed(e) && c->refusal == REFUSAL_NONE) {
        note_command(w, c);
    }
    return e;
}
