/*
 * frames.h - a strict look at the frames that a live client sends.
 *
 * WHY     The live protocol is push only. What a client may send is pong, ping
 *         and close; anything else ends the connection at the first bytes of
 *         its frame, before a length of 2^62 can keep anything waiting.
 * SHAPE   a state machine over raw bytes; it skips the payload of frames.
 * SOURCE  RFC 6455 sections 5.2 and 5.5.
 */
#ifndef HUTONG_NET_FRAMES_H
#define HUTONG_NET_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

enum { FRAMES_BYTES_MAX = 64 * 1024 };

struct frames {
    uint8_t header[14];
    uint8_t header_size;
    uint64_t payload; /* still to skip */
};

enum frames_verdict {
    FRAMES_FINE,
    FRAMES_CLOSE,    /* a close frame came whole or in part */
    FRAMES_PROTOCOL, /* 1002 */
    FRAMES_SENT,     /* 1008: a data frame */
    FRAMES_LONG,     /* 1009 */
};

enum frames_verdict frames_look(struct frames *f, struct span in);

#endif
