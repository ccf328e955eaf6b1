/*
 * ledger.h - what penstockctl reads of the ledger's database: all of its SQL stands here.
 *
 * Nothing is written: the database is opened for reading. Answers that can be long come row by
 * row, a page at a time, so that memory stays small whatever the sale's size and whichever the
 * database.
 *
 * Layer: above tools; below orders and audit.
 */
#ifndef PENSTOCK_CTL_LEDGER_H
#define PENSTOCK_CTL_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/events.h"
#include "ctl/feed.h"
#include "ctl/tools.h"

/* An order as its row has it. Texts live until the callback returns. */
struct ledger_order {
	struct events_order order; /* seq, units ... refund_due */
	struct events_text user, key, txn;
};

/* Sees a row; returns false to see no more. */
typedef bool ledger_order_cb(void *owner, const struct ledger_order *order);

/* Which orders. Empty texts: any. */
struct ledger_wish {
	const char *item;
	const char *state, *user;
	int64_t after; /* seq beyond this one */
	int64_t limit; /* so many rows at most */
};

/*
 * Shows orders in order of their seq, in one statement: all rows are of one instant. VERDICT_AWAY
 * was said.
 */
enum verdict ledger_orders(struct tools *tools, const struct ledger_wish *wish, ledger_order_cb *cb,
			   void *owner) __attribute__((warn_unused_result));

/* Shows the order of this seq, if there is one: then *found is true. */
enum verdict ledger_order(struct tools *tools, const char *item, int64_t seq, ledger_order_cb *cb,
			  void *owner, bool *found) __attribute__((warn_unused_result));

/* A payment as its row has it, and its order's buyer. */
struct ledger_payment {
	int64_t order, amount, at_ms, units;
	struct events_text txn, fate, user;
};

/* Sees a row; returns false to see no more. */
typedef bool ledger_payment_cb(void *owner, const struct ledger_payment *payment);

/* Shows the payments of an order, oldest first. */
enum verdict ledger_payments_of(struct tools *tools, const char *item, int64_t seq,
				ledger_payment_cb *cb, void *owner)
	__attribute__((warn_unused_result));

/* Sees an event; returns false to see no more. */
typedef bool ledger_event_cb(void *owner, const struct feed_event *event);

/* Shows the events beyond `after`, at most `limit`, in their order. */
enum verdict ledger_events(struct tools *tools, const char *item, int64_t after, int64_t limit,
			   ledger_event_cb *cb, void *owner) __attribute__((warn_unused_result));

/* What one statement says of an item: its row, and how many rows others have. */
struct ledger_item {
	bool is_there; /* it has a row */
	struct events_item state;
	int64_t orders, payments, poison;
};

/* Reads it. */
enum verdict ledger_read_item(struct tools *tools, const char *item, struct ledger_item *row)
	__attribute__((warn_unused_result));

/*
 * A page for the audit: at most `limit` orders beyond `after` and, from the same instant, the seq
 * of the newest event that SQL holds. *cursor is untouched when there is no row.
 */
enum verdict ledger_page_orders(struct tools *tools, const char *item, int64_t after, int64_t limit,
				ledger_order_cb *cb, void *owner, int64_t *cursor)
	__attribute__((warn_unused_result));

/* The same for payments, by their ids; `after` is empty for the first page. */
enum verdict ledger_page_payments(struct tools *tools, const char *item, struct events_text after,
				  int64_t limit, ledger_payment_cb *cb, void *owner,
				  int64_t *cursor) __attribute__((warn_unused_result));

/* Sees a buyer's units; returns false to see no more. */
typedef bool ledger_buyer_cb(void *owner, struct events_text user, int64_t units);

/* Shows the named buyers beyond `after` who have units held or paid in an epoch, by their names. */
enum verdict ledger_page_buyers(struct tools *tools, const char *item, int64_t epoch,
				struct events_text after, int64_t limit, ledger_buyer_cb *cb,
				void *owner) __attribute__((warn_unused_result));

/* Sees a name, NUL-terminated. */
typedef void ledger_name_cb(void *owner, const char *item);

/* Shows the names of all items that SQL knows. */
enum verdict ledger_items(struct tools *tools, ledger_name_cb *cb, void *owner)
	__attribute__((warn_unused_result));

/* An event that was set aside. */
struct ledger_poison {
	int64_t seq;
	struct events_text kind, words, why;
};

/* Sees the first one of an item. */
typedef void ledger_poison_cb(void *owner, const struct ledger_poison *poison);

/* Shows the first event of the item that was set aside, if there is one. */
enum verdict ledger_first_poison(struct tools *tools, const char *item, ledger_poison_cb *cb,
				 void *owner) __attribute__((warn_unused_result));

#endif
