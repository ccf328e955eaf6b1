/*
 * book.h - an item as its event log says it must be, in memory, order by order.
 *
 * The audit folds the log into a book (core/events.h does the moves) and compares everything else
 * with it. A book goes forward only, one event at a time, so it can follow a live sale: whatever
 * was read at the seq at which the book stands must agree with it exactly.
 *
 * Texts are kept as 64-bit keyed hashes (SipHash-2-4, a new random key for each book), so that
 * nobody can choose names that collide. Memory: 120 bytes an order, and at most 32 a buyer and
 * 128 a payment.
 *
 * Layer: above core and seal. No I/O.
 */
#ifndef PENSTOCK_CTL_BOOK_H
#define PENSTOCK_CTL_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/events.h"
#include "ctl/record.h"

struct book;

/* Where an order was seen during a comparison; flags. */
enum book_seen {
	BOOK_IN_ORDERS = 1,
	BOOK_IN_UNPAID = 2,
	BOOK_IN_FINISHED = 4,
	BOOK_IN_REQUESTS = 8,
	BOOK_IN_SQL = 16,
	BOOK_IN_STATLOG = 32,
};

struct book_order {
	struct events_order order;
	uint64_t user, key, txn; /* hashes; of an empty text: 0 */
	int64_t ended_seq;       /* the event by which it was held no more; 0: none */
	int64_t last_seq;        /* the newest event about it but `created`; 0: none */
	unsigned seen;           /* an or of enum book_seen; the audit's own */
};

struct book_payment {
	uint64_t txn; /* its hash */
	int64_t order, amount, at_ms, units, epoch;
	uint64_t user;
	enum record_fate fate;
};

/* An empty book. */
struct book *book_open(void);

/* Ends it. NULL is allowed. */
void book_close(struct book *book);

/*
 * Applies the next event. NULL; or a constant sentence that says which rule it breaks, and then the
 * book is as it was.
 */
const char *book_apply(struct book *book, const struct events_event *event)
	__attribute__((warn_unused_result));

/* The item's counts; borrowed, as they are now. */
const struct events_item *book_item(const struct book *book);

/* The hash of a text, as it stands in orders and payments. */
uint64_t book_hash(const struct book *book, struct events_text text);

/* How many orders there are, of all epochs. */
size_t book_orders(const struct book *book);

/* How many of them are held. */
size_t book_held(const struct book *book);

/* The order of place `i`, in order of their seq; for the caller to mark. */
struct book_order *book_order_at(struct book *book, size_t i);

/* The order of this seq; NULL when there is none. */
struct book_order *book_find(struct book *book, int64_t seq);

/* How many buyers have units in the running epoch. */
size_t book_buyers(const struct book *book);

/* A named buyer's units in the running epoch. */
int64_t book_buyer(const struct book *book, struct events_text user);

/* How many payments came. */
size_t book_payments(const struct book *book);

/* The payment of this id; NULL when none came. */
const struct book_payment *book_payment(const struct book *book, struct events_text txn);

#endif
