/*
 * trace.h - how some numbers went up and down, of any span, in bounded memory.
 *
 * Times come in their order. When there are too many points, of those within a gap the last one
 * stays, and the gap grows; the newest point is always kept.
 *
 * Layer: the ground, above xmalloc.
 */
#ifndef PENSTOCK_CTL_TRACE_H
#define PENSTOCK_CTL_TRACE_H

#include <stddef.h>
#include <stdint.h>

enum { TRACE_VALUES = 3, TRACE_POINTS = 1200 };

struct trace_point {
	int64_t at_ms;
	int64_t values[TRACE_VALUES];
};

struct trace {
	int64_t gap_ms; /* two points lie in different gaps; 0: nothing was added */
	size_t count;
	struct trace_point points[TRACE_POINTS];
};

/* Adds a point, not before the last one. All zero is an empty trace. */
void trace_add(struct trace *trace, const struct trace_point *point);

#endif
