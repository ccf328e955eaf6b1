/*
 * rows.h - the ledger's statements: each row that it writes or reads, as a function.
 *
 * Nothing is decided here. Writing functions return what db_run() does: on PostgreSQL a refusal may
 * show in a later call.
 *
 * Layer: above db, page, roster; below book and lookup.
 */
#ifndef PENSTOCK_LEDGER_ROWS_H
#define PENSTOCK_LEDGER_ROWS_H

#include "common/db.h"
#include "core/events.h"
#include "ledger/page.h"
#include "ledger/roster.h"

/* Puts all items that SQL holds into the roster, with their states and what Redis was told. */
enum db_result rows_load_items(struct db *db, struct roster *roster)
	__attribute__((warn_unused_result));

/* How many events were set aside, in all items. */
enum db_result rows_count_poison(struct db *db, int64_t *count) __attribute__((warn_unused_result));

/*
 * Puts those of the orders of an item, given as numbers with commas between, that SQL holds onto
 * the page as `place`; the page has room for all.
 */
enum db_result rows_load_orders(struct db *db, const char *item, struct events_text numbers,
				struct page *page, size_t place)
	__attribute__((warn_unused_result));

/* An order as SQL holds it; its state is EVENTS_NO_ORDER when there is none. For lookup. */
enum db_result rows_find_order(struct db *db, const char *item, int64_t seq,
			       struct events_order *order) __attribute__((warn_unused_result));

/* Adds an event as it stood in the stream. */
enum db_result rows_add_event(struct db *db, const char *item, const struct events_event *event,
			      struct events_text words) __attribute__((warn_unused_result));

/*
 * Adds an event that cannot be applied. Bytes that are no plain ASCII are written as \xNN, and a
 * long text is cut.
 */
enum db_result rows_add_poison(struct db *db, const char *item, int64_t seq,
			       struct events_text kind, struct events_text words, const char *why)
	__attribute__((warn_unused_result));

/* Writes what an event says of a payment (paid, due, refunded) of `order`. */
enum db_result rows_write_payment(struct db *db, const char *item, const struct events_event *event,
				  const struct events_order *order)
	__attribute__((warn_unused_result));

/* Adds a new order, or writes what moved of one that is there. */
enum db_result rows_write_order(struct db *db, const char *item, const struct page_order *order)
	__attribute__((warn_unused_result));

/* Writes an item's counts and its cursor; `told` is the seq that Redis acknowledged as recorded. */
enum db_result rows_write_item(struct db *db, const char *item, const struct events_item *state,
			       int64_t told) __attribute__((warn_unused_result));

/*
 * Keeps what Redis has acknowledged to be recorded, of all items where that is news, in a
 * transaction of its own: by it the next ledger sees whether Redis still has the history that this
 * one knew.
 */
enum db_result rows_keep_told(struct db *db, struct roster *roster)
	__attribute__((warn_unused_result));

/* Waits until all that was sent before has succeeded or failed. */
enum db_result rows_settle(struct db *db) __attribute__((warn_unused_result));

#endif
