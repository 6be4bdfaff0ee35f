/*
 * frames.c - walks the frames of a client, byte by byte through headers.
 *
 *   header 2..14 bytes: FIN RSV opcode | MASK length | more length | mask key
 *
 * Once a data frame has been told the walk goes on over its payload, so that a
 * close frame after it can still be found.
 */
#include "net/frames.h"

#include <stddef.h>

enum { OPCODE_CLOSE = 8, OPCODE_PING = 9, OPCODE_PONG = 10 };

static uint8_t header_bytes(const struct frames *f)
{
    uint8_t length;

    if (f->header_size < 2)
        return 2;
    length = f->header[1] & 0x7f;
    return (uint8_t)(6 + (length == 126 ? 2 : length == 127 ? 8 : 0));
}

static uint64_t payload_bytes(const struct frames *f)
{
    uint8_t length = f->header[1] & 0x7f;

    if (length == 126)
        return load_u16be(f->header + 2);
    return length == 127 ? load_u64be(f->header + 2) : length;
}

/* After the first two bytes: what can be said at once. */
static enum frames_verdict judge_start(const struct frames *f)
{
    uint8_t opcode = f->header[0] & 0x0f;
    bool last = (f->header[0] & 0x80) != 0;

    if ((f->header[0] & 0x70) != 0 || (f->header[1] & 0x80) == 0)
        return FRAMES_PROTOCOL;
    if (opcode > OPCODE_PONG || (opcode > 2 && opcode < OPCODE_CLOSE))
        return FRAMES_PROTOCOL;
    if (opcode >= OPCODE_CLOSE && (!last || (f->header[1] & 0x7f) > 125))
        return FRAMES_PROTOCOL;
    return FRAMES_FINE;
}

static enum frames_verdict judge_whole(const struct frames *f)
{
    uint8_t opcode = f->header[0] & 0x0f;

    if (opcode == OPCODE_CLOSE)
        return FRAMES_CLOSE;
    if (opcode == OPCODE_PING || opcode == OPCODE_PONG)
        return FRAMES_FINE;
    return payload_bytes(f) > FRAMES_BYTES_MAX ? FRAMES_LONG : FRAMES_SENT;
}

enum frames_verdict frames_look(struct frames *f, struct span in)
{
    enum frames_verdict worst = FRAMES_FINE;

    for (size_t i = 0; i < in.size && worst != FRAMES_PROTOCOL;) {
        if (f->payload > 0) {
            size_t skip = in.size - i;

            skip = f->payload < skip ? (size_t)f->payload : skip;
            f->payload -= skip;
            i += skip;
            continue;
        }
        f->header[f->header_size++] = in.at[i++];
        if (f->header_size == 2 && judge_start(f) == FRAMES_PROTOCOL)
            return FRAMES_PROTOCOL;
        if (f->header_size < 2 || f->header_size < header_bytes(f))
            continue;
        f->payload = payload_bytes(f);
        f->header_size = 0;
        if (worst == FRAMES_FINE)
            worst = judge_whole(f);
    }
    return worst;
}
