/*
 * xmalloc.c - memory that is either there or ends the program.
 *
 * Four thin covers over malloc(3). None ever returns NULL, not for size 0 either, so that
 * hiredis and jansson can be given them as they are. The last words go out unbuffered and
 * allocate nothing.
 */
#include "common/xmalloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void out_of_memory(size_t size)
{
	fprintf(stderr, "level=error msg=\"out of memory: no %zu bytes\"\n", size);
	abort();
}

void *xmalloc(size_t size)
{
	void *block = malloc(size > 0 ? size : 1);

	if (block == NULL)
		out_of_memory(size);
	return block;
}

void *xcalloc(size_t count, size_t size)
{
	size_t product;
	void *block;

	if (__builtin_mul_overflow(count, size, &product))
		out_of_memory(SIZE_MAX);
	block = calloc(1, product > 0 ? product : 1);
	if (block == NULL)
		out_of_memory(product);
	return block;
}

void *xrealloc(void *old, size_t size)
{
	void *block = realloc(old, size > 0 ? size : 1); /* size 0 would free and return NULL */

	if (block == NULL)
		out_of_memory(size);
	return block;
}

char *xstrdup(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(xmalloc(size), text, size);
}
