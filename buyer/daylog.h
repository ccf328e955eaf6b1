/*
 * daylog.h - the buyer's own log: a file a day, yesterday's kept, older ones removed.
 *
 * Lines are short and begin with the result: `ACCEPTED 10:00:00.012 try 1, 12 ms, ticket-0000...`.
 * A day's file ends at 10 MiB with a line that says so. Several buyers may share a folder; each
 * line is one write.
 *
 * Layer: above files.
 */
#ifndef PENSTOCK_BUYER_DAYLOG_H
#define PENSTOCK_BUYER_DAYLOG_H

#include <stdint.h>

struct daylog;

/* Logs into `folder`, which is made if it is not there; if it cannot be, nothing is logged. */
struct daylog *daylog_open(const char *folder);

/* NULL is allowed. */
void daylog_close(struct daylog *log);

/*
 * Writes a line of the time `now_ms` (unix): the word, the local time, the text. The first line of
 * a day opens its file and removes those older than the day before.
 */
void daylog_line(struct daylog *log, int64_t now_ms, const char *word, const char *text);

#endif
