/* files_test.c - directories, the lock, the master key's file. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/store_fixture.h"
#include "store/inside.h"

static void paths_are_bounded(void **state)
{
    char path[PATH_MAX];
    char dir[PATH_MAX];

    (void)state;
    memset(dir, 'd', sizeof(dir));
    dir[PATH_MAX - 6] = '\0';
    assert_int_equal(path_join(dir, "main", path).code, ERR_NONE);
    assert_int_equal(path_join(dir, "main5", path).code, ERR_LIMIT);
    assert_int_equal(path_join("a", "b", path).code, ERR_NONE);
    assert_string_equal(path, "a/b");
}

static void directories(void **state)
{
    struct store_fixture f;
    char path[PATH_MAX];
    char below[PATH_MAX];
    struct stat st;

    (void)state;
    store_fixture_init(&f, FIXTURE_MAP_BYTES);
    assert_int_equal(path_join(f.root, "new", path).code, ERR_NONE);
    assert_false(path_exists(path));
    assert_int_equal(dir_sync(path).code, ERR_SYS);
    assert_int_equal(dir_make(path).code, ERR_NONE);
    assert_int_equal(dir_make(path).code, ERR_NONE);
    assert_true(path_exists(path));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(dir_sync(path).code, ERR_NONE);
    assert_int_equal(dir_sync_parent(path).code, ERR_NONE);
    assert_int_equal(dir_sync_parent("a").code, ERR_NONE);
    assert_int_equal(dir_sync_parent("/a").code, ERR_NONE);
    assert_int_equal(dir_sync_parent("/no/such/place").code, ERR_SYS);
    assert_int_equal(path_join(f.root, "file", path).code, ERR_NONE);
    fixture_file_write(path, (const uint8_t *)"x", 1);
    assert_int_equal(dir_make(path).code, ERR_SYS);
    assert_int_equal(path_join(path, "below", below).code, ERR_NONE);
    assert_int_equal(dir_make(below).code, ERR_SYS);
    assert_true(path_exists(below)); /* ENOTDIR: not known to be absent */
    store_fixture_free(&f);
}

static void environments_are_removed(void **state)
{
    struct store_fixture f;
    char path[PATH_MAX];
    char file[PATH_MAX];

    (void)state;
    store_fixture_init(&f, FIXTURE_MAP_BYTES);
    assert_int_equal(path_join(f.root, "env", path).code, ERR_NONE);
    assert_int_equal(env_remove(path).code, ERR_NONE); /* absent is fine */
    assert_int_equal(dir_make(path).code, ERR_NONE);
    assert_int_equal(path_join(path, "data.mdb", file).code, ERR_NONE);
    fixture_file_write(file, (const uint8_t *)"x", 1);
    assert_int_equal(env_remove(path).code, ERR_NONE);
    assert_false(path_exists(path));
    /* Something else lies in it: it is not an environment. */
    assert_int_equal(dir_make(path).code, ERR_NONE);
    assert_int_equal(path_join(path, "diary", file).code, ERR_NONE);
    fixture_file_write(file, (const uint8_t *)"x", 1);
    assert_int_equal(env_remove(path).code, ERR_SYS);
    assert_true(path_exists(file));
    store_fixture_free(&f);
}

static void the_lock_is_held_once(void **state)
{
    struct store_fixture f;
    int first;
    int second = -7;

    (void)state;
    store_fixture_init(&f, FIXTURE_MAP_BYTES);
    assert_int_equal(lock_take(f.dir, &first).code, ERR_MISSING);
    assert_int_equal(lock_take(f.root, &first).code, ERR_NONE);
    assert_int_equal(lock_take(f.root, &second).code, ERR_IN_USE);
    assert_int_equal(second, -7);
    assert_int_equal(close(first), 0);
    assert_int_equal(lock_take(f.root, &second).code, ERR_NONE);
    assert_int_equal(close(second), 0);
    store_fixture_free(&f);
}

/* ---- the master key ---- */

static void a_master_key_is_made_once(void **state)
{
    struct store_fixture f;
    struct crypt_key made;
    struct crypt_key again;
    struct crypt_key read;
    struct stat st;

    (void)state;
    store_fixture_init(&f, FIXTURE_MAP_BYTES);
    assert_int_equal(master_read(f.key_path, &read).code, ERR_KEY);
    assert_int_equal(master_read(f.key_path, &read).sys, ENOENT);
    assert_int_equal(master_read_or_make(f.key_path, &made).code, ERR_NONE);
    assert_int_equal(master_read_or_make(f.key_path, &again).code, ERR_NONE);
    assert_int_equal(master_read(f.key_path, &read).code, ERR_NONE);
    assert_memory_equal(made.bytes, again.bytes, CRYPT_KEY_BYTES);
    assert_memory_equal(made.bytes, read.bytes, CRYPT_KEY_BYTES);
    assert_false(bytes_all_zero(made.bytes, CRYPT_KEY_BYTES));
    assert_int_equal(stat(f.key_path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0400);
    assert_int_equal(st.st_size, 65);
    assert_int_equal(master_read_or_make("/no/such/place", &made).code,
                     ERR_SYS);
    store_fixture_free(&f);
}

static void malformed_master_keys(void **state)
{
    static const char good[] =
        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n";
    static const struct {
        const char *text;
        mode_t mode;
        int32_t code;
    } rows[] = {
        {good, 0400, ERR_NONE},
        {good, 0600, ERR_NONE},
        {good, 0440, ERR_KEY},
        {good, 0404, ERR_KEY},
        {"", 0400, ERR_KEY},
        {"\n", 0400, ERR_KEY},
        {"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
         0400, ERR_KEY},
        {"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff ",
         0400, ERR_KEY},
        {"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n\n",
         0400, ERR_KEY},
        {"00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff\n",
         0400, ERR_KEY},
        {"00112233445566778899aabbccddeefg00112233445566778899aabbccddeeff\n",
         0400, ERR_KEY},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct store_fixture f;
        struct crypt_key key;

        store_fixture_init(&f, FIXTURE_MAP_BYTES);
        fixture_file_write(f.key_path, (const uint8_t *)rows[i].text,
                           strlen(rows[i].text));
        assert_int_equal(chmod(f.key_path, rows[i].mode), 0);
        assert_int_equal(master_read(f.key_path, &key).code, rows[i].code);
        /* What is there is never written over. */
        assert_int_equal(master_read_or_make(f.key_path, &key).code,
                         rows[i].code);
        store_fixture_free(&f);
    }
}

static void a_directory_is_no_key(void **state)
{
    struct store_fixture f;
    struct crypt_key key;

    (void)state;
    store_fixture_init(&f, FIXTURE_MAP_BYTES);
    assert_int_equal(mkdir(f.key_path, 0700), 0);
    assert_int_equal(master_read(f.key_path, &key).code, ERR_KEY);
    assert_int_equal(master_read_or_make(f.key_path, &key).code, ERR_KEY);
    store_fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_bounded),
        cmocka_unit_test(directories),
        cmocka_unit_test(environments_are_removed),
        cmocka_unit_test(the_lock_is_held_once),
        cmocka_unit_test(a_master_key_is_made_once),
        cmocka_unit_test(malformed_master_keys),
        cmocka_unit_test(a_directory_is_no_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
