/*
 * log.h - the operational log: one logfmt line an occasion, on stderr.
 *
 * A line reads `ts=2026-01-31T12:00:00.000Z level=warn node=node-3001 msg="..."`. Control bytes,
 * quotes and bytes outside ASCII are escaped, so that no input can forge a line. Lines longer than
 * 1,000 bytes are cut. Whoever decides, logs; a failure is never logged and returned as well.
 *
 * Layer: the ground. log_open() comes before any second thread; log_line() is for any.
 */
#ifndef PENSTOCK_LOG_H
#define PENSTOCK_LOG_H

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/*
 * Lines below `least` are not written from now on; `name` (copied, cut at 63 bytes) goes into each
 * line.
 */
void log_open(const char *name, enum log_level least);

/* "debug", "info", "warn", "error" to *level: 0; anything else: -1, *level untouched. */
int log_level_parse(const char *word, enum log_level *level) __attribute__((warn_unused_result));

/* Writes one line; the format is printf's, without a trailing newline. Never fails visibly. */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
