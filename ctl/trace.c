/*
 * trace.c - how some numbers went up and down; see trace.h.
 */
#include "ctl/trace.h"

#include <assert.h>

static void put(struct trace *trace, const struct trace_point *point)
{
	size_t to = trace->count;

	if (to > 0 && trace->points[to - 1].at_ms / trace->gap_ms == point->at_ms / trace->gap_ms)
		to--;
	trace->points[to] = *point;
	trace->count = to + 1;
}

static void thin_out(struct trace *trace)
{
	size_t count = trace->count;

	trace->gap_ms *= 2;
	trace->count = 0;
	for (size_t i = 0; i < count; i++)
		put(trace, &trace->points[i]);
}

void trace_add(struct trace *trace, const struct trace_point *point)
{
	assert(trace->count == 0 || trace->points[trace->count - 1].at_ms <= point->at_ms);
	if (trace->gap_ms == 0)
		trace->gap_ms = 1;
	while (trace->count == TRACE_POINTS)
		thin_out(trace);
	put(trace, point);
}
