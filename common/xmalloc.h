/*
 * xmalloc.h - memory that is either there or ends the program.
 *
 * A node that is out of memory cannot keep a promise; it aborts, is started again, and every
 * unknown outcome is resolved by key. So no caller checks for NULL.
 *
 * Layer: the ground; knows nothing above it. Every result is owned by the caller and ended by
 * free().
 */
#ifndef PENSTOCK_XMALLOC_H
#define PENSTOCK_XMALLOC_H

#include <stddef.h>

/* `size` bytes, not cleared. Aborts when there are none. */
void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull, warn_unused_result));

/* `count` times `size` bytes, all zero. Aborts when there are none or the product overflows. */
void *xcalloc(size_t count, size_t size)
	__attribute__((malloc, returns_nonnull, warn_unused_result));

/*
 * As realloc(3); `old` may be NULL, and is no longer valid afterwards. Aborts when there is no
 * memory.
 */
void *xrealloc(void *old, size_t size) __attribute__((returns_nonnull, warn_unused_result));

/* A copy of the NUL-terminated `text`. */
char *xstrdup(const char *text) __attribute__((malloc, returns_nonnull, warn_unused_result));

#endif
