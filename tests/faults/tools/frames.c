/*
 * frames.c - a message's end, found by counting what is still owed; see frames.h.
 */
#include "tests/faults/tools/frames.h"

#include <stdbool.h>
#include <string.h>

enum { DEPTH_MAX = 8, BULK_MAX = 64 << 20 };

/* The number after a type byte and the place behind its line; false when it has no end yet. */
static bool frames_line(const char *bytes, size_t size, size_t *at, long *number)
{
	const char *end = memchr(bytes + *at, '\n', size - *at);
	bool negative = false;
	long value = 0;

	if (!end)
		return false;
	for (const char *digit = bytes + *at + 1; digit < end && *digit != '\r'; digit++) {
		negative = negative || *digit == '-';
		if (*digit >= '0' && *digit <= '9' && value <= BULK_MAX)
			value = value * 10 + (*digit - '0');
	}
	*number = negative ? -value : value;
	*at = (size_t)(end - bytes) + 1;
	return true;
}

long frames_first(const char *bytes, size_t size)
{
	long owed[DEPTH_MAX] = { 1 }; /* elements that each open list still waits for */
	int depth = 0;
	size_t at = 0;

	while (at < size) {
		char type = bytes[at];
		long number;

		if (!strchr("+-:$*", type) || type == '\0')
			return -1;
		if (!frames_line(bytes, size, &at, &number))
			return 0;
		owed[depth]--;
		if (type == '$' && number >= 0) {
			if (number > BULK_MAX)
				return -1;
			at += (size_t)number + 2;
		} else if (type == '*' && number > 0) {
			if (++depth == DEPTH_MAX)
				return -1;
			owed[depth] = number;
		}
		while (depth > 0 && owed[depth] == 0)
			depth--;
		if (depth == 0 && owed[0] == 0)
			return at <= size ? (long)at : 0;
	}
	return 0;
}
