/*
 * http.c - what libwebsockets calls, passed on to the connection.
 *
 * protocols[0] also sees the raw bytes of every connection before lws does:
 * LWS_CALLBACK_USER, from a patch of ours (scripts/patches).
 */
#include "net/http.h"

#include <assert.h>
#include <limits.h>
#include <stdint.h>

static struct conn *conn_of(struct lws *wsi)
{
    return lws_get_opaque_user_data(wsi);
}

static struct net *net_of(struct lws *wsi)
{
    return lws_context_user(lws_get_context(wsi));
}

static int accepted(struct lws *wsi)
{
    struct conn *c = conn_of(wsi);

    if (c == NULL) {
        c = conn_new(net_of(wsi), wsi);
        lws_set_opaque_user_data(wsi, c);
    }
    return 0;
}

static int bytes(struct lws *wsi, void *in, size_t size)
{
    size_t take;

    (void)accepted(wsi);
    take = conn_bytes(conn_of(wsi), (struct raw_bytes){in, size});
    if (take == CONN_END)
        return -1;
    assert(take <= size || take == CONN_DROP);
    return take == CONN_DROP ? INT_MAX : (int)take;
}

static int destroyed(struct lws *wsi)
{
    struct conn *c = conn_of(wsi);

    lws_set_opaque_user_data(wsi, NULL);
    conn_free(c);
    return 0;
}

/* lws believes that the transaction begins. Ours began with its bytes; our
 * own deadlines hold, not those of lws. */
static int transaction(struct lws *wsi)
{
    lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
    return 0;
}

int http_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user,
                  void *in, size_t size)
{
    (void)user;
    switch ((int)reason) {
    case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
        return accepted(wsi);
    case LWS_CALLBACK_USER:
        return bytes(wsi, in, size);
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return conn_of(wsi)->phase == CONN_UPGRADE ? 0 : -1;
    case LWS_CALLBACK_HTTP:
    case LWS_CALLBACK_HTTP_BODY:
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return transaction(wsi);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return conn_write(conn_of(wsi));
    case LWS_CALLBACK_WSI_DESTROY:
        return destroyed(wsi);
    default:
        return 0;
    }
}

int live_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user,
                  void *in, size_t size)
{
    struct conn *c = conn_of(wsi);

    (void)user;
    (void)in;
    (void)size;
    switch ((int)reason) {
    case LWS_CALLBACK_ESTABLISHED:
        return c == NULL ? -1 : live_open(c);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return c == NULL ? -1 : conn_write(c);
    case LWS_CALLBACK_RECEIVE: /* the bytes were looked at before */
        return -1;
    default:
        return 0;
    }
}
