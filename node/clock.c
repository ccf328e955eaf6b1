/*
 * clock.c - see clock.h.
 */
#include "node/clock.h"

enum { CLOCK_LATE_MS = 1000 };

void clock_set(struct clock_view *clock, int64_t redis_ms, int64_t now_ms)
{
	int64_t ahead_ms = clock->told_ms ? clock_read(clock, now_ms, 0) - redis_ms : 0;

	/* Told late, the faster reading stays; but an answer is not later than that. */
	if (ahead_ms > 0 && ahead_ms < CLOCK_LATE_MS)
		return;
	clock->told_ms = redis_ms;
	clock->at_ms = now_ms;
}

int64_t clock_read(const struct clock_view *clock, int64_t now_ms, int64_t wall_ms)
{
	return clock->told_ms ? clock->told_ms + (now_ms - clock->at_ms) : wall_ms;
}
