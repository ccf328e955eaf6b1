/*
 * capture.h - what the code under test says on stdout or stderr, as a string.
 *
 * capture_begin() turns a descriptor into a file in memory; capture_end() turns it back and returns
 * the text. In between nothing else may print there, so a test asserts after capture_end().
 *
 * Layer: tests only. All in this header, so that each test remains one file and its module.
 */
#ifndef PENSTOCK_TESTS_CAPTURE_H
#define PENSTOCK_TESTS_CAPTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct capture {
	int fd;     /* the descriptor that is captured */
	int saved;  /* where it went before */
	int memory; /* where it goes */
};

/* Gathers from now on what is written to `fd`. Ends the test program when that cannot be. */
static inline struct capture capture_begin(int fd)
{
	struct capture capture = { fd, dup(fd), memfd_create("capture", MFD_CLOEXEC) };

	fflush(NULL);
	if (capture.saved < 0 || capture.memory < 0 || dup2(capture.memory, fd) < 0)
		abort();
	return capture;
}

/* Ends it; the text is the caller's to free. */
static inline char *capture_end(struct capture *capture)
{
	off_t size;
	char *text;

	fflush(NULL);
	size = lseek(capture->memory, 0, SEEK_END);
	if (size < 0 || dup2(capture->saved, capture->fd) < 0)
		abort();
	text = calloc(1, (size_t)size + 1);
	if (text == NULL || pread(capture->memory, text, (size_t)size, 0) != size)
		abort();
	close(capture->saved);
	close(capture->memory);
	return text;
}

#endif
