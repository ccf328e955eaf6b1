/*
 * histogram.h - how often a value fell below each of a few bounds, and the sum of all.
 *
 * Buckets are counted one by one; whoever writes them out adds them up, as Prometheus wants
 * them. Two sets of bounds: latencies in microseconds from 0.1 ms to 5 s, each about twice the one
 * before, and sizes of a batch.
 *
 * Layer: core. Pure: no clock, no I/O, no allocation. Adding costs a look at each bound passed.
 */
#ifndef PENSTOCK_HISTOGRAM_H
#define PENSTOCK_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_BOUNDS_MAX = 15 };

struct histogram {
	const int64_t *bounds; /* rising, constant */
	uint32_t bound_count;
	uint64_t counts[HISTOGRAM_BOUNDS_MAX + 1]; /* the last: above all bounds */
	int64_t sum;
};

/* Empty, with bounds for latencies in microseconds. */
void histogram_open_us(struct histogram *histogram);

/* Empty, with bounds for how many purchases go together. */
void histogram_open_sizes(struct histogram *histogram);

/* Counts one value. A negative one counts as 0. */
void histogram_add(struct histogram *histogram, int64_t value);

/* How many values were at most bounds[place]; place == bound_count: all. */
uint64_t histogram_below(const struct histogram *histogram, uint32_t place);

#endif
