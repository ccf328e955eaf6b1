/*
 * rush_histogram.c - see rush_histogram.h for what it promises.
 *
 * Bucket of a value v, with LINEAR = 2048 = 2^11 and HALF = 1024:
 *
 *     v < 2048               index = v
 *     2^k <= v < 2^(k+1)     index = 2048 + (k - 11) * 1024 + (v >> (k - 10)) - 1024
 *
 * The shift leaves the eleven leading bits of v, whose first is always set, hence 1024
 * values. Values from 2^MAGNITUDE_MAX (about 18 minutes) fall into the last bucket.
 */
#include "bench/rush_histogram.h"

#include <assert.h>
#include <stdlib.h>

enum {
	LINEAR_BITS = 11,
	LINEAR = 1 << LINEAR_BITS,
	HALF = LINEAR / 2,
	MAGNITUDE_MAX = 40,
	BUCKETS = LINEAR + (MAGNITUDE_MAX - LINEAR_BITS) * HALF,
};

struct histogram {
	uint64_t count;
	uint64_t min_ns;
	uint64_t max_ns;
	double sum_ns;
	uint64_t buckets[BUCKETS];
};

static unsigned bucket_of(uint64_t ns)
{
	if (ns < LINEAR)
		return (unsigned)ns;
	unsigned magnitude = 63U - (unsigned)__builtin_clzll(ns);
	if (magnitude >= MAGNITUDE_MAX)
		return BUCKETS - 1;
	uint64_t leading = ns >> (magnitude - (LINEAR_BITS - 1));
	return LINEAR + (magnitude - LINEAR_BITS) * HALF + (unsigned)leading - HALF;
}

/* The largest value that falls into the bucket. */
static uint64_t bucket_top_ns(unsigned bucket)
{
	if (bucket < LINEAR)
		return bucket;
	unsigned magnitude = LINEAR_BITS + (bucket - LINEAR) / HALF;
	uint64_t leading = HALF + (bucket - LINEAR) % HALF;
	return ((leading + 1) << (magnitude - (LINEAR_BITS - 1))) - 1;
}

struct histogram *histogram_open(void)
{
	struct histogram *h = calloc(1, sizeof(*h));
	if (!h)
		abort();
	return h;
}

void histogram_close(struct histogram *h)
{
	free(h);
}

void histogram_record_ns(struct histogram *h, uint64_t ns)
{
	if (h->count == 0 || ns < h->min_ns)
		h->min_ns = ns;
	if (ns > h->max_ns)
		h->max_ns = ns;
	h->count++;
	h->sum_ns += (double)ns;
	h->buckets[bucket_of(ns)]++;
}

uint64_t histogram_count(const struct histogram *h)
{
	return h->count;
}

uint64_t histogram_quantile_ns(const struct histogram *h, double q)
{
	assert(q >= 0.0 && q <= 1.0);
	if (h->count == 0)
		return 0;
	uint64_t wanted = (uint64_t)(q * (double)h->count);
	if ((double)wanted < q * (double)h->count || wanted == 0)
		wanted++;
	uint64_t seen = 0;
	for (unsigned bucket = 0; bucket < BUCKETS; bucket++) {
		seen += h->buckets[bucket];
		if (seen < wanted)
			continue;
		uint64_t top = bucket_top_ns(bucket);
		return top < h->max_ns ? top : h->max_ns;
	}
	return h->max_ns;
}

uint64_t histogram_min_ns(const struct histogram *h)
{
	return h->min_ns;
}

uint64_t histogram_max_ns(const struct histogram *h)
{
	return h->max_ns;
}

double histogram_mean_ns(const struct histogram *h)
{
	return h->count ? h->sum_ns / (double)h->count : 0.0;
}
