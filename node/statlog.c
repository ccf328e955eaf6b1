/*
 * statlog.c - stat.log: one line a request, the article's prefix first.
 *
 *     buffer  [ sent | rest of line 1 | line 2 | ... | line n | free ... ]
 *              0      sent                                   used       BUFFER_BYTES
 *
 * The buffer always begins with a whole line. When a write ends inside a line (the disk filled
 * up just there), that line's start stays in the buffer with `sent` saying how much of it is in
 * the file, so it can be finished there, or be cut off there and written whole into another
 * file.
 *
 * While writing fails ("a spell") only statlog_flush() tries again: a full disk costs one failed
 * call a flush interval and not one a request. The log hears of a spell twice, at its start and
 * at its end.
 *
 * What it does not promise: fsync, or anything about a file that somebody else truncates or
 * writes too.
 */
#include "node/statlog.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "common/xmalloc.h"

enum {
	BUFFER_BYTES = 64 * 1024,
	WORD_BYTES = 32,      /* an item (KEYS_ITEM_BYTES) or a reason; longer is cut */
	KEY_BYTES = 64,       /* an idempotency key (KEYS_REQUEST_BYTES) */
	DIGITS_MAX = 20,      /* of 2^64 - 1 */
	LINE_BYTES_MAX = 400, /* names, digits, two words and one key: 320 at most */
};

struct statlog {
	char *path;
	int fd;                  /* -1: not open; the next flush tries */
	bool failing;            /* in a spell */
	size_t used;             /* bytes in the buffer */
	size_t sent;             /* of the first line's bytes, how many are in the file already */
	uint64_t dropped;        /* lines, since the start */
	uint64_t dropped_before; /* the same when the spell began */
	char buffer[BUFFER_BYTES];
};

static void spell_begin(struct statlog *sl, const char *what, int error)
{
	if (sl->failing)
		return;
	sl->failing = true;
	sl->dropped_before = sl->dropped;
	log_line(LOG_WARN,
		 "stat.log: cannot %s %s: %s; selling goes on, the next %d KiB of lines are kept "
		 "and later ones dropped until it can be written",
		 what, sl->path, strerror(error), BUFFER_BYTES / 1024);
}

static void spell_end(struct statlog *sl)
{
	if (!sl->failing)
		return;
	sl->failing = false;
	log_line(LOG_INFO, "stat.log: %s is written again; %" PRIu64 " lines were dropped",
		 sl->path, sl->dropped - sl->dropped_before);
}

/* A predecessor that crashed may have left half a line: end it, so that ours begins on its own. */
static bool end_torn_line(int fd)
{
	struct stat st;
	char last;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
		return true;
	if (pread(fd, &last, 1, st.st_size - 1) != 1 || last == '\n')
		return true;
	return write(fd, "\n", 1) == 1;
}

/* O_NONBLOCK: a full pipe must not stop the loop. O_RDWR: the last byte is looked at. */
static bool open_file(struct statlog *sl)
{
	int fd = open(sl->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		      0644);

	if (fd < 0) {
		spell_begin(sl, "open", errno);
		return false;
	}
	if (!end_torn_line(fd)) {
		spell_begin(sl, "write", errno);
		close(fd);
		return false;
	}
	sl->fd = fd;
	return true;
}

/*
 * Takes back the half line that the file ends with, if it still does: called before the file is
 * let go, because the rest of that line will not follow there.
 */
static void cut_torn_line(struct statlog *sl)
{
	char tail[LINE_BYTES_MAX];
	struct stat st;
	off_t start;

	if (sl->sent == 0 || fstat(sl->fd, &st) != 0 || st.st_size < (off_t)sl->sent)
		return;
	start = st.st_size - (off_t)sl->sent;
	if (pread(sl->fd, tail, sl->sent, start) != (ssize_t)sl->sent ||
	    memcmp(tail, sl->buffer, sl->sent) != 0)
		return;
	if (ftruncate(sl->fd, start) != 0)
		log_line(LOG_WARN, "stat.log: %s ends with half a line: %s", sl->path,
			 strerror(errno));
}

static void let_go(struct statlog *sl)
{
	if (sl->fd < 0)
		return;
	cut_torn_line(sl);
	sl->sent = 0;
	close(sl->fd);
	sl->fd = -1;
}

/* Forgets the whole lines among the first `size` bytes, which are in the file now. */
static void forget(struct statlog *sl, size_t size)
{
	const char *newline = memrchr(sl->buffer, '\n', size);
	size_t whole = newline == NULL ? 0 : (size_t)(newline - sl->buffer) + 1;

	sl->used -= whole;
	sl->sent = size - whole;
	memmove(sl->buffer, sl->buffer + whole, sl->used);
}

/* One write(2). True when it got something out. */
static bool write_once(struct statlog *sl)
{
	ssize_t n = write(sl->fd, sl->buffer + sl->sent, sl->used - sl->sent);

	if (n <= 0) {
		spell_begin(sl, "write", n < 0 ? errno : ENOSPC);
		return false;
	}
	forget(sl, sl->sent + (size_t)n);
	return true;
}

struct statlog *statlog_open(const char *path)
{
	struct statlog *sl = xmalloc(sizeof(*sl));

	sl->path = xstrdup(path);
	sl->fd = -1;
	sl->failing = false;
	sl->used = 0;
	sl->sent = 0;
	sl->dropped = 0;
	sl->dropped_before = 0;
	(void)open_file(sl);
	return sl;
}

/* At most `most` bytes of `text`; returns the end. */
static char *put_text(char *into, const char *text, size_t most)
{
	size_t size = strnlen(text, most);

	memcpy(into, text, size);
	return into + size;
}

static char *put_digits(char *into, uint64_t number)
{
	char digits[DIGITS_MAX];
	char *from = digits + sizeof(digits);

	do {
		*--from = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	return put_text(into, from, (size_t)(digits + sizeof(digits) - from));
}

/* Times and counts are never negative; should one be, 0 keeps the line readable. */
static uint64_t at_least_zero(int64_t number)
{
	return number < 0 ? 0 : (uint64_t)number;
}

#define NAME(into, text) put_text((into), (text), sizeof(text) - 1)

/* Every line costs this, so: no printf, one pass, straight into the buffer. */
static char *put_line(char *at, const struct statlog_line *line)
{
	at = put_digits(NAME(at, "result:"), line->sold ? 1 : 0);
	at = put_digits(NAME(at, ",localSales:"), line->local_sales);
	at = put_digits(NAME(at, ",time:"), at_least_zero(line->time_ms));
	at = put_digits(NAME(at, ",port:"), line->port);
	at = put_text(NAME(at, ",item:"), line->item, WORD_BYTES);
	at = put_text(NAME(at, ",reason:"), line->reason, WORD_BYTES);
	at = put_digits(NAME(at, ",status:"), line->status);
	at = put_digits(NAME(at, ",units:"), line->units);
	at = NAME(at, ",order:");
	at = line->order_seq > 0 ? put_digits(at, (uint64_t)line->order_seq) : NAME(at, "-");
	at = put_digits(NAME(at, ",micros:"), at_least_zero(line->micros));
	at = put_text(NAME(at, ",key:"), line->key, KEY_BYTES);
	*at++ = '\n';
	return at;
}

void statlog_add(struct statlog *sl, const struct statlog_line *line)
{
	if (BUFFER_BYTES - sl->used < LINE_BYTES_MAX) {
		sl->dropped++;
		return;
	}
	sl->used = (size_t)(put_line(sl->buffer + sl->used, line) - sl->buffer);
	if (sl->used >= BUFFER_BYTES / 2 && !sl->failing)
		(void)write_once(sl);
}

void statlog_flush(struct statlog *sl)
{
	if (sl->fd < 0 && !open_file(sl))
		return;
	while (sl->used > 0) {
		if (!write_once(sl))
			return;
	}
	spell_end(sl);
}

void statlog_reopen(struct statlog *sl)
{
	statlog_flush(sl);
	let_go(sl);
	statlog_flush(sl);
}

bool statlog_is_waiting(const struct statlog *sl)
{
	return sl->used > 0;
}

uint64_t statlog_dropped(const struct statlog *sl)
{
	return sl->dropped;
}

static size_t count_lines(const struct statlog *sl)
{
	size_t lines = 0;

	for (size_t i = 0; i < sl->used; i++)
		lines += sl->buffer[i] == '\n';
	return lines;
}

void statlog_close(struct statlog *sl)
{
	if (sl == NULL)
		return;
	statlog_flush(sl);
	let_go(sl);
	if (sl->used > 0)
		log_line(LOG_WARN, "stat.log: the last %zu lines could not be written to %s",
			 count_lines(sl), sl->path);
	free(sl->path);
	free(sl);
}
