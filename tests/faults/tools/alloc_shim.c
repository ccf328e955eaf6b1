/*
 * alloc_shim.c - preloaded into a program: its k-th allocation fails, and no other.
 *
 * ALLOC_FAIL_AT names k, counted from the program's start over malloc, calloc and realloc;
 * 0 or nothing: none. At the exit the count goes to the file that ALLOC_COUNT names, so that a test
 * knows how many there are to fail.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_long count;
static long fail_at;

/* glibc's own, without asking dlsym, which allocates. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t number, size_t size);
void *__libc_realloc(void *old, size_t size);

__attribute__((constructor)) static void shim_begin(void)
{
	const char *at = getenv("ALLOC_FAIL_AT");

	atomic_store(&count, 0);
	fail_at = at ? atol(at) : 0;
}

__attribute__((destructor)) static void shim_end(void)
{
	const char *path = getenv("ALLOC_COUNT");
	FILE *file = path ? fopen(path, "w") : NULL;

	if (file) {
		fprintf(file, "%ld\n", atomic_load(&count));
		fclose(file);
	}
}

static int shim_fails(void)
{
	if (atomic_fetch_add(&count, 1) + 1 != fail_at)
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return shim_fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t number, size_t size)
{
	return shim_fails() ? NULL : __libc_calloc(number, size);
}

void *realloc(void *old, size_t size)
{
	return shim_fails() ? NULL : __libc_realloc(old, size);
}
