/*
 * audit_parts.h - what the files behind audit.h share; for them and report's alone.
 *
 * An audit of an item folds the item's log into a book and holds everything else against it, each
 * reading at the very seq at which it was true:
 *
 *     audit_sql.c     the ledger's rows, a page at a time, each with the seq that SQL holds
 *     audit_redis.c   cuts of Redis: the item's seq and counts, beside whatever is asked for
 *     audit_keys.c    Redis' keys, a piece at a time, each in a cut
 *     audit_sizes.c   a last cut with the sizes of all keys
 *     audit_lines.c   the stat.log files, as far as they were written before a last cut
 *
 * The book only goes forward (audit_follow), so the order above is kept: what SQL holds is never
 * ahead of Redis. Each step ends with VERDICT_DONE, VERDICT_NO (a violation, noted), or
 * VERDICT_AWAY (said).
 *
 * A report (report.h) takes the steps that need no Redis: without it a feed has SQL's events alone.
 *
 * Layer: inside audit, and report.
 */
#ifndef PENSTOCK_CTL_AUDIT_PARTS_H
#define PENSTOCK_CTL_AUDIT_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "ctl/book.h"
#include "ctl/cut.h"
#include "ctl/feed.h"
#include "ctl/json.h"
#include "ctl/statlog_line.h"
#include "ctl/tools.h"

enum { AUDIT_WHAT_BYTES = 400 };

/* The first violation. */
struct audit_fault {
	bool is_there;
	char what[AUDIT_WHAT_BYTES]; /* a sentence that begins with the invariant's number */
	int64_t order;               /* the order it is about; 0: none */
	int64_t event;               /* the event near which it is */
};

/* What was looked at. */
struct audit_counts {
	int64_t events_sql, events_stream; /* folded, by where they were read */
	int64_t orders, held, paid, ended; /* of the log, at the end */
	int64_t in_redis, left_redis;      /* orders whose record is, or is not, in Redis */
	int64_t keys, buyers, deadlines, payments, finished;
	int64_t sql_orders, sql_payments;   /* rows that were compared */
	int64_t rows_orders, rows_payments; /* rows that there are, at the end */
	int64_t cuts, files, lines, sold_lines, torn_lines, unlined;
};

struct audit {
	struct tools *tools;
	const char *item;
	struct book *book;
	struct feed *feed;
	struct audit_counts counts;
	struct audit_fault fault;
	enum verdict verdict; /* of a callback that noted a violation */
	int64_t started_at;   /* the item's seq at the first cut */
	int64_t recorded;     /* recorded_seq, as the newest cut has it */
	bool is_archived;
	/* Sees each event that was folded; NULL: nobody does. */
	void (*on_event)(void *owner, const struct events_event *event);
	void *owner;
};

/* An audit of `item` (borrowed) that has not looked at anything; audit_end() is owed. */
void audit_begin(struct audit *audit, struct tools *tools, const char *item);

/* Ends it. */
void audit_end(struct audit *audit);

/*
 * Notes a violation, about an order (0: none), near an event; VERDICT_NO. The format is printf's.
 */
enum verdict audit_note(struct audit *audit, int64_t order, int64_t event, const char *format, ...)
	__attribute__((format(printf, 4, 5), warn_unused_result));

/* Folds all events up to `seq` into the book. */
enum verdict audit_follow(struct audit *audit, int64_t seq) __attribute__((warn_unused_result));

/*
 * A first look at Redis: has it the item, and at least the events that SQL holds (`cursor`, read
 * before)? Else it lost history (I8), and nothing below would mean anything.
 */
enum verdict audit_admit(struct audit *audit, int64_t cursor) __attribute__((warn_unused_result));

/* Holds the ledger's rows against the book; first looks at poison and at Redis (audit_admit). */
enum verdict audit_sql(struct audit *audit) __attribute__((warn_unused_result));

/* The rows alone. The book is at the seq that SQL holds then. */
enum verdict audit_sql_rows(struct audit *audit) __attribute__((warn_unused_result));

/*
 * Reads the item's hash and `count` (at most 8) further commands at one instant, follows the log
 * up to it, and holds the hash against the book. VERDICT_DONE: *reply has the answers of the
 * further commands from place 1 on; to be freed.
 */
enum verdict audit_cut(struct audit *audit, const struct cut_command *more, size_t count,
		       struct redis_reply **reply) __attribute__((warn_unused_result));

/* Holds the orders, requests, buyers, deadlines, payments and finished orders against the book. */
enum verdict audit_keys(struct audit *audit) __attribute__((warn_unused_result));

/* The last cut: the sizes of all keys, so that nothing can be missing. */
enum verdict audit_sizes(struct audit *audit) __attribute__((warn_unused_result));

/*
 * Holds a line that sold, of the file `name`, against the book, which is at the line's order or
 * beyond it.
 */
enum verdict audit_sold_line(struct audit *audit, const struct statlog_line *line, const char *name)
	__attribute__((warn_unused_result));

/* Holds the stat.log files of --stat-log against the book. */
enum verdict audit_lines(struct audit *audit) __attribute__((warn_unused_result));

/* Prints what was counted, and the violation with its neighbourhood. */
enum verdict audit_print(struct audit *audit, bool is_clean, struct json *items)
	__attribute__((warn_unused_result));

#endif
