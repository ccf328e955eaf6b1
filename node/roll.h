/*
 * roll.h - all heartbeats of an item, as Redis last told them.
 *
 * Copied and kept as texts: they come several times a second, and are read when somebody asks.
 *
 * Layer: above beat, store, keys, xmalloc; below catalog. Pure but for allocation.
 */
#ifndef PENSTOCK_ROLL_H
#define PENSTOCK_ROLL_H

#include <stdbool.h>
#include <stddef.h>

#include "node/beat.h"
#include "node/store.h"

struct roll;

enum { ROLL_MAX = 64 }; /* nodes kept; more are passed over */

/*
 * Copies names and entries, one after the other; what cannot be a node's name, or is too long, is
 * passed over.
 */
struct roll *roll_make(const struct store_word *words, size_t count);

/* Ends it. NULL is allowed. */
void roll_drop(struct roll *roll);

/*
 * The beat at `place` from 0 on, and whose it is (borrowed from the roll). False behind the last.
 * A text that is no beat is a beat of time 0. NULL is an empty roll.
 */
bool roll_read(const struct roll *roll, size_t place, const char **name, struct beat *beat);

/* The ledger's beat; false when there is none. NULL is an empty roll. */
bool roll_find_ledger(const struct roll *roll, struct beat_ledger *beat);

#endif
