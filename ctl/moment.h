/*
 * moment.h - times as people read and type them.
 *
 * A time is unix milliseconds inside and `2026-01-31T12:00:00.000Z` outside; a span is typed with
 * its unit: 500ms, 90s, 5m, 2h, 7d.
 *
 * Layer: the ground. Pure but for moment_now().
 */
#ifndef PENSTOCK_CTL_MOMENT_H
#define PENSTOCK_CTL_MOMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MOMENT_BYTES = 32 }; /* with its NUL */

/* Writes a time, `ms` >= 0; "-" for 0, which means never. Returns `into`. */
const char *moment_write(char into[MOMENT_BYTES], int64_t ms);

/*
 * Reads a span of 1 ms to 10 years: digits and one of ms, s, m, h, d. False, and *ms untouched, if
 * it is none.
 */
bool moment_read_span(const char *text, int64_t *ms) __attribute__((warn_unused_result));

/* This machine's own time. */
int64_t moment_now(void);

/*
 * Reads a time: 2026-01-31T12:00:00Z, with .123 if need be, or +10m: that much after `now_ms`.
 * False, and *ms untouched, if it is none.
 */
bool moment_read(const char *text, int64_t now_ms, int64_t *ms) __attribute__((warn_unused_result));

/* Writes a span in the largest unit that holds it without a rest: 5m, 1500ms. Returns `into`. */
const char *moment_write_span(char into[MOMENT_BYTES], int64_t ms);

#endif
