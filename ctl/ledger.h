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

/* A payment as its row has it. */
struct ledger_payment {
	int64_t order, amount, at_ms, units;
	struct events_text txn, fate;
};

/* Sees a row; returns false to see no more. */
typedef bool ledger_payment_cb(void *owner, const struct ledger_payment *payment);

/* Shows the payments of an order, oldest first. */
enum verdict ledger_payments_of(struct tools *tools, const char *item, int64_t seq,
				ledger_payment_cb *cb, void *owner)
	__attribute__((warn_unused_result));

#endif
