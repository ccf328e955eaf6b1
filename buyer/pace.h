/*
 * pace.h - how long to wait before the next attempt; the manners of the tool.
 *
 * What the server tells is obeyed. Where it tells nothing, waits double from try to try up to a
 * bound. All waits get a random part, so that buyers do not come back in step.
 *
 * Layer: the ground. Pure, but for the dice that are given.
 */
#ifndef PENSTOCK_BUYER_PACE_H
#define PENSTOCK_BUYER_PACE_H

#include <stdint.h>

#include "buyer/answer.h"

/* A generator of random numbers; any seed but 0. */
struct pace_dice {
	uint64_t state;
};

/* From 0 to `most`. */
int64_t pace_roll_us(struct pace_dice *dice, int64_t most_us);

/*
 * Microseconds from now until the next attempt of who heard `answer`, which is no win and not
 * final, as their `streak`-th (from 0) of this class in a row. `now_ms` is the server's time. For
 * an answer that says when the sale begins it is only a little; when to fire is for the caller.
 */
int64_t pace_wait_us(const struct answer *answer, int streak, int64_t now_ms,
		     struct pace_dice *dice);

#endif
