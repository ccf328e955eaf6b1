/*
 * settings_secret.c - reads the file that holds a secret.
 *
 * A secret is one line in a regular file that only its owner may open. A file that others could
 * read is refused, because nobody would notice otherwise; an empty one too. What is printed
 * names the path, never a byte of the content, and what was read is wiped when it is refused.
 */
#include "common/settings_parts.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Opens `path` if it is fit to hold a secret; else -1, and `why` says what to do. */
static int open_secret(const char *path, char why[SETTINGS_WHY_BYTES])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0) {
		snprintf(why, SETTINGS_WHY_BYTES,
			 "cannot be opened (%s); give the path of a file that holds the secret",
			 strerror(errno));
		return -1;
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		snprintf(why, SETTINGS_WHY_BYTES, "is not a regular file; give the path of one");
		close(fd);
		return -1;
	}
	if ((st.st_mode & 077) != 0) {
		snprintf(why, SETTINGS_WHY_BYTES,
			 "can be read by others than its owner (mode %04o); run chmod 600 on it",
			 (unsigned)(st.st_mode & 07777));
		close(fd);
		return -1;
	}
	return fd;
}

/* Reads to the end or until `room` is full; -1 on an error. */
static ssize_t read_all(int fd, char *into, size_t room)
{
	size_t size = 0;

	while (size < room) {
		ssize_t n = read(fd, into + size, room - size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		size += (size_t)n;
	}
	return (ssize_t)size;
}

static size_t cut_white_space(const char *text, size_t size)
{
	while (size > 0 && memchr(" \t\r\n\v\f", text[size - 1], 6) != NULL)
		size--;
	return size;
}

/* Judges what was read; NULL when it is good. */
static const char *judge(const char *text, size_t size, bool full)
{
	if (full)
		return "is too long for a secret; put the secret alone into the file";
	if (size == 0)
		return "is empty; put the secret into it";
	if (settings_value_has_control(text, size))
		return "holds more than one line of text; put the secret alone into it";
	return NULL;
}

bool settings_secret_load(const char *path, char *into, size_t room, size_t *size,
			  char why[SETTINGS_WHY_BYTES])
{
	int fd = open_secret(path, why);
	const char *fault = NULL;
	ssize_t n;

	assert(into != NULL && room > 0);
	if (fd < 0)
		return false;
	n = read_all(fd, into, room);
	if (n < 0)
		snprintf(why, SETTINGS_WHY_BYTES, "cannot be read (%s)", strerror(errno));
	close(fd);
	if (n >= 0) {
		*size = cut_white_space(into, (size_t)n);
		fault = judge(into, *size, (size_t)n == room);
	}
	if (n < 0 || fault != NULL) {
		explicit_bzero(into, room);
		if (fault != NULL)
			snprintf(why, SETTINGS_WHY_BYTES, "%s", fault);
		return false;
	}
	into[*size] = '\0';
	return true;
}

int settings_read_secret(const char *path, char *into, size_t room)
{
	char why[SETTINGS_WHY_BYTES];
	size_t size;

	if (!settings_secret_load(path, into, room, &size, why)) {
		fprintf(stderr, "secret file %s %s\n", path, why);
		return -1;
	}
	return (int)size;
}
