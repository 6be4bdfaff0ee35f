/*
 * route_find.c - which route a method and path mean.
 *
 * The table holds literal segments before parameters, so the first that fits
 * is the right one. A path that fits under another method only is known, so
 * that the answer can be 405 and not 404.
 */
#include "gen/routes.h"

#include <string.h>

static struct text next_segment(struct text *rest)
{
    const char *from = rest->at + 1; /* behind the slash */
    const size_t left = rest->size - 1;
    const char *slash = left > 0 ? memchr(from, '/', left) : NULL;
    const size_t size = slash == NULL ? left : (size_t)(slash - from);
    *rest = (struct text){from + size, left - size};
    return (struct text){from, size};
}

static size_t segments_of(struct text path)
{
    size_t count = 0;
    for (size_t i = 0; i < path.size; i++)
        count += path.at[i] == '/' ? 1 : 0;
    return count;
}

static bool fits(const struct route *r, struct text path,
                 struct text params[static ROUTE_PARAMS_MAX], size_t *ret_count)
{
    struct text pattern = text_of(r->path);
    size_t count = 0;
    for (uint8_t i = 0; i < r->segment_count; i++) {
        const struct text want = next_segment(&pattern);
        const struct text have = next_segment(&path);
        if (want.at[0] != '{') {
            if (!text_equal(want, have))
                return false;
            continue;
        }
        if (have.size == 0 || count == ROUTE_PARAMS_MAX)
            return false;
        params[count++] = have;
    }
    *ret_count = count;
    return true;
}

const struct route *route_find(struct text method, struct text path,
                               struct text ret_params[static ROUTE_PARAMS_MAX],
                               size_t *ret_param_count, bool *ret_path_known)
{
    *ret_path_known = false;
    if (path.size == 0 || path.at[0] != '/')
        return NULL;
    const size_t segments = segments_of(path);
    for (size_t i = 0; i < route_count; i++) {
        struct text params[ROUTE_PARAMS_MAX];
        size_t count = 0;
        if (routes[i].segment_count != segments ||
            !fits(&routes[i], path, params, &count))
            continue;
        *ret_path_known = true;
        if (!text_is(method, routes[i].method))
            continue;
        memcpy(ret_params, params, count * sizeof(params[0]));
        *ret_param_count = count;
        return &routes[i];
    }
    return NULL;
}
