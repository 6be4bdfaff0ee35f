/*
 * places.h - who gets one more connection.
 *
 * WHY     One host must not take every place. But a desk behind one address
 *         has many connections, and a program on this machine (a proxy, a
 *         tunnel, a load) may stand for all clients there are.
 * SHAPE   of the places that there are, an address holds a quarter at most,
 *         one of the loopback three quarters; and the last quarter of all is
 *         only for addresses that hold few. So three hosts fill three
 *         quarters, and every other address still has its few.
 * THREAD  any: pure.
 */
#ifndef HUTONG_NET_PLACES_H
#define HUTONG_NET_PLACES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

struct places {
    uint64_t most; /* that there are */
    uint64_t held; /* by all */
    uint64_t own;  /* held by the address that asks */
    bool loopback;
};

bool places_allow(const struct places *p);

/* What one stranger may have for himself: an IPv4 address, or an IPv6 /64.
 * All zero: not an address in numbers. */
struct id places_network(const char *address);

#endif
