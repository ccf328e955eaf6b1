/*
 * tail.h - reads the items' streams from where SQL ends, into the book.
 *
 * The streams are found in Redis by their names, about once a second, and read by one XREAD over
 * all of them. An entry is what one script call did; it goes into the book whole, so that SQL never
 * ends within one. What no script writes is not guessed at: such an item is in trouble.
 *
 * Layer: above redis, roster, book; below main. One thread.
 */
#ifndef PENSTOCK_LEDGER_TAIL_H
#define PENSTOCK_LEDGER_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/db.h"
#include "common/redis.h"
#include "core/histogram.h"
#include "ledger/book.h"
#include "ledger/roster.h"

struct tail;

struct tail_settings {
	int64_t batch_max; /* events in one transaction, about */
	int64_t poll_ms;   /* longest wait for new events */
};

/* What a turn came to. */
struct tail_turn {
	enum redis_fate redis; /* not REDIS_ANSWERED: Redis is away, see redis_error() */
	enum db_result sql;    /* not DB_DONE: SQL is away, see db_error() */
	size_t events;         /* read; 0: nothing new */
	bool has_asked;        /* false: no item is to be read now, and nothing was waited for */
};

/* All are borrowed. */
struct tail *tail_open(struct redis *redis, struct roster *roster, struct book *book,
		       const struct tail_settings *settings);

/* Ends it. NULL is allowed. */
void tail_close(struct tail *tail);

/* Looks for streams of items that are not known. */
enum redis_fate tail_discover(struct tail *tail) __attribute__((warn_unused_result));

/* Reads once, and writes what came into `db`, batch by batch. Waits at most poll_ms for events. */
struct tail_turn tail_read(struct tail *tail, struct db *db, int64_t now_ms);

/* How long batches took to be written and kept, in us. Borrowed. */
const struct histogram *tail_latency(const struct tail *tail);

#endif
