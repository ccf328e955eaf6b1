/*
 * histogram.c - bounds and counts; see histogram.h.
 */
#include "core/histogram.h"

#include <assert.h>

static const int64_t bounds_us[] = { 100,   250,    500,    1000,   2500,    5000,    10000,  25000,
				     50000, 100000, 250000, 500000, 1000000, 2500000, 5000000 };
static const int64_t bounds_sizes[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256 };

_Static_assert(sizeof(bounds_us) / sizeof(bounds_us[0]) <= HISTOGRAM_BOUNDS_MAX, "too many");

void histogram_open_us(struct histogram *histogram)
{
	*histogram =
		(struct histogram){ bounds_us, sizeof(bounds_us) / sizeof(bounds_us[0]), { 0 }, 0 };
}

void histogram_open_sizes(struct histogram *histogram)
{
	*histogram = (struct histogram){
		bounds_sizes, sizeof(bounds_sizes) / sizeof(bounds_sizes[0]), { 0 }, 0
	};
}

void histogram_add(struct histogram *histogram, int64_t value)
{
	uint32_t place = 0;

	if (value < 0)
		value = 0;
	while (place < histogram->bound_count && value > histogram->bounds[place])
		place++;
	histogram->counts[place]++;
	histogram->sum += value;
}

uint64_t histogram_below(const struct histogram *histogram, uint32_t place)
{
	uint64_t count = 0;

	assert(place <= histogram->bound_count);
	for (uint32_t i = 0; i <= place; i++)
		count += histogram->counts[i];
	return count;
}
