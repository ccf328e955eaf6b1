/*
 * rush_histogram.h - latencies of millions of requests in a quarter of a megabyte.
 *
 * A log-linear histogram in the manner of HdrHistogram: values below 2048 are kept
 * exactly; above, each doubling of the value is cut into 1024 equal buckets, so a bucket
 * is never wider than 1/1024 of the values in it. What a quantile returns is therefore
 * within 0.1 % of a value that was really recorded.
 *
 * It promises: recording is a handful of instructions and never allocates; nothing is
 * lost (values beyond the last bucket are counted in it); min, max and mean are exact.
 *
 * Layer: ground.
 */
#ifndef RUSH_HISTOGRAM_H
#define RUSH_HISTOGRAM_H

#include <stdint.h>

struct histogram;

/* A new, empty histogram, owned by the caller; aborts when memory is out. */
struct histogram *histogram_open(void);

/* Frees it; NULL is accepted. */
void histogram_close(struct histogram *h);

/* Counts one latency of `ns` nanoseconds. */
void histogram_record_ns(struct histogram *h, uint64_t ns);

/* How many were recorded. */
uint64_t histogram_count(const struct histogram *h);

/*
 * The smallest recorded latency (to 0.1 %) that at least the share `q` (0..1) of all
 * recorded ones do not exceed; 0 when nothing was recorded.
 */
uint64_t histogram_quantile_ns(const struct histogram *h, double q);

/* The smallest recorded latency, exactly; 0 when nothing was recorded. */
uint64_t histogram_min_ns(const struct histogram *h);

/* The largest, likewise. */
uint64_t histogram_max_ns(const struct histogram *h);

/* The mean, likewise. */
double histogram_mean_ns(const struct histogram *h);

#endif
