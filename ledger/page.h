/*
 * page.h - the orders that a batch of events is about, by item and number.
 *
 * An order is on the page from its creation in this batch, or because it was read from SQL; events
 * move it here, and what was touched is written once, however often it moved.
 *
 * Layer: above core/events; below book.
 */
#ifndef PENSTOCK_LEDGER_PAGE_H
#define PENSTOCK_LEDGER_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/events.h"

struct page;

struct page_order {
	size_t item; /* which one, as the caller counts them */
	struct events_order order;
	struct events_text user, key; /* of a new one; borrowed */
	struct events_text txn;       /* when `has_txn`; borrowed */
	bool is_new;                  /* created by this batch */
	bool is_touched;              /* differs from what SQL holds */
	bool has_txn;                 /* the order's payment was named by this batch */
};

/* An empty one. */
struct page *page_open(void);

/* Ends it. NULL is allowed. */
void page_close(struct page *page);

/* Empties it and makes room for `orders` orders. */
void page_clear(struct page *page, size_t orders);

/* The order with this number, or NULL. Borrowed until page_clear(). */
struct page_order *page_find(struct page *page, size_t item, int64_t seq);

/* The same, made all zero but for `item` if it is not there; there must be room. */
struct page_order *page_take(struct page *page, size_t item, int64_t seq);

/* How many there are. */
size_t page_count(const struct page *page);

/* An order by its place, 0 to count - 1, in the order in which they came. Borrowed. */
struct page_order *page_at(struct page *page, size_t place);

#endif
