/*
 * timeline.h - counts over time, of any span, in bounded memory.
 *
 * Time is cut into bins of one width, each with a count for every channel. The width starts at ten
 * milliseconds and grows along a ladder that people read (20 ms, 100 ms, 200 ms, 1 s ... 1 d)
 * whenever the span would need more than TIMELINE_BINS; neighbours are added up then, so no count
 * is ever lost, whichever order the times come in.
 *
 * Layer: the ground, above xmalloc.
 */
#ifndef PENSTOCK_CTL_TIMELINE_H
#define PENSTOCK_CTL_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TIMELINE_BINS = 1500 };

struct timeline;

/* An empty one. */
struct timeline *timeline_open(size_t channels);

/* Ends it. NULL is allowed. */
void timeline_close(struct timeline *timeline);

/* Adds `count` to a channel at a time, 0 <= at_ms < 2^53. */
void timeline_add(struct timeline *timeline, int64_t at_ms, size_t channel, int64_t count);

/* Makes bins wider until there are at most `most` (at least 8) of them. */
void timeline_coarsen(struct timeline *timeline, size_t most);

/* How many bins there are between the first and the last count; 0: nothing was added. */
size_t timeline_bins(const struct timeline *timeline);

/* The width of each. */
int64_t timeline_width_ms(const struct timeline *timeline);

/* When a bin begins; that of timeline_bins() is where the last one ends. */
int64_t timeline_at_ms(const struct timeline *timeline, size_t bin);

/* A channel's counts of a bin; all of its channels lie behind one another. */
const int64_t *timeline_counts(const struct timeline *timeline, size_t bin);

/*
 * The most that `channels` channels from `first` on counted within any second together; where bins
 * are wider than a second, the fullest bin's count by the second.
 */
int64_t timeline_peak(const struct timeline *timeline, size_t first, size_t channels);

#endif
