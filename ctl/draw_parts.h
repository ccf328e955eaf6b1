/*
 * draw_parts.h - what the files of the draw share; nobody else includes it.
 *
 * Layer: part of draw.
 */
#ifndef PENSTOCK_CTL_DRAW_PARTS_H
#define PENSTOCK_CTL_DRAW_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/keys.h"
#include "common/redis.h"
#include "common/seal.h"
#include "ctl/tools.h"
#include "ctl/verdict.h"

enum { DRAW_HEX_BYTES = 2 * SEAL_SIGN_BYTES + 1 };

/* The hash that ranks a user, as 64 hex digits. */
void draw_rank(char hex[DRAW_HEX_BYTES], const unsigned char seed[SEAL_SECRET_BYTES],
	       const char *user, size_t size);

/* SHA-256 of the seed, as 64 hex digits. */
void draw_digest(char hex[DRAW_HEX_BYTES], const unsigned char seed[SEAL_SECRET_BYTES]);

/*
 * Reads all who took part, a page at a time: `take` gets names and entries in turn, borrowed for
 * the call, and stops the reading by anything but VERDICT_DONE.
 */
enum verdict draw_read(struct tools *tools, const char *item,
		       enum verdict (*take)(void *owner, const struct redis_reply *pairs),
		       void *owner);

#endif
