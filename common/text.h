/*
 * text.h - texts of others on a terminal: how wide they are, and what must not get there.
 *
 * Fields of Redis may hold anything that somebody typed, and a server may answer anything. Before
 * such a text is shown or goes into JSON it is made clean: valid UTF-8 without bytes that move a
 * cursor, colour a screen or turn the direction of reading.
 *
 * Layer: the ground. Pure but for allocation.
 */
#ifndef PENSTOCK_COMMON_TEXT_H
#define PENSTOCK_COMMON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A clean copy of `size` bytes, NUL-terminated, to be freed: each byte that is no UTF-8, and each
 * character that plays with a terminal, becomes U+FFFD.
 */
char *text_clean(const char *text, size_t size)
	__attribute__((malloc, returns_nonnull, warn_unused_result));

/* Is it clean already? */
bool text_is_clean(const char *text, size_t size);

/* Columns of a clean text: 2 for a wide character (Chinese, Japanese, Korean), 0 for a mark. */
size_t text_width(const char *text);

#endif
