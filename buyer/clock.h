/*
 * clock.h - the server's time, told by this machine's monotonic clock.
 *
 * The wall clock here is never asked. From samples of GET /time the one with the least round trip
 * wins: offset = server - (sent + received) / 2. The server tells whole ms, so half a ms is added.
 * The error of the offset is at most half the round trip, if the way there takes as long as the
 * way back, it is only that of the machines' scheduling.
 *
 * Layer: the ground. Pure.
 */
#ifndef PENSTOCK_BUYER_CLOCK_H
#define PENSTOCK_BUYER_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CLOCK_SAMPLES_MAX = 64 };

struct clock_sample {
	int64_t sent_us, received_us; /* monotonic */
	int64_t server_ms;
};

struct clock_sync {
	struct clock_sample samples[CLOCK_SAMPLES_MAX]; /* of the latest round */
	size_t count;
	int64_t offset_us;                    /* server's unix time minus monotonic time */
	int64_t taken_us;                     /* when the best sample was, monotonic */
	int64_t least_us, median_us, most_us; /* round trips */
	int64_t jitter_us; /* of the round trips: how far beyond the least half of them are */
};

/* A new round of samples begins; what is known stays until one is taken. */
void clock_begin(struct clock_sync *sync);

/* Takes a sample; more than CLOCK_SAMPLES_MAX in a round are not looked at. */
void clock_take(struct clock_sync *sync, const struct clock_sample *sample);

/*
 * Is what `sync` knows better than what `before` did? A round of longer round trips is not, unless
 * the earlier one is so old that the clocks have drifted apart by more than that, or the two cannot
 * both be true: this machine slept meanwhile, or the server's clock was set.
 */
bool clock_is_better(const struct clock_sync *sync, const struct clock_sync *before);

/* Is anything known? */
bool clock_is_known(const struct clock_sync *sync);

/* The server's unix time, in us, at a moment of the monotonic clock. */
int64_t clock_server_us(const struct clock_sync *sync, int64_t at_us);

/* The moment of the monotonic clock when it is `server_ms` there. */
int64_t clock_moment_us(const struct clock_sync *sync, int64_t server_ms);

/*
 * When to send what shall arrive just after `server_ms`: half a round trip earlier, and a margin
 * later, because early costs a round trip and late only what it is late.
 */
int64_t clock_fire_us(const struct clock_sync *sync, int64_t server_ms);

#endif
