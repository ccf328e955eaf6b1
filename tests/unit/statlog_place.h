/*
 * statlog_place.h - a folder for one test of stat.log, lines with numbers, and a look at the file.
 *
 * Lines carry their number in localSales, so that gaps, doubles and torn lines show.
 *
 * Layer: tests only, for test_statlog.c and test_statlog_disk.c.
 */
#ifndef PENSTOCK_TESTS_STATLOG_PLACE_H
#define PENSTOCK_TESTS_STATLOG_PLACE_H

#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "node/statlog.h"

enum {
	PATH_BYTES = 100,
	LINE_BYTES_LEAST = 124, /* of numbered(1) */
};

struct place {
	char folder[40];
	char path[PATH_BYTES];
	char other[PATH_BYTES];
};

/* A test's set-up: an empty folder and two paths in it. */
static inline int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	if (place == NULL)
		return -1;
	strcpy(place->folder, "/tmp/test_statlog.XXXXXX");
	if (mkdtemp(place->folder) == NULL)
		return -1;
	snprintf(place->path, PATH_BYTES, "%s/stat.log", place->folder);
	snprintf(place->other, PATH_BYTES, "%s/stat.log.1", place->folder);
	*state = place;
	return 0;
}

/* Its tear-down. */
static inline int end_place(void **state)
{
	struct place *place = *state;

	umount2(place->folder, MNT_DETACH); /* a test that failed may have left one */
	unlink(place->path);
	unlink(place->other);
	rmdir(place->folder);
	free(place);
	return 0;
}

/* A line that differs from others in its number only. */
static inline struct statlog_line numbered(uint64_t number)
{
	return (struct statlog_line){
		.sold = 1,
		.local_sales = number,
		.time_ms = 1763814000123,
		.port = 3001,
		.item = "ticket",
		.reason = "ACCEPTED",
		.status = 200,
		.units = 1,
		.order_seq = 42,
		.micros = 812,
		.key = "k",
	};
}

/* Adds the lines first .. last. */
static inline void add(struct statlog *sl, uint64_t first, uint64_t last)
{
	for (uint64_t i = first; i <= last; i++) {
		struct statlog_line line = numbered(i);

		statlog_add(sl, &line);
	}
}

/* The file's text; empty when there is none. The caller frees it. */
static inline char *text_of(const char *path)
{
	int fd = open(path, O_RDONLY);
	struct stat st = { 0 };
	char *text;

	if (fd >= 0)
		assert_int_equal(fstat(fd, &st), 0);
	text = calloc(1, (size_t)st.st_size + 1);
	assert_non_null(text);
	if (fd >= 0) {
		assert_int_equal(read(fd, text, (size_t)st.st_size), st.st_size);
		close(fd);
	}
	return text;
}

/* The file holds exactly the lines first .. last, each whole. */
static inline void assert_lines(const char *path, uint64_t first, uint64_t last)
{
	char *text = text_of(path);
	const char *at = text;

	for (uint64_t i = first; i <= last; i++) {
		char expected[300];
		int size = snprintf(expected, sizeof(expected),
				    "result:1,localSales:%" PRIu64
				    ",time:1763814000123,port:3001,item:ticket,reason:ACCEPTED,"
				    "status:200,units:1,order:42,micros:812,key:k\n",
				    i);

		if (strncmp(at, expected, (size_t)size) != 0)
			fail_msg("line %" PRIu64 " is: %.150s", i, at);
		at += size;
	}
	assert_string_equal(at, "");
	free(text);
}

/* How often `part` stands in `text`. */
static inline size_t count(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)) != NULL; text += strlen(part))
		n++;
	return n;
}

#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, end_place)

#endif
