/*
 * moment.h - a time that a person wrote, as unix ms.
 *
 * Layer: the ground. Pure but for the time zone.
 */
#ifndef PENSTOCK_BUYER_MOMENT_H
#define PENSTOCK_BUYER_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads "10:30", "10:30:00", "10:30:00.250" (the day of `now_ms`, local time), the same behind
 * "2026-01-31 " or "2026-01-31T", or unix ms (13 digits). False: it is none of these.
 */
bool moment_read(const char *text, int64_t now_ms, int64_t *unix_ms)
	__attribute__((warn_unused_result));

#endif
