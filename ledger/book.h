/*
 * book.h - one batch of events at a time, from the stream into SQL.
 *
 * Events are folded by core/events and written in one transaction with the cursor of each item, so
 * that each has its effect exactly once: what was committed is never read again, what was not is
 * read again from the cursor. An event that cannot be applied, or that the database refuses, is
 * set aside in the table `poison`, and the rest goes on. Later events about the same order then
 * cannot be applied either, and are set aside one by one.
 *
 * Layer: above rows, page, roster; below tail and main. One thread.
 */
#ifndef PENSTOCK_LEDGER_BOOK_H
#define PENSTOCK_LEDGER_BOOK_H

#include <stddef.h>
#include <stdint.h>

#include "common/db.h"
#include "core/events.h"
#include "ledger/roster.h"

struct book;

struct book_counts {
	int64_t events, batches; /* committed since the start, poison included */
	int64_t poison;          /* set aside, of all times */
};

/* An empty one over the items of `roster` (borrowed). */
struct book *book_open(struct roster *roster);

/* Ends it. NULL is allowed. */
void book_close(struct book *book);

/* Reads from a database that was just opened what it holds: fills the roster anew. */
enum db_result book_start(struct book *book, struct db *db) __attribute__((warn_unused_result));

/*
 * Adds an event of an item's stream to the batch, in the order of the stream. The texts are
 * borrowed until book_write() or book_drop().
 */
void book_add(struct book *book, struct roster_item *item, int64_t seq, struct events_text kind,
	      struct events_text words);

/* How many events are in the batch. */
size_t book_size(const struct book *book);

/* Empties the batch. */
void book_drop(struct book *book);

/*
 * Writes the batch and empties it. DB_DONE: it is on the disk, the items' states are the new ones,
 * and an item whose events have a gap is in trouble. DB_RETRY or DB_REFUSED: nothing is known to be
 * kept; open the database anew and start again from its cursors.
 */
enum db_result book_write(struct book *book, struct db *db) __attribute__((warn_unused_result));

/* What was written so far. */
struct book_counts book_counts(const struct book *book);

#endif
