/*
 * places.c - a rule about connections, and whose they are.
 */
#include "net/places.h"

#include <arpa/inet.h>
#include <string.h>

/* Few: of 20,000 places 312, which is a desk; never below what one browser
 * opens. */
enum { FEW_SHARE = 64, FEW_LEAST = 8 };

bool places_allow(const struct places *p)
{
    uint64_t quarter = p->most / 4;
    uint64_t few = p->most / FEW_SHARE;

    if (p->held >= p->most)
        return false;
    if (few < FEW_LEAST)
        few = FEW_LEAST;
    if (p->own < few)
        return true;
    return p->own < (p->loopback ? 3 * quarter : quarter) &&
           p->held < p->most - quarter;
}

struct id places_network(const char *address)
{
    struct id network = {{0}};
    struct in6_addr six;
    struct in_addr four;

    if (inet_pton(AF_INET6, address, &six) == 1)
        memcpy(network.bytes, &six, IN6_IS_ADDR_V4MAPPED(&six) ? 16 : 8);
    else if (inet_pton(AF_INET, address, &four) == 1)
        memcpy(network.bytes + 12, &four, sizeof four);
    return network;
}
