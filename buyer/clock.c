/*
 * clock.c - the server's time by the sample with the least round trip; see clock.h.
 */
#include "buyer/clock.h"

#include <stdlib.h>
#include <string.h>

/*
 * The margin: the server's ms may begin up to half a ms later than thought, and nodes differ by as
 * much; beyond that the jitter that was seen, within reason.
 */
enum { MARGIN_US = 1000, MARGIN_JITTER_MOST_US = 1500, HALF_MS_US = 500 };

/* How far two quartz clocks drift apart, at most, in millionths: 3 ms a minute. */
enum { DRIFT_PPM = 50 };

static int64_t round_trip_us(const struct clock_sample *sample)
{
	return sample->received_us - sample->sent_us;
}

static int by_size(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return left < right ? -1 : left > right;
}

void clock_begin(struct clock_sync *sync)
{
	sync->count = 0;
}

void clock_take(struct clock_sync *sync, const struct clock_sample *sample)
{
	int64_t trips[CLOCK_SAMPLES_MAX];
	const struct clock_sample *best = sync->samples;

	if (sync->count == CLOCK_SAMPLES_MAX || sample->received_us < sample->sent_us)
		return;
	sync->samples[sync->count++] = *sample;
	for (size_t i = 0; i < sync->count; i++) {
		trips[i] = round_trip_us(&sync->samples[i]);
		if (trips[i] < round_trip_us(best))
			best = &sync->samples[i];
	}
	qsort(trips, sync->count, sizeof(trips[0]), by_size);
	sync->least_us = trips[0];
	sync->median_us = trips[sync->count / 2];
	sync->most_us = trips[sync->count - 1];
	sync->jitter_us = sync->median_us - sync->least_us;
	sync->taken_us = best->received_us;
	sync->offset_us =
		best->server_ms * 1000 + HALF_MS_US - (best->sent_us + round_trip_us(best) / 2);
}

bool clock_is_better(const struct clock_sync *sync, const struct clock_sync *before)
{
	int64_t drift_us = (sync->taken_us - before->taken_us) * DRIFT_PPM / 1000000;
	int64_t error_us = sync->least_us / 2, error_before_us = before->least_us / 2 + drift_us;
	int64_t apart_us = llabs(sync->offset_us - before->offset_us);

	return !clock_is_known(before) || error_us <= error_before_us ||
	       apart_us > error_us + error_before_us + MARGIN_US;
}

bool clock_is_known(const struct clock_sync *sync)
{
	return sync->offset_us != 0;
}

int64_t clock_server_us(const struct clock_sync *sync, int64_t at_us)
{
	return at_us + sync->offset_us;
}

int64_t clock_moment_us(const struct clock_sync *sync, int64_t server_ms)
{
	return server_ms * 1000 - sync->offset_us;
}

int64_t clock_fire_us(const struct clock_sync *sync, int64_t server_ms)
{
	int64_t jitter_us =
		sync->jitter_us < MARGIN_JITTER_MOST_US ? sync->jitter_us : MARGIN_JITTER_MOST_US;

	return clock_moment_us(sync, server_ms) - sync->least_us / 2 + MARGIN_US + jitter_us / 2;
}
