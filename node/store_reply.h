/*
 * store_reply.h - what a Redis error means for a call.
 *
 * Layer: part of store; pure.
 */
#ifndef PENSTOCK_STORE_REPLY_H
#define PENSTOCK_STORE_REPLY_H

#include "node/store.h"

/*
 * The fate told by an error line: STORE_REFUSED for the words that Redis says before it runs
 * anything, STORE_FAULTY for all others. Source: Redis 7 and 8, server.c and script.c.
 */
enum store_fate store_reply_error_fate(const char *line);

#endif
