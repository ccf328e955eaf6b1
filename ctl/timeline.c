/*
 * timeline.c - counts over time, of any span, in bounded memory; see timeline.h.
 *
 * Bins lie in one block from the first that has a count to the last; bin i begins at
 * (first + i) * width. Earlier times move the block to the right.
 */
#include "ctl/timeline.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/xmalloc.h"

/* Each a multiple of the one before. */
static const int64_t widths_ms[] = {
	10,
	20,
	100,
	200,
	1000,
	2000,
	10000,
	20000,
	60000,
	120000,
	600000,
	1800000,
	3600000,
	7200000,
	21600000,
	86400000,
	864000000,
	8640000000,
	86400000000,
	864000000000,
	8640000000000,
	86400000000000,
	864000000000000,
};

enum { WIDTHS = sizeof(widths_ms) / sizeof(widths_ms[0]), SECOND_MS = 1000, BINS_LEAST = 8 };

struct timeline {
	size_t channels, width; /* the place in widths_ms */
	int64_t first;          /* the number of the first bin */
	size_t count, room;     /* bins */
	int64_t *counts;
};

struct timeline *timeline_open(size_t channels)
{
	struct timeline *timeline = xcalloc(1, sizeof(*timeline));

	timeline->channels = channels;
	return timeline;
}

void timeline_close(struct timeline *timeline)
{
	if (timeline == NULL)
		return;
	free(timeline->counts);
	free(timeline);
}

static int64_t *bin_at(const struct timeline *timeline, size_t bin)
{
	return timeline->counts + bin * timeline->channels;
}

/* Goes one step up the ladder. */
static void widen(struct timeline *timeline)
{
	const int64_t ratio = widths_ms[timeline->width + 1] / widths_ms[timeline->width];
	const int64_t first = timeline->first / ratio;
	size_t count = 0;

	assert(timeline->width + 1 < WIDTHS);
	for (size_t i = 0; i < timeline->count; i++) {
		size_t to = (size_t)((timeline->first + (int64_t)i) / ratio - first);
		bool is_new = to >= count;

		for (size_t j = 0; j < timeline->channels && to != i; j++) {
			bin_at(timeline, to)[j] *= !is_new;
			bin_at(timeline, to)[j] += bin_at(timeline, i)[j];
		}
		count = to + 1;
	}
	timeline->width++;
	timeline->first = first;
	timeline->count = count;
}

/* Makes room for the bins from `first` to `last`, in which those that are there lie. */
static void spread(struct timeline *timeline, int64_t first, int64_t last)
{
	const size_t size = timeline->channels * sizeof(*timeline->counts);
	const size_t count = (size_t)(last - first) + 1;
	const size_t shift = (size_t)(timeline->first - first);

	if (count > timeline->room) {
		timeline->room = 2 * count < TIMELINE_BINS ? 2 * count : TIMELINE_BINS;
		timeline->counts = xrealloc(timeline->counts, timeline->room * size);
	}
	if (shift > 0)
		memmove(bin_at(timeline, shift), timeline->counts, timeline->count * size);
	memset(timeline->counts, 0, shift * size);
	memset(bin_at(timeline, shift + timeline->count), 0,
	       (count - shift - timeline->count) * size);
	timeline->first = first;
	timeline->count = count;
}

void timeline_add(struct timeline *timeline, int64_t at_ms, size_t channel, int64_t count)
{
	int64_t bin, first, last;

	assert(at_ms >= 0 && channel < timeline->channels);
	for (;;) {
		bin = at_ms / widths_ms[timeline->width];
		if (timeline->count == 0)
			timeline->first = bin;
		first = bin < timeline->first ? bin : timeline->first;
		last = timeline->first + (int64_t)timeline->count - 1;
		last = bin > last ? bin : last;
		if (last - first < TIMELINE_BINS)
			break;
		widen(timeline);
	}
	if ((size_t)(last - first) + 1 > timeline->count)
		spread(timeline, first, last);
	bin_at(timeline, (size_t)(bin - first))[channel] += count;
}

void timeline_coarsen(struct timeline *timeline, size_t most)
{
	assert(most >= BINS_LEAST);
	while (timeline->count > most)
		widen(timeline);
}

size_t timeline_bins(const struct timeline *timeline)
{
	return timeline->count;
}

int64_t timeline_width_ms(const struct timeline *timeline)
{
	return widths_ms[timeline->width];
}

int64_t timeline_at_ms(const struct timeline *timeline, size_t bin)
{
	return (timeline->first + (int64_t)bin) * widths_ms[timeline->width];
}

const int64_t *timeline_counts(const struct timeline *timeline, size_t bin)
{
	assert(bin < timeline->count);
	return bin_at(timeline, bin);
}

static int64_t sum(const struct timeline *timeline, size_t bin, size_t first, size_t channels)
{
	int64_t all = 0;

	for (size_t i = 0; i < channels; i++)
		all += bin_at(timeline, bin)[first + i];
	return all;
}

int64_t timeline_peak(const struct timeline *timeline, size_t first, size_t channels)
{
	const int64_t width = widths_ms[timeline->width];
	const size_t window = width < SECOND_MS ? (size_t)(SECOND_MS / width) : 1;
	int64_t peak = 0, within = 0;

	assert(first + channels <= timeline->channels);
	for (size_t i = 0; i < timeline->count; i++) {
		within += sum(timeline, i, first, channels);
		if (i >= window)
			within -= sum(timeline, i - window, first, channels);
		peak = within > peak ? within : peak;
	}
	return width > SECOND_MS ? peak * SECOND_MS / width : peak;
}
