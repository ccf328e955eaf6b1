/*
 * weights.c - a small reader of nginx' `server` lines; see weights.h.
 *
 * It knows just enough: comments end at the line's end, a server line begins with the word `server`
 * and an address, and parameters stand behind it up to the semicolon.
 */
#include "common/weights.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/xmalloc.h"

enum { FILE_BYTES_MAX = 65536 };

/* The weight stated by one line, if it is the server line of `port`; else 0. */
static int64_t weights_read_line(const char *line, size_t size, unsigned port)
{
	char text[512], address[256], *weight;
	unsigned found = 0;

	if (size >= sizeof(text))
		return 0;
	memcpy(text, line, size);
	text[size] = '\0';
	text[strcspn(text, "#")] = '\0';
	if (sscanf(text, " server %255[^: ;]:%u", address, &found) != 2 || found != port)
		return 0;
	weight = strstr(text, " weight=");
	if (!weight)
		return 1;
	long value = strtol(weight + strlen(" weight="), NULL, 10);
	return value >= 1 && value <= 1000000 ? value : 0;
}

int64_t weights_find(const char *text, unsigned port)
{
	while (*text) {
		size_t size = strcspn(text, "\n");
		int64_t weight = weights_read_line(text, size, port);

		if (weight)
			return weight;
		text += size + (text[size] == '\n');
	}
	return 0;
}

int64_t weights_read(const char *path, unsigned port)
{
	FILE *file = fopen(path, "re");

	if (!file)
		return -1;
	char *text = xcalloc(1, FILE_BYTES_MAX);
	size_t size = fread(text, 1, FILE_BYTES_MAX - 1, file);
	int64_t weight = ferror(file) ? -1 : 0;

	text[size] = '\0';
	if (weight == 0)
		weight = weights_find(text, port);
	free(text);
	fclose(file);
	return weight;
}
