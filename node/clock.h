/*
 * clock.h - Redis' time as a node knows it between two answers.
 *
 * Redis' clock is the only one that decides anything. A node keeps what it was last told and
 * adds the time that has passed on its own monotonic clock, so its own date may be wrong by
 * years.
 *
 * Layer: core-like; pure. Times are arguments.
 */
#ifndef PENSTOCK_CLOCK_H
#define PENSTOCK_CLOCK_H

#include <stdint.h>

struct clock_view {
	int64_t told_ms; /* unix time that Redis told; 0: never */
	int64_t at_ms;   /* when, on the node's monotonic clock */
};

/* Redis told `redis_ms` just now. */
void clock_set(struct clock_view *clock, int64_t redis_ms, int64_t now_ms);

/*
 * Redis' time now, never backwards; `wall_ms` (the node's own date) as long as Redis has told
 * nothing.
 */
int64_t clock_read(const struct clock_view *clock, int64_t now_ms, int64_t wall_ms);

#endif
