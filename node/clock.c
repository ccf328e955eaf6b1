/*
 * clock.c - see clock.h.
 */
#include "node/clock.h"

void clock_set(struct clock_view *clock, int64_t redis_ms, int64_t now_ms)
{
	if (clock->told_ms && clock_read(clock, now_ms, 0) > redis_ms)
		return; /* told late, or stepped back: the faster reading stays */
	clock->told_ms = redis_ms;
	clock->at_ms = now_ms;
}

int64_t clock_read(const struct clock_view *clock, int64_t now_ms, int64_t wall_ms)
{
	return clock->told_ms ? clock->told_ms + (now_ms - clock->at_ms) : wall_ms;
}
