/* leftovers_test.c - a crash at each step of a replacement leaves one store. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/store_fixture.h"
#include "store/inside.h"

/* What lies in DIR, each as an environment whose data.mdb holds its mark. */
struct scene {
    const char *part, *fresh, *main, *old; /* NULL: absent */
};

static const char *const names[] = {"main.part", "main.new", "main",
                                    "main.old"};

static void set_scene(const char *dir, const struct scene *s)
{
    const char *marks[] = {s->part, s->fresh, s->main, s->old};

    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        char path[PATH_MAX];
        char file[PATH_MAX];

        assert_int_equal(path_join(dir, names[i], path).code, ERR_NONE);
        if (marks[i] == NULL) {
            continue;
        }
        assert_int_equal(dir_make(path).code, ERR_NONE);
        assert_int_equal(path_join(path, "data.mdb", file).code, ERR_NONE);
        fixture_file_write(file, (const uint8_t *)marks[i], strlen(marks[i]));
    }
}

/* Only main is there, with this mark; or nothing at all. */
static void check_scene(const char *dir, const char *want)
{
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        bool is_main = strcmp(names[i], "main") == 0;
        char path[PATH_MAX];

        assert_int_equal(path_join(dir, names[i], path).code, ERR_NONE);
        assert_int_equal(path_exists(path), is_main && want != NULL);
        if (is_main && want != NULL) {
            char file[PATH_MAX];
            uint8_t *bytes;
            size_t size;

            assert_int_equal(path_join(path, "data.mdb", file).code, ERR_NONE);
            bytes = fixture_file_read(file, &size);
            assert_int_equal(size, strlen(want));
            assert_memory_equal(bytes, want, size);
            free(bytes);
        }
    }
}

static void each_step_is_settled(void **state)
{
    static const struct {
        struct scene scene;
        const char *want;
    } rows[] = {
        {{NULL, NULL, NULL, NULL}, NULL},   {{NULL, NULL, "a", NULL}, "a"},
        {{"half", NULL, NULL, NULL}, NULL}, /* a first creation died */
        {{"half", NULL, "a", NULL}, "a"},   /* a rebuild died */
        {{NULL, "b", NULL, NULL}, "b"},     /* a creation, before its end */
        {{NULL, "b", "a", NULL}, "b"},      /* finished, not yet put in place */
        {{NULL, "b", NULL, "a"}, "b"},      /* between the two renames */
        {{NULL, NULL, "b", "a"}, "b"},      /* put in place, old not removed */
        {{"half", NULL, "b", "a"}, "b"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct store_fixture f;

        store_fixture_init(&f, FIXTURE_MAP_BYTES);
        set_scene(f.root, &rows[i].scene);
        assert_int_equal(leftovers_settle(f.root).code, ERR_NONE);
        check_scene(f.root, rows[i].want);
        assert_int_equal(leftovers_settle(f.root).code, ERR_NONE);
        check_scene(f.root, rows[i].want);
        store_fixture_free(&f);
    }
}

/* Neither main nor main.new: the old one is all there is, and stays. */
static void the_last_one_is_never_removed(void **state)
{
    static const struct scene only_old = {.old = "a"};
    struct store_fixture f;
    char path[PATH_MAX];

    (void)state;
    store_fixture_init(&f, FIXTURE_MAP_BYTES);
    set_scene(f.root, &only_old);
    assert_int_equal(leftovers_settle(f.root).code, ERR_NONE);
    assert_int_equal(path_join(f.root, "main.old/data.mdb", path).code,
                     ERR_NONE);
    assert_true(path_exists(path));
    store_fixture_free(&f);
}

static void replacing(void **state)
{
    static const struct scene first = {.part = "a"};
    static const struct scene second = {.part = "b"};
    struct store_fixture f;

    (void)state;
    store_fixture_init(&f, FIXTURE_MAP_BYTES);
    assert_int_equal(main_replace(f.root).code, ERR_SYS); /* no part */
    set_scene(f.root, &first);
    assert_int_equal(main_replace(f.root).code, ERR_NONE);
    check_scene(f.root, "a");
    set_scene(f.root, &second);
    assert_int_equal(main_replace(f.root).code, ERR_NONE);
    check_scene(f.root, "b");
    store_fixture_free(&f);
}

static void scratch_is_removed(void **state)
{
    struct store_fixture f;
    char path[PATH_MAX];
    char file[PATH_MAX];

    (void)state;
    store_fixture_init(&f, FIXTURE_MAP_BYTES);
    assert_int_equal(path_join(f.root, "check.abc123", path).code, ERR_NONE);
    assert_int_equal(dir_make(path).code, ERR_NONE);
    assert_int_equal(path_join(path, "lock.mdb", file).code, ERR_NONE);
    fixture_file_write(file, (const uint8_t *)"x", 1);
    assert_int_equal(leftovers_settle(f.root).code, ERR_NONE);
    assert_false(path_exists(path));
    assert_int_equal(leftovers_settle(f.dir).code, ERR_SYS); /* no DIR */
    store_fixture_free(&f);
}

/* Who sweeps may be another process, or this one: a check runs beside both. */
static void settle_elsewhere(const struct store_fixture *f)
{
    pid_t child = fork();
    int status = 0;

    assert_true(child >= 0);
    if (child == 0) {
        _exit(failed(leftovers_settle(f->root)));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void scratch_in_use_stays(void **state)
{
    struct store_fixture f;
    char path[PATH_MAX];
    int fd = -1;

    (void)state;
    store_fixture_init(&f, FIXTURE_MAP_BYTES);
    assert_int_equal(scratch_make(f.root, path, &fd).code, ERR_NONE);
    assert_int_equal(leftovers_settle(f.root).code, ERR_NONE);
    settle_elsewhere(&f);
    assert_true(path_exists(path));
    assert_int_equal(scratch_drop(path, fd).code, ERR_NONE);
    assert_false(path_exists(path));
    /* A check that was killed: the flock went with it. */
    assert_int_equal(scratch_make(f.root, path, &fd).code, ERR_NONE);
    assert_int_equal(close(fd), 0);
    settle_elsewhere(&f);
    assert_false(path_exists(path));
    assert_int_equal(scratch_make(f.dir, path, &fd).code, ERR_SYS); /* no DIR */
    store_fixture_free(&f);
}

/* Checks that begin while somebody sweeps: each gets a folder and keeps it. */
static void making_beside_a_sweep(void **state)
{
    enum { SCRATCHES = 2000 };
    const pid_t test = getpid();
    struct store_fixture f;
    pid_t child;
    int status = 0;

    (void)state;
    store_fixture_init(&f, FIXTURE_MAP_BYTES);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct err e = OK;

        while (!failed(e) && getppid() == test) { /* until it is killed */
            e = leftovers_settle(f.root);
        }
        _exit(failed(e));
    }
    for (int i = 0; i < SCRATCHES; i++) {
        char path[PATH_MAX];
        int fd = -1;

        assert_int_equal(scratch_make(f.root, path, &fd).code, ERR_NONE);
        assert_true(path_exists(path));
        assert_int_equal(scratch_drop(path, fd).code, ERR_NONE);
    }
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status)); /* no sweep failed before */
    store_fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_step_is_settled),
        cmocka_unit_test(the_last_one_is_never_removed),
        cmocka_unit_test(replacing),
        cmocka_unit_test(scratch_is_removed),
        cmocka_unit_test(scratch_in_use_stays),
        cmocka_unit_test(making_beside_a_sweep),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
