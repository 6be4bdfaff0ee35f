/*
 * limits.h - every bound in one place (TigerBeetle constants.zig's habit).
 *
 * UNITS   in the names. A bound that a city may want to change is not here
 *         but in its catalogue.
 */
#ifndef HUTONG_BASE_LIMITS_H
#define HUTONG_BASE_LIMITS_H

enum {
    LIMIT_JSON_DEPTH = 32,
    LIMIT_JSON_VALUES = 20000,     /* the territory has some 8,000 */
    LIMIT_JSON_BYTES = 512 * 1024, /* stored; from outside LIMIT_BODY_BYTES */
    LIMIT_BODY_BYTES = 256 * 1024,
    LIMIT_BODIES_BYTES = 64 << 20, /* of all requests at once */
    LIMIT_HEADER_BYTES = 8 * 1024,
    LIMIT_RECORD_BYTES = 1024 * 1024, /* one event, sealed */
    LIMIT_OPEN_BYTES = 512 * 1024,    /* catalogue content is the largest */
    LIMIT_PARTS = 16,                 /* sealed parts of one event */
    LIMIT_PART_BYTES = 256 * 1024,
    LIMIT_FRAME_EVENTS = 16,
    LIMIT_NOTE_BYTES = 4 * 1024, /* a signed checkpoint */
    LIMIT_SIDE_OPS = 8,          /* side-table writes of one command */
    LIMIT_DRAFT_BYTES = 64 * 1024,
    LIMIT_BATCH_COMMANDS = 512,
    LIMIT_BATCH_TICKS = 512,    /* due times handled in one transaction */
    LIMIT_LANE_COMMANDS = 4096, /* waiting per lane; more get 503 */
    LIMIT_COMMAND_ARENA = 8 << 20,
    LIMIT_ANSWER_BYTES = 4 << 20,
    LIMIT_PAGE_ROWS = 200,
    LIMIT_KEY_POOL = 4096,     /* data keys kept ahead of the writer */
    LIMIT_KEY_POOL_LOW = 2048, /* refill below this */
    LIMIT_CONNECTIONS = 20000,
    LIMIT_SESSION_SOCKETS = 16, /* live, of one session */
    LIMIT_LIVE_QUEUE_BYTES = 256 * 1024,
    LIMIT_SECRET_JOBS = 64, /* waiting argon2 jobs; more get 503 */
    LIMIT_READ_JOBS = 4096,
    LIMIT_PASSWORD_BYTES = 256,
    LIMIT_READ_TXN_US = 2000000, /* a reader never holds a page longer */
    LIMIT_MAP_PERCENT = 85,      /* above it ordinary commands are refused */
    LIMIT_DISK_RESERVE_BYTES = 1 << 30, /* the same, of free disk */
};

#endif
