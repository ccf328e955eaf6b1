/*
 * log.c - the operational log: one logfmt line an occasion, on stderr.
 *
 * A line is built in one buffer on the stack and leaves with one write(2), so lines of several
 * programs on one terminal or pipe do not mix. It is ASCII whatever the text was: bytes that
 * could end the field, end the line, or speak to a terminal are written as escapes, and a cut
 * never splits one.
 *
 * The name and the level are the one state here that no object owns: a log that had to be handed
 * down to every function that can fail would be handed down everywhere.
 */
#include "common/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	LINE_BYTES = 1000,
	NAME_BYTES = 64,
	ESCAPE_BYTES = 4, /* the longest escape: \x1b */
};

static const char *const level_words[] = {
	[LOG_DEBUG] = "debug",
	[LOG_INFO] = "info",
	[LOG_WARN] = "warn",
	[LOG_ERROR] = "error",
};

static struct {
	char name[NAME_BYTES];
	enum log_level least;
} log_state = { "-", LOG_INFO };

void log_open(const char *name, enum log_level least)
{
	size_t size = strnlen(name, NAME_BYTES - 1);

	for (size_t i = 0; i < size; i++) {
		char c = name[i];

		/* The name stands unquoted: what could end it is replaced. */
		log_state.name[i] = c > ' ' && c <= '~' && c != '"' && c != '=' ? c : '_';
	}
	log_state.name[size] = '\0';
	log_state.least = least;
}

int log_level_parse(const char *word, enum log_level *level)
{
	for (size_t i = 0; i < sizeof(level_words) / sizeof(level_words[0]); i++) {
		if (strcmp(word, level_words[i]) == 0) {
			*level = (enum log_level)i;
			return 0;
		}
	}
	return -1;
}

/* Writes `c` as it may stand between quotes; returns how many bytes that took. */
static size_t escape(char into[ESCAPE_BYTES], unsigned char c)
{
	static const char hex[] = "0123456789abcdef";

	if (c >= ' ' && c <= '~' && c != '"' && c != '\\') {
		into[0] = (char)c;
		return 1;
	}
	into[0] = '\\';
	if (c == '"' || c == '\\' || c == '\n') {
		into[1] = c == '\n' ? 'n' : (char)c;
		return 2;
	}
	into[1] = 'x';
	into[2] = hex[c >> 4];
	into[3] = hex[c & 15];
	return 4;
}

/* Writes everything up to and with the quote that opens the text; returns its length. */
static size_t write_head(char into[LINE_BYTES], enum log_level level)
{
	struct timespec now;
	struct tm utc;
	char stamp[40];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &utc);
	return (size_t)snprintf(into, LINE_BYTES, "ts=%s.%03dZ level=%s node=%s msg=\"", stamp,
				(int)(now.tv_nsec / 1000000), level_words[level], log_state.name);
}

void log_line(enum log_level level, const char *format, ...)
{
	static const char cut[] = "...";
	const size_t tail = sizeof(cut) - 1 + 2; /* a cut's mark, the quote, the newline */
	int saved = errno;                       /* so that a caller may log first and look later */
	char text[LINE_BYTES];
	char line[LINE_BYTES];
	size_t size;
	va_list args;

	if (level < log_state.least)
		return;
	va_start(args, format);
	if (vsnprintf(text, sizeof(text), format, args) < 0)
		text[0] = '\0';
	va_end(args);
	size = write_head(line, level);
	for (const char *from = text; *from != '\0'; from++) {
		char piece[ESCAPE_BYTES];
		size_t n = escape(piece, (unsigned char)*from);

		if (size + n + tail > sizeof(line)) {
			memcpy(line + size, cut, sizeof(cut) - 1);
			size += sizeof(cut) - 1;
			break;
		}
		memcpy(line + size, piece, n);
		size += n;
	}
	line[size++] = '"';
	line[size++] = '\n';
	/* A log that cannot be written is nobody's to report to. */
	ssize_t written = write(STDERR_FILENO, line, size);
	(void)written;
	errno = saved;
}
