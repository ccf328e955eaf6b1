/*
 * latency.h - microseconds in buckets, each a sixteenth of an octave, and percentiles of them.
 *
 * A percentile is told by its bucket's upper end, so it is at most 6.25 % above the true one and
 * never below it. Below 16 us buckets are exact; above 67 s all is one bucket.
 *
 * Layer: the ground. Pure.
 */
#ifndef PENSTOCK_CTL_LATENCY_H
#define PENSTOCK_CTL_LATENCY_H

#include <stddef.h>
#include <stdint.h>

enum { LATENCY_BUCKETS = 368 };

/* The bucket of a time, `micros` >= 0. */
size_t latency_bucket(int64_t micros);

/* The longest time of a bucket, in microseconds. */
int64_t latency_value(size_t bucket);

/*
 * The time that `per_mille` of the counts are not above: 500 is the median. 0 when there are none.
 * Always that of a bucket that has a count.
 */
int64_t latency_percentile(const int64_t counts[LATENCY_BUCKETS], int per_mille);

#endif
