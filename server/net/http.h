/*
 * http.h - the two lws protocols: HTTP, and the live WebSocket.
 *
 * THREAD  the loop, inside lws.
 */
#ifndef HUTONG_NET_HTTP_H
#define HUTONG_NET_HTTP_H

#include "net/inner.h"

int http_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user,
                  void *in, size_t size);
int live_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user,
                  void *in, size_t size);

#endif
