/*
 * statlog_files.c - the lines of many stat.log files; see statlog_files.h.
 */
#include "ctl/statlog_files.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/xmalloc.h"
#include "ctl/say.h"

enum { FILES_MAX = 256, BUFFER_BYTES = 1 << 16, TELL_BYTES = 1 << 23 };

struct statlog_files {
	int fds[FILES_MAX];
	off_t sizes[FILES_MAX];
	char *names[FILES_MAX];
	size_t count;
	int64_t size, read, told; /* bytes of all: there are, were read, when it was last said */
	bool tells;
};

void statlog_files_close(struct statlog_files *files)
{
	if (files == NULL)
		return;
	for (size_t i = 0; i < files->count; i++) {
		close(files->fds[i]);
		free(files->names[i]);
	}
	free(files);
}

static enum verdict say_unread(const char *name, const char *why)
{
	say("%s cannot be read: %s", name, why);
	return VERDICT_AWAY;
}

static enum verdict open_file(struct statlog_files *files, const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char *why = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		why = strerror(errno);
	else if (files->count == FILES_MAX)
		why = "too many files";
	else if (!S_ISREG(st.st_mode)) /* of what has no size, no end could be told */
		why = "it is no plain file";
	if (why != NULL) {
		if (fd >= 0)
			close(fd);
		return say_unread(name, why);
	}
	files->fds[files->count] = fd;
	files->sizes[files->count] = st.st_size;
	files->size += st.st_size;
	files->names[files->count++] = xstrdup(name);
	return VERDICT_DONE;
}

static enum verdict open_pattern(struct statlog_files *files, const char *pattern)
{
	enum verdict verdict = VERDICT_DONE;
	glob_t found;

	if (glob(pattern, 0, NULL, &found) != 0) {
		say("no file is called %s", pattern);
		return VERDICT_NO;
	}
	for (size_t i = 0; i < found.gl_pathc && verdict == VERDICT_DONE; i++)
		verdict = open_file(files, found.gl_pathv[i]);
	globfree(&found);
	return verdict;
}

enum verdict statlog_files_open(struct statlog_files **files, const char *patterns)
{
	enum verdict verdict = VERDICT_DONE;

	*files = xcalloc(1, sizeof(**files));
	while (*patterns != '\0' && verdict != VERDICT_AWAY) {
		size_t size = strcspn(patterns, ",");
		char *pattern = strndup(patterns, size);
		enum verdict opened = open_pattern(*files, pattern);

		verdict = opened > verdict ? opened : verdict;
		free(pattern);
		patterns += size + (patterns[size] == ',');
	}
	return verdict;
}

size_t statlog_files_count(const struct statlog_files *files)
{
	return files->count;
}

const char *statlog_files_name(const struct statlog_files *files, size_t file)
{
	return files->names[file];
}

/* Shows the whole lines of a buffer; *used becomes what is left of the last one. */
static bool show_lines(size_t file, char *buffer, size_t *used, statlog_files_cb *cb, void *owner)
{
	bool goes_on = true;
	char *at = buffer, *end = buffer + *used, *stop;

	while (goes_on && (stop = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		goes_on = cb(owner, file, (struct events_text){ at, (size_t)(stop - at) });
		at = stop + 1;
	}
	*used = (size_t)(end - at);
	memmove(buffer, at, *used);
	if (goes_on && *used == BUFFER_BYTES) { /* no line is so long: it is none */
		goes_on = cb(owner, file, (struct events_text){ buffer, *used });
		*used = 0;
	}
	return goes_on;
}

static void tell(struct statlog_files *files, int64_t bytes)
{
	files->read += bytes;
	if (!files->tells || files->size == 0 || files->read - files->told < TELL_BYTES)
		return;
	files->told = files->read;
	fprintf(stderr, "\rstat.log: %3" PRId64 " %% of %" PRId64 " MB",
		files->read * 100 / files->size, files->size / 1000000);
}

static enum verdict read_file(struct statlog_files *files, size_t i, char *buffer,
			      statlog_files_cb *cb, void *owner, bool *goes_on)
{
	off_t left = files->sizes[i];
	size_t used = 0;

	while (*goes_on && left > 0) {
		size_t room = BUFFER_BYTES - used;
		ssize_t n = read(files->fds[i], buffer + used,
				 (off_t)room < left ? room : (size_t)left);

		if (n < 0)
			return say_unread(files->names[i], strerror(errno));
		if (n == 0)
			break; /* it was cut: what is not there says nothing */
		left -= n;
		used += (size_t)n;
		tell(files, n);
		*goes_on = show_lines(i, buffer, &used, cb, owner);
	}
	return VERDICT_DONE;
}

enum verdict statlog_files_read(struct statlog_files *files, bool tells, statlog_files_cb *cb,
				void *owner)
{
	char *buffer = xmalloc(BUFFER_BYTES);
	enum verdict verdict = VERDICT_DONE;
	bool goes_on = true;

	files->tells = tells && isatty(STDERR_FILENO) == 1;
	for (size_t i = 0; i < files->count && goes_on && verdict == VERDICT_DONE; i++)
		verdict = read_file(files, i, buffer, cb, owner, &goes_on);
	if (files->told > 0)
		fprintf(stderr, "\r%32s\r", "");
	free(buffer);
	return verdict;
}
