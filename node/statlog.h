/*
 * statlog.h - stat.log: one line a request, the article's prefix first.
 *
 * Lines are gathered in a buffer and written with one write(2) when it is half full or when
 * statlog_flush() is called (the owner calls it --stat-flush-ms after the first line, and at the
 * end). A crash loses at most what one flush interval gathered. A full or broken disk never
 * stops the service: what cannot be written stays in the buffer, lines that no longer fit are
 * dropped whole and counted, and a line is never left torn in the middle of the file once
 * writing works again.
 *
 * Layer: above xmalloc and log. Time is an argument. One owner, one thread.
 */
#ifndef PENSTOCK_STATLOG_H
#define PENSTOCK_STATLOG_H

#include <stdbool.h>
#include <stdint.h>

struct statlog;

struct statlog_line {
	int sold;             /* 1: this request sold (result:1) */
	uint64_t local_sales; /* requests this node got for the item so far, this one included */
	int64_t time_ms;      /* unix time, for people; nothing is decided by it */
	unsigned port;        /* this node's */
	const char *item;     /* a valid item name, or "-" */
	const char *reason;   /* a word: ACCEPTED, SOLD_OUT ... */
	unsigned status;      /* the HTTP status answered */
	uint32_t units;
	int64_t order_seq; /* 0: none, written as "-" */
	int64_t micros;    /* from the request's arrival to its answer */
	const char *key;   /* a valid idempotency key, or "-" */
};

/*
 * Opens `path` for appending (created with mode 0644) and copies the path. If it cannot be
 * opened, says so in the log and still returns a working object: lines are gathered until the
 * buffer is full, then dropped and counted, and every flush tries to open it again. A last line
 * that a crash left half written is ended first, so that ours begin on their own.
 *
 * The owner ignores SIGXFSZ and SIGPIPE, which a write could raise.
 */
struct statlog *statlog_open(const char *path);

/*
 * Adds one line (format: docs/API.md, "stat.log"). Never blocks on more than one write(2), never
 * fails.
 */
void statlog_add(struct statlog *sl, const struct statlog_line *line);

/* Writes what is gathered. A failure keeps it for the next time and is logged once per spell. */
void statlog_flush(struct statlog *sl);

/* For SIGHUP: flushes, closes, and opens the path anew, so that a rotated file is let go. */
void statlog_reopen(struct statlog *sl);

/* Are there lines to be written? */
bool statlog_is_waiting(const struct statlog *sl);

/* Lines dropped since the start. */
uint64_t statlog_dropped(const struct statlog *sl);

/* Flushes and ends it. NULL is allowed. */
void statlog_close(struct statlog *sl);

#endif
