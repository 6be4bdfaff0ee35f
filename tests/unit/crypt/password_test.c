/* password_test.c - argon2id strings: right, wrong, and hostile ones. */
#include "crypt/crypt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "lib/death.h"

static void full(void **state)
{
    char a[CRYPT_PASSWORD_HASH_BYTES];

    (void)state;
    crypt_password_hash(TEXT_LITERAL("correct horse"), a);
    assert_int_equal(strncmp(a, "$argon2id$v=19$m=65536,t=3,p=1$", 31), 0);
    assert_true(crypt_password_verify(a, TEXT_LITERAL("correct horse")));
    assert_false(crypt_password_verify(a, TEXT_LITERAL("correct horsf")));
    assert_false(crypt_password_is_cheap(a));
    crypt_password_pretend(TEXT_LITERAL("correct horse"));
}

static void cheap(void **state)
{
    char a[CRYPT_PASSWORD_HASH_BYTES];
    char b[CRYPT_PASSWORD_HASH_BYTES];

    (void)state;
    crypt_password_hash_cheap(TEXT_LITERAL("x"), a);
    crypt_password_hash_cheap(TEXT_LITERAL("x"), b);
    assert_string_not_equal(a, b); /* salted */
    assert_true(crypt_password_is_cheap(a));
    assert_true(crypt_password_verify(a, TEXT_LITERAL("x")));
    assert_false(crypt_password_verify(a, TEXT_LITERAL("")));
    assert_false(crypt_password_verify(a, TEXT_LITERAL("xx")));
    crypt_password_hash_cheap(TEXT_LITERAL(""), a);
    assert_true(crypt_password_verify(a, TEXT_LITERAL("")));
}

static void lengths(void **state)
{
    char longest[LIMIT_PASSWORD_BYTES + 1];
    char a[CRYPT_PASSWORD_HASH_BYTES];

    (void)state;
    memset(longest, 'p', sizeof(longest));
    crypt_password_hash_cheap((struct text){longest, LIMIT_PASSWORD_BYTES}, a);
    assert_true(
        crypt_password_verify(a, (struct text){longest, LIMIT_PASSWORD_BYTES}));
    assert_false(crypt_password_verify(
        a, (struct text){longest, LIMIT_PASSWORD_BYTES - 1}));
    assert_false(crypt_password_verify(
        a, (struct text){longest, LIMIT_PASSWORD_BYTES + 1}));
    crypt_password_pretend((struct text){longest, sizeof(longest)});
}

static void hash_too_long(void *context)
{
    char a[CRYPT_PASSWORD_HASH_BYTES];
    char longest[LIMIT_PASSWORD_BYTES + 1] = {0};

    (void)context;
    crypt_password_hash_cheap((struct text){longest, sizeof(longest)}, a);
}

static void a_caller_checks_the_length(void **state)
{
    (void)state;
    assert_true(dies(hash_too_long, NULL));
}

/* None of these may be believed, take memory, or be read past its end. */
static void malformed(void **state)
{
    static const char *const bad[] = {
        "",
        "$",
        "plain",
        "$argon2i$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2E$AAAA",
        "$argon2id$v=16$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2E$AAAA",
        "$argon2id$v=19$m=64,t=1$c2FsdHNhbHRzYWx0c2E$AAAA",
        "$argon2id$v=19$m=64,t=1,p=1",
        "$argon2id$v=19$m=64,t=1,p=1$",
        "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2E$",
        "$argon2id$v=19$m=,t=1,p=1$c2FsdHNhbHRzYWx0c2E$AAAA",
        "$argon2id$v=19$m=0,t=1,p=1$c2FsdHNhbHRzYWx0c2E$AAAA",
        "$argon2id$v=19$m=-1,t=1,p=1$c2FsdHNhbHRzYWx0c2E$AAAA",
        "$argon2id$v=19$m=65537,t=1,p=1$c2FsdHNhbHRzYWx0c2E$AAAA",
        "$argon2id$v=19$m=4194304,t=1,p=1$c2FsdHNhbHRzYWx0c2E$AAAA",
        "$argon2id$v=19$m=99999999999,t=1,p=1$c2FsdHNhbHRzYWx0c2E$AAAA",
        "$argon2id$v=19$m=64,t=4,p=1$c2FsdHNhbHRzYWx0c2E$AAAA",
        "$argon2id$v=19$m=64,t=999999,p=1$c2FsdHNhbHRzYWx0c2E$AAAA",
        "$argon2id$v=19$m=64,t=1,p=2$c2FsdHNhbHRzYWx0c2E$AAAA",
    };
    char endless[CRYPT_PASSWORD_HASH_BYTES];

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        assert_false(crypt_password_verify(bad[i], TEXT_LITERAL("x")));
    }
    memset(endless, '$', sizeof(endless));
    assert_false(crypt_password_verify(endless, TEXT_LITERAL("x")));
    assert_false(crypt_password_is_cheap(endless));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full),
        cmocka_unit_test(cheap),
        cmocka_unit_test(lengths),
        cmocka_unit_test(a_caller_checks_the_length),
        cmocka_unit_test(malformed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
