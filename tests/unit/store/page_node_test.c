/* page_node_test.c - a page that is written by hand, and each way to spoil it.
 */
#include "store/page_node.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PAGE_BYTES = 512, NUMBER = 3 };

struct paper { /* a file whose page 3 is under test */
    FILE *file;
    uint8_t page[PAGE_BYTES];
    uint8_t room[PAGE_BYTES];
    struct page_file f;
    struct page_view v;
};

/* A leaf with the rows "a" -> "one" (12 bytes) and "b" -> "second" (16). */
static void paper_make(struct paper *p)
{
    uint8_t *n;

    memset(p, 0, sizeof(*p));
    p->file = tmpfile();
    assert_non_null(p->file);
    p->f = (struct page_file){fileno(p->file), PAGE_BYTES, NUMBER};
    p->v.bytes = p->room;
    store_u64le(p->page + PAGE_AT_NUMBER, NUMBER);
    store_u16le(p->page + PAGE_AT_FLAGS, PAGE_LEAF);
    store_u16le(p->page + PAGE_AT_LOWER, PAGE_HEAD_BYTES + 4);
    store_u16le(p->page + PAGE_AT_UPPER, PAGE_BYTES - 28);
    store_u16le(p->page + PAGE_HEAD_BYTES, PAGE_BYTES - 12);
    store_u16le(p->page + PAGE_HEAD_BYTES + 2, PAGE_BYTES - 28);
    n = p->page + PAGE_BYTES - 12;
    store_u16le(n, 3);
    store_u16le(n + 6, 1);
    memcpy(n + 8, "aone", 4);
    n = p->page + PAGE_BYTES - 28;
    store_u16le(n, 6);
    store_u16le(n + 6, 1);
    memcpy(n + 8, "bsecond", 7);
}

/* Reads the page, both nodes, and how they fill it. */
static struct err paper_read(struct paper *p)
{
    struct page_node n = {0};
    struct err e;

    assert_int_equal(
        pwrite(p->f.fd, p->page, PAGE_BYTES, (int64_t)NUMBER * PAGE_BYTES),
        PAGE_BYTES);
    e = page_view_read(&p->f, &p->v, NUMBER, PAGE_LEAF);
    for (unsigned i = 0; !failed(e) && i < p->v.nodes; i++) {
        e = page_node_at(&p->f, &p->v, i, true, &n);
    }
    return failed(e) ? e : page_nodes_fill(&p->f, &p->v, true);
}

static void paper_free(struct paper *p) { (void)fclose(p->file); }

static void a_sound_page(void **state)
{
    struct paper p;
    struct page_node n;

    (void)state;
    paper_make(&p);
    assert_int_equal(paper_read(&p).code, ERR_NONE);
    assert_int_equal(p.v.nodes, 2);
    assert_int_equal(page_node_at(&p.f, &p.v, 1, true, &n).code, ERR_NONE);
    assert_true(span_equal(n.key, SPAN("b", 1)));
    assert_true(span_equal(SPAN(n.value, n.value_bytes), SPAN("second", 6)));
    paper_free(&p);
}

static void each_way_to_spoil_it(void **state)
{
    static const struct {
        const char *why;
        size_t at;
        uint16_t value;
    } rows[] = {
        {"another page's number", PAGE_AT_NUMBER, NUMBER + 1},
        {"a branch", PAGE_AT_FLAGS, PAGE_BRANCH},
        {"dirty", PAGE_AT_FLAGS, PAGE_LEAF | 0x10},
        {"no node", PAGE_AT_LOWER, PAGE_HEAD_BYTES},
        {"lower in the head", PAGE_AT_LOWER, PAGE_HEAD_BYTES - 2},
        {"lower odd", PAGE_AT_LOWER, PAGE_HEAD_BYTES + 3},
        {"lower above upper", PAGE_AT_LOWER, PAGE_BYTES - 26},
        {"lower huge", PAGE_AT_LOWER, UINT16_MAX - 1},
        {"upper beyond the page", PAGE_AT_UPPER, PAGE_BYTES + 2},
        {"upper too low", PAGE_AT_UPPER, PAGE_BYTES - 30},
        {"upper above a node", PAGE_AT_UPPER, PAGE_BYTES - 26},
        {"node below upper", PAGE_HEAD_BYTES, PAGE_BYTES - 40},
        {"node at the very end", PAGE_HEAD_BYTES, PAGE_BYTES - 6},
        {"node beyond the page", PAGE_HEAD_BYTES, PAGE_BYTES},
        {"node odd", PAGE_HEAD_BYTES, PAGE_BYTES - 13},
        {"nodes overlap", PAGE_HEAD_BYTES, PAGE_BYTES - 28},
        {"value beyond the page", PAGE_BYTES - 12, 4},
        {"value huge", PAGE_BYTES - 10, 1},
        {"key beyond the page", PAGE_BYTES - 12 + 6, 5},
        {"key huge", PAGE_BYTES - 12 + 6, UINT16_MAX},
        {"key empty", PAGE_BYTES - 12 + 6, 0},
        {"unknown flags", PAGE_BYTES - 12 + 4, 4},
        {"outside, without room for a number", PAGE_BYTES - 12 + 4,
         PAGE_NODE_BIG},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct paper p;

        paper_make(&p);
        store_u16le(p.page + rows[i].at, rows[i].value);
        if (paper_read(&p).code != ERR_CORRUPT) {
            print_error("accepted: %s\n", rows[i].why);
            fail();
        }
        paper_free(&p);
    }
}

static void a_branch_of_one_is_no_branch(void **state)
{
    struct paper p;

    (void)state;
    paper_make(&p);
    store_u16le(p.page + PAGE_AT_FLAGS, PAGE_BRANCH);
    assert_int_equal(paper_read(&p).code, ERR_CORRUPT);
    assert_int_equal(page_view_read(&p.f, &p.v, NUMBER, PAGE_BRANCH).code,
                     ERR_NONE);
    store_u16le(p.page + PAGE_AT_LOWER, PAGE_HEAD_BYTES + 2);
    assert_int_equal(paper_read(&p).code, ERR_CORRUPT);
    assert_int_equal(page_view_read(&p.f, &p.v, NUMBER, PAGE_BRANCH).code,
                     ERR_CORRUPT);
    paper_free(&p);
}

static void a_short_file(void **state)
{
    struct paper p;
    uint8_t bytes[PAGE_BYTES];

    (void)state;
    paper_make(&p);
    assert_int_equal(paper_read(&p).code, ERR_NONE);
    assert_int_equal(ftruncate(p.f.fd, (int64_t)NUMBER * PAGE_BYTES + 511), 0);
    assert_int_equal(page_view_read(&p.f, &p.v, NUMBER, PAGE_LEAF).code,
                     ERR_CORRUPT);
    assert_int_equal(page_bytes_read(&p.f, NUMBER, 511, bytes, 1).code,
                     ERR_CORRUPT);
    assert_int_equal(page_bytes_read(&p.f, NUMBER, 510, bytes, 1).code,
                     ERR_NONE);
    p.f.fd = -1;
    assert_int_equal(page_bytes_read(&p.f, NUMBER, 0, bytes, 1).code, ERR_SYS);
    paper_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_page),
        cmocka_unit_test(each_way_to_spoil_it),
        cmocka_unit_test(a_branch_of_one_is_no_branch),
        cmocka_unit_test(a_short_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
