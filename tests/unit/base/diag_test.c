/* diag_test.c - one event is one line on stderr, whatever it holds. */
#include "base/diag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "lib/death.h"

struct captured {
    int saved;
    int pipe[2];
};

static void capture(struct captured *c)
{
    assert_int_equal(pipe(c->pipe), 0);
    c->saved = dup(STDERR_FILENO);
    assert_true(c->saved >= 0);
    assert_true(dup2(c->pipe[1], STDERR_FILENO) >= 0);
}

/* What was written since; NUL-terminated. */
static void release(struct captured *c, char *ret, size_t size)
{
    ssize_t n;

    assert_true(dup2(c->saved, STDERR_FILENO) >= 0);
    (void)close(c->saved);
    (void)close(c->pipe[1]);
    n = read(c->pipe[0], ret, size - 1);
    assert_true(n >= 0);
    ret[n] = '\0';
    (void)close(c->pipe[0]);
}

static void a_line(void **state)
{
    struct captured c;
    char line[2048];

    (void)state;
    capture(&c);
    DIAG(DIAG_WARN, "map_full", DIAG_N("used", -5), DIAG_C("code", "x.y"));
    release(&c, line, sizeof(line));
    assert_true(iso_to_us(line, ISO_BYTES - 1) != INT64_MIN);
    assert_string_equal(line + ISO_BYTES - 1,
                        " warn map_full used=-5 code=x.y\n");
}

static void an_error(void **state)
{
    struct captured c;
    char line[2048];

    (void)state;
    capture(&c);
    diag_err("commit", (struct err){ERR_FULL, 28, "a.c:1"});
    diag_err("commit", (struct err){ERR_FULL, 28, NULL});
    release(&c, line, sizeof(line));
    assert_non_null(
        strstr(line, " alarm commit err=ERR_FULL sys=28 where=a.c:1\n"));
    assert_non_null(strstr(line, "where=-\n"));
}

static void too_long_is_cut(void **state)
{
    static char longest[4000];
    struct captured c;
    char line[8192];
    size_t size;

    (void)state;
    memset(longest, 'e', sizeof(longest) - 1);
    capture(&c);
    DIAG(DIAG_INFO, longest, DIAG_C("a", longest), DIAG_N("b", 1));
    release(&c, line, sizeof(line));
    size = strlen(line);
    assert_true(size < 1024);
    assert_string_equal(line + size - 4, "...\n");
    assert_ptr_equal(strchr(line, '\n'), line + size - 1);
}

static void nine_fields(void *context)
{
    static const struct diag_field fields[9];

    (void)context;
    diag_line(DIAG_INFO, "x", fields, 9);
}

static void fields_are_few(void **state)
{
    (void)state;
    assert_true(dies(nine_fields, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line),
        cmocka_unit_test(an_error),
        cmocka_unit_test(too_long_is_cut),
        cmocka_unit_test(fields_are_few),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
