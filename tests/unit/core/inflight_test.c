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
static struct city_case made;

static int setup(void **state)
{
    (void)state;
    desk_make(&desk, FIXTURE_MAP_BYTES);
    agent = city_actor(&desk.city, "agt01", "R-AGT", "service_centre");
    made = city_case(&desk.city, &agent, GUYANG);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    desk_free(&desk);
    return 0;
}

static struct command_work *noting(uint8_t key)
{
    const struct cmd_add_note note = {.no = made.no,
                                      .text = TEXT_LITERAL("NOTE")};
    struct command_work *w =
        desk_work(&desk, &agent, COMMAND_ADD_NOTE, &note, sizeof(note));

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

static void put_head(struct span head)
{
    uint8_t key[CASE_HEAD_KEY_BYTES];
    struct store_txn *t;

    case_head_key(key, made.id);
    assert_int_equal(store_write_begin(desk.city.store.store, &t).code,
                     ERR_NONE);
    assert_int_equal(
        table_put(t, TABLE_CASE_HEAD, SPAN(key, sizeof(key)), head).code,
        ERR_NONE);
    assert_int_equal(store_commit(t).code, ERR_NONE);
}

static struct span copy_head(uint8_t ret_head[static CASE_HEAD_BYTES])
{
    uint8_t key[CASE_HEAD_KEY_BYTES];
    struct store_txn *t;
    struct span value;

    case_head_key(key, made.id);
    assert_int_equal(store_read_begin(desk.city.store.store, &t).code,
                     ERR_NONE);
    assert_int_equal(
        table_get(t, TABLE_CASE_HEAD, SPAN(key, sizeof(key)), &value).code,
        ERR_NONE);
    memcpy(ret_head, value.at, CASE_HEAD_BYTES);
    store_end(t);
    return SPAN(ret_head, CASE_HEAD_BYTES);
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
        (void)result_of(noting(key));
        _exit(98); /* it should not have come back */
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EXIT_DAMAGED);
    assert_int_equal(store_fixture_reopen(&desk.city.store).code, ERR_NONE);
}

static void refused_after_two_crashes(void **state)
{
    uint8_t head[CASE_HEAD_BYTES];
    struct span whole = copy_head(head);

    (void)state;
    put_head(SPAN(head, 5)); /* kills whoever touches the case */
    crash(1);
    crash(1);
    desk_start(&desk, CITY_TIME_US + 60000000);
    assert_int_equal(result_of(noting(1)), REFUSAL_COMMAND_QUARANTINED);
    desk_stop(&desk);
    put_head(whole);
    desk_start(&desk, CITY_TIME_US + 60000000);
    assert_int_equal(result_of(noting(1)), REFUSAL_COMMAND_QUARANTINED);
    /* The same words with another key are another command. */
    assert_int_equal(result_of(noting(2)), REFUSAL_NONE);
    desk_stop(&desk);
}

static void once_is_not_enough(void **state)
{
    uint8_t head[CASE_HEAD_BYTES];
    struct span whole = copy_head(head);

    (void)state;
    put_head(SPAN(head, 5));
    crash(5);
    put_head(whole);
    desk_start(&desk, CITY_TIME_US + 60000000);
    assert_int_equal(result_of(noting(5)), REFUSAL_NONE);
    desk_stop(&desk);
}

/* After a batch nothing is in flight, and a stop leaves nothing behind. */
static void nothing_left_after_a_batch(void **state)
{
    uint8_t zero[COMMAND_NAME_BYTES] = {0};
    char path[320];
    uint8_t *bytes;
    size_t size;

    (void)state;
    desk_start(&desk, CITY_TIME_US + 60000000);
    assert_int_equal(result_of(noting(6)), REFUSAL_NONE);
    (void)snprintf(path, sizeof(path), "%s/inflight", desk.city.store.dir);
    bytes = fixture_file_read(path, &size);
    assert_int_equal(size, COMMAND_NAME_BYTES);
    assert_memory_equal(bytes, zero, sizeof(zero));
    free(bytes);
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
    };

    return cmocka_run_group_tests_name("core/inflight", tests, setup, teardown);
}
