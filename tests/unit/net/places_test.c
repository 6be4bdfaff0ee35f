/*
 * places_test.c - nobody takes every place.
 */
#include "net/places.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"

static void an_address_holds_its_share(void **state)
{
    static const struct {
        struct places p;
        bool allow;
    } rows[] = {
        {{.most = 20000, .held = 0, .own = 0}, true},
        {{.most = 20000, .held = 4999, .own = 4999}, true},
        {{.most = 20000, .held = 5000, .own = 5000}, false},
        {{.most = 20000, .held = 14999, .own = 14999, .loopback = true}, true},
        {{.most = 20000, .held = 15000, .own = 15000, .loopback = true}, false},
        /* the last quarter */
        {{.most = 20000, .held = 14999, .own = 4000}, true},
        {{.most = 20000, .held = 15000, .own = 4000}, false},
        {{.most = 20000, .held = 15000, .own = 312}, false},
        {{.most = 20000, .held = 15000, .own = 311}, true},
        {{.most = 20000, .held = 15000, .own = 4000, .loopback = true}, false},
        {{.most = 20000, .held = 19999, .own = 0}, true},
        {{.most = 20000, .held = 20000, .own = 0}, false},
        /* a small machine */
        {{.most = 16, .held = 12, .own = 7}, true},
        {{.most = 16, .held = 12, .own = 8}, false},
        {{.most = 1, .held = 0, .own = 0}, true},
        {{.most = 1, .held = 1, .own = 0}, false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
        assert_int_equal(places_allow(&rows[i].p), rows[i].allow);
}

static void three_hosts_leave_a_quarter(void **state)
{
    uint64_t own[4] = {0}, held = 0;

    (void)state;
    for (int round = 0; round < 30000; round++)
        for (size_t i = 0; i < ARRAY_COUNT(own); i++)
            if (places_allow(&(struct places){
                    .most = 20000, .held = held, .own = own[i]})) {
                own[i]++;
                held++;
            }
    assert_true(held <= 15000 + 4 * 312);
    assert_true(places_allow(&(struct places){.most = 20000, .held = held}));
}

static void a_network_is_an_address_or_a_64(void **state)
{
    struct id a = places_network("2001:db8:1:2::1");

    (void)state;
    assert_true(id_equal(a, places_network("2001:db8:1:2:ffff::9")));
    assert_false(id_equal(a, places_network("2001:db8:1:3::1")));
    assert_false(
        id_equal(places_network("10.0.0.1"), places_network("10.0.0.2")));
    assert_false(id_equal(places_network("::ffff:10.0.0.1"),
                          places_network("::ffff:10.0.0.2")));
    assert_true(id_equal(places_network("nonsense"), places_network("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_holds_its_share),
        cmocka_unit_test(three_hosts_leave_a_quarter),
        cmocka_unit_test(a_network_is_an_address_or_a_64),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
