/*
 * statlog_line.h - a line of stat.log, taken apart (docs/API.md, "stat.log").
 *
 * Layer: above core/events.h, record. Pure.
 */
#ifndef PENSTOCK_CTL_STATLOG_LINE_H
#define PENSTOCK_CTL_STATLOG_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/events.h"

struct statlog_line {
	bool is_sold;  /* result:1 */
	int64_t order; /* its seq; 0: none */
	int64_t units, micros;
	int64_t time_ms; /* the node's clock */
	int64_t port, status;
	struct events_text item, reason, key;
};

/*
 * Takes a line without its newline apart: true; false when it is not whole (a node that crashed
 * leaves half a line).
 */
bool statlog_line_read(struct events_text text, struct statlog_line *line)
	__attribute__((warn_unused_result));

#endif
