/*
 * inflight_test.c - a command that kills the process is refused the third
 * time, and nothing else is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/inflight.h"
#include "lib/desk.h"

enum { GUYANG = 150222102, EXIT_DAMAGED = 3 };

static struct desk desk;
static struct actor agent;
static struct cmd_register_case form;

static int setup(void **state)
{
    (void)state;
    desk_make(&desk, FIXTURE_MAP_BYTES);
    agent = city_actor(&desk.city, "agt01", "R-AGT", "service_centre");
    (void)city_case(&desk.city, &agent, GUYANG);
    form = city_form(&desk.city, &agent, GUYANG);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    desk_free(&desk);
    return 0;
}

static struct command_work *registering(uint8_t key)
{
    struct command_work *w =
        desk_work(&desk, &agent, COMMAND_REGISTER_CASE, &form, sizeof(form));

    desk_key(w, key, 1);
    return w;
}

static enum refusal result_of(struct command_work *w)
{
    enum refusal refusal;

    assert_true(desk_submit(&desk, w));
    desk_wait(&desk);
    refusal = w->refusal;
    desk_drop(w);
    return refusal;
}

/* The row that kills whoever counts a case: of another size. */
static void poison(bool poisoned)
{
    static const char kind[16] = "open";
    static uint8_t count[BOARD_COUNT_BYTES];
    uint8_t key[BOARD_COUNT_KEY_BYTES];
    struct store_txn *t;
    struct span value;

    board_count_key(key, kind, 0);
    assert_int_equal(store_write_begin(desk.city.store.store, &t).code,
                     ERR_NONE);
    if (poisoned) {
        assert_int_equal(
            table_get(t, TABLE_BOARD_COUNT, SPAN(key, sizeof(key)), &value)
                .code,
            ERR_NONE);
        memcpy(count, value.at, sizeof(count));
    }
    assert_int_equal(table_put(t, TABLE_BOARD_COUNT, SPAN(key, sizeof(key)),
                               SPAN(count, poisoned ? 5 : sizeof(count)))
                         .code,
                     ERR_NONE);
    assert_int_equal(store_commit(t).code, ERR_NONE);
}

/* One more call to be registered: later than anything before. */
static void next_form(void)
{
    desk.city.now_us += 600 * INT64_C(1000000);
    form = city_form(&desk.city, &agent, GUYANG);
}

/* A process of its own runs the command and dies of it. */
static void crash(uint8_t key)
{
    int status = 0;
    pid_t child;

    store_fixture_close(&desk.city.store);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (failed(store_fixture_reopen(&desk.city.store))) {
            _exit(99);
        }
        desk_start(&desk, CITY_TIME_US + 60000000);
        (void)result_of(registering(key));
        _exit(98); /* it should not have come back */
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EXIT_DAMAGED);
    assert_int_equal(store_fixture_reopen(&desk.city.store).code, ERR_NONE);
}

static void refused_after_two_crashes(void **state)
{
    (void)state;
    next_form();
    poison(true);
    crash(1);
    crash(1);
    desk_start(&desk, CITY_TIME_US + 60000000);
    assert_int_equal(result_of(registering(1)), REFUSAL_COMMAND_QUARANTINED);
    desk_stop(&desk);
    poison(false);
    desk_start(&desk, CITY_TIME_US + 60000000);
    assert_int_equal(result_of(registering(1)), REFUSAL_COMMAND_QUARANTINED);
    /* The same form with another key are another command. */
    assert_int_equal(result_of(registering(2)), REFUSAL_NONE);
    desk_stop(&desk);
}

static void once_is_not_enough(void **state)
{
    (void)state;
    next_form();
    poison(true);
    crash(5);
    poison(false);
    desk_start(&desk, CITY_TIME_US + 60000000);
    assert_int_equal(result_of(registering(5)), REFUSAL_NONE);
    desk_stop(&desk);
}

/* Bytes of DIR/inflight as they stand. */
static void assert_unmarked(void)
{
    uint8_t zero[COMMAND_NAME_BYTES] = {0};
    char path[320];
    uint8_t *bytes;
    size_t size;

    (void)snprintf(path, sizeof(path), "%s/inflight", desk.city.store.dir);
    bytes = fixture_file_read(path, &size);
    assert_int_equal(size, COMMAND_NAME_BYTES);
    assert_memory_equal(bytes, zero, sizeof(zero));
    free(bytes);
}

/* After a batch nothing is in flight, and a stop leaves nothing behind. */
static void nothing_left_after_a_batch(void **state)
{
    (void)state;
    next_form();
    desk_start(&desk, CITY_TIME_US + 60000000);
    assert_int_equal(result_of(registering(6)), REFUSAL_NONE);
    assert_unmarked();
    desk_stop(&desk);
}

/* A call refused for want of room, and then an ordinary restart, is no crash.
 */
static void a_refusal_for_room_is_no_crash(void **state)
{
    static char story[16000];
    const struct cmd_take_contact phone = {.channel = CHANNEL_PHONE};
    enum refusal refusal = REFUSAL_NONE;

    (void)state;
    next_form();
    memset(story, 's', sizeof(story));
    form.matter = (struct text){story, sizeof(story)};
    desk_stop(&desk);
    store_fixture_close(&desk.city.store);
    desk.city.store.options.map_bytes = 3 << 20;
    assert_int_equal(store_fixture_reopen(&desk.city.store).code, ERR_NONE);
    desk_start(&desk, CITY_TIME_US + 60000000);
    for (int i = 0; i < 1000 && refusal == REFUSAL_NONE; i++) {
        struct command_work *w = desk_work(&desk, &agent, COMMAND_TAKE_CONTACT,
                                           &phone, sizeof(phone));

        assert_true(desk_submit(&desk, w));
        desk_wait(&desk);
        form.contact_id = w->object;
        refusal = w->refusal;
        desk_drop(w);
        if (refusal == REFUSAL_NONE) {
            refusal = result_of(registering((uint8_t)(100 + i)));
        }
        desk.order_count = 0;
        desk.change_count = 0;
    }
    assert_int_equal(refusal, REFUSAL_SERVER_FULL);
    assert_unmarked();
    desk_stop(&desk);
    assert_unmarked();
    store_fixture_close(&desk.city.store);
    desk.city.store.options.map_bytes = FIXTURE_MAP_BYTES;
    assert_int_equal(store_fixture_reopen(&desk.city.store).code, ERR_NONE);
}

/* Two crashes with more than a day between them are two accidents. */
static void a_day_later_it_is_forgotten(void **state)
{
    const int64_t day_us = INT64_C(24) * 3600 * 1000000;
    struct command_name name;
    struct command_work *w;
    struct store_txn *t;
    uint32_t count = 0;

    (void)state;
    next_form();
    poison(true);
    crash(50);
    crash(50);
    desk_start(&desk, CITY_TIME_US + 60000000); /* counts the second */
    w = registering(50);
    name = command_name_of(w);
    desk_drop(w);
    desk_stop(&desk);
    poison(false);
    desk_start(&desk, CITY_TIME_US + 60000000 + day_us);
    assert_int_equal(store_read_begin(desk.city.store.store, &t).code,
                     ERR_NONE);
    assert_int_equal(table_count(t, TABLE_QUARANTINE), 0);
    assert_int_equal(quarantine_crashes(t, name, desk.city.now_us, &count).code,
                     ERR_NONE);
    assert_int_equal(count, 0);
    store_end(t);
    assert_int_equal(result_of(registering(50)), REFUSAL_NONE);
    desk_stop(&desk);
}

static void names(void **state)
{
    struct command_work a = {.command = COMMAND_ADD_NOTE, .idem_mac = {1}};
    struct command_work b = a;
    struct command_name x = command_name_of(&a);
    struct command_name y;

    (void)state;
    b.has_idem = true;
    b.idem_day = CITY_DAY;
    b.idem_key[0] = 7;
    y = command_name_of(&b);
    assert_memory_not_equal(&x, &y, sizeof(x));
    memset(a.idem_mac, 0, sizeof(a.idem_mac)); /* the server's own */
    x = command_name_of(&a);
    assert_true(bytes_all_zero(x.bytes, sizeof(x.bytes)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(nothing_left_after_a_batch),
        cmocka_unit_test(once_is_not_enough),
        cmocka_unit_test(refused_after_two_crashes),
        cmocka_unit_test(a_refusal_for_room_is_no_crash),
        cmocka_unit_test(a_day_later_it_is_forgotten),
    };

    return cmocka_run_group_tests_name("core/inflight", tests, setup, teardown);
}
