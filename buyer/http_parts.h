/*
 * http_parts.h - what http.c and http_wait.c share; for them alone.
 *
 * Layer: inside http.
 */
#ifndef PENSTOCK_BUYER_HTTP_PARTS_H
#define PENSTOCK_BUYER_HTTP_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "buyer/http.h"

/*
 * Whole seconds of a head's line `Retry-After: n` as ms, at most an hour; -1: it is another line,
 * or a date, which somebody else's clock wrote.
 */
int64_t http_read_retry_after(const char *line, size_t bytes);

/* Sleeps a last stretch of less than a second. */
void http_sleep_until(int64_t until_us);

/* The longest time that a request can be under way. */
int64_t http_patience_us(const struct http *http);

#endif
