/*
 * latency.c - microseconds in buckets; see latency.h.
 */
#include "ctl/latency.h"

#include <assert.h>

enum { PARTS_BITS = 4, PARTS = 1 << PARTS_BITS };

size_t latency_bucket(int64_t micros)
{
	uint64_t value = (uint64_t)micros;
	unsigned octave;
	size_t bucket;

	assert(micros >= 0);
	if (value < PARTS)
		return value;
	octave = 63u - (unsigned)__builtin_clzll(value);
	bucket = (size_t)PARTS * (octave - PARTS_BITS) + (value >> (octave - PARTS_BITS));
	return bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1;
}

int64_t latency_value(size_t bucket)
{
	size_t octave = bucket / PARTS;

	assert(bucket < LATENCY_BUCKETS);
	if (octave == 0)
		return (int64_t)bucket;
	return (int64_t)((((uint64_t)PARTS + bucket % PARTS + 1) << (octave - 1)) - 1);
}

int64_t latency_percentile(const int64_t counts[LATENCY_BUCKETS], int per_mille)
{
	int64_t all = 0, wanted, seen = 0;
	size_t bucket = 0;

	for (size_t i = 0; i < LATENCY_BUCKETS; i++)
		all += counts[i];
	if (all == 0)
		return 0;
	wanted = (all * per_mille + 999) / 1000;
	wanted = wanted < 1 ? 1 : wanted;
	while (seen + counts[bucket] < wanted)
		seen += counts[bucket++];
	return latency_value(bucket);
}
