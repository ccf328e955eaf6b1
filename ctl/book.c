/*
 * book.c - an item as its event log says it must be; see book.h.
 *
 * Orders come in order of their seq, so they lie in blocks in that order and are found by halving.
 * Blocks never move: an order's place is good for the book's life.
 */
#include "ctl/book.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/seal.h"
#include "common/xmalloc.h"
#include "ctl/table.h"

enum { BLOCK_ORDERS = 4096 };

struct book {
	struct events_item item;
	unsigned char key[SEAL_SHORT_KEY_BYTES];
	struct book_order **blocks;
	size_t block_count, block_room, order_count, held;
	struct table *buyers; /* hash to units */
	size_t buyer_count;   /* those with units */
	struct table *payment_places;
	struct book_payment *payments;
	size_t payment_count, payment_room;
};

struct book *book_open(void)
{
	struct book *book = xcalloc(1, sizeof(*book));

	ssize_t got = getrandom(book->key, sizeof(book->key), 0);

	assert(got == (ssize_t)sizeof(book->key)); /* so few bytes come whole */
	book->buyers = table_open();
	book->payment_places = table_open();
	return book;
}

void book_close(struct book *book)
{
	if (book == NULL)
		return;
	for (size_t i = 0; i < book->block_count; i++)
		free(book->blocks[i]);
	free(book->blocks);
	table_close(book->buyers);
	table_close(book->payment_places);
	free(book->payments);
	free(book);
}

const struct events_item *book_item(const struct book *book)
{
	return &book->item;
}

uint64_t book_hash(const struct book *book, struct events_text text)
{
	unsigned char hash[SEAL_SHORT_BYTES];
	uint64_t value;

	if (text.size == 0)
		return 0;
	seal_hash_short(hash, text.at, text.size, book->key);
	memcpy(&value, hash, sizeof(value));
	return value;
}

size_t book_orders(const struct book *book)
{
	return book->order_count;
}

size_t book_held(const struct book *book)
{
	return book->held;
}

struct book_order *book_order_at(struct book *book, size_t i)
{
	return &book->blocks[i / BLOCK_ORDERS][i % BLOCK_ORDERS];
}

struct book_order *book_find(struct book *book, int64_t seq)
{
	size_t low = 0, high = book->order_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (book_order_at(book, middle)->order.seq < seq)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == book->order_count || book_order_at(book, low)->order.seq != seq)
		return NULL;
	return book_order_at(book, low);
}

static struct book_order *add_order(struct book *book)
{
	if (book->order_count == book->block_count * BLOCK_ORDERS) {
		if (book->block_count == book->block_room) {
			book->block_room = book->block_room == 0 ? 16 : 2 * book->block_room;
			book->blocks =
				xrealloc(book->blocks, book->block_room * sizeof(*book->blocks));
		}
		book->blocks[book->block_count++] = xcalloc(BLOCK_ORDERS, sizeof(**book->blocks));
	}
	return book_order_at(book, book->order_count++);
}

size_t book_buyers(const struct book *book)
{
	return book->buyer_count;
}

int64_t book_buyer(const struct book *book, struct events_text user)
{
	const int64_t *units = table_get(book->buyers, book_hash(book, user));

	return units == NULL ? 0 : *units;
}

/* Units go to a buyer of the running epoch, or come back. */
static void move_units(struct book *book, const struct book_order *order, int64_t units)
{
	int64_t *has;

	if (order->user == 0 || units == 0 || order->order.epoch != book->item.epoch)
		return;
	has = table_put(book->buyers, order->user);
	book->buyer_count -= *has > 0;
	*has += units;
	book->buyer_count += *has > 0;
}

size_t book_payments(const struct book *book)
{
	return book->payment_count;
}

static struct book_payment *find_payment(const struct book *book, uint64_t txn)
{
	const int64_t *place = table_get(book->payment_places, txn);

	return place == NULL ? NULL : &book->payments[*place];
}

const struct book_payment *book_payment(const struct book *book, struct events_text txn)
{
	return find_payment(book, book_hash(book, txn));
}

static struct book_payment *add_payment(struct book *book, uint64_t txn)
{
	if (book->payment_count == book->payment_room) {
		book->payment_room = book->payment_room == 0 ? 64 : 2 * book->payment_room;
		book->payments =
			xrealloc(book->payments, book->payment_room * sizeof(*book->payments));
	}
	*table_put(book->payment_places, txn) = (int64_t)book->payment_count;
	book->payments[book->payment_count] = (struct book_payment){ .txn = txn };
	return &book->payments[book->payment_count++];
}

/* Does the order own its units in this state? */
static bool owns(enum events_state state)
{
	return state == EVENTS_HELD || state == EVENTS_IS_PAID;
}

/* What the log says of a payment, besides what it does to its order. NULL, or why not. */
static const char *check_payment(const struct book *book, const struct events_event *event)
{
	const struct book_payment *payment = find_payment(book, book_hash(book, event->txn));

	if (event->kind == EVENTS_PAID || event->kind == EVENTS_DUE)
		return payment == NULL ? NULL : "this payment came before";
	if (event->kind != EVENTS_REFUNDED)
		return NULL;
	if (payment == NULL)
		return "no such payment came";
	if (payment->order != event->order || payment->amount != event->amount)
		return "the payment that is given back is of another order or amount";
	if (payment->fate == RECORD_REFUNDED)
		return "this payment was given back before";
	if ((payment->fate == RECORD_PAID) != (event->units > 0))
		return "units come back by a payment that bought none, or do not come back";
	return NULL;
}

static void take_payment(struct book *book, const struct book_order *order,
			 const struct events_event *event)
{
	uint64_t txn = book_hash(book, event->txn);
	struct book_payment *payment;

	if (event->kind == EVENTS_REFUNDED) {
		payment = find_payment(book, txn);
		payment->fate = RECORD_REFUNDED;
		payment->at_ms = event->at_ms;
		return;
	}
	payment = add_payment(book, txn);
	payment->fate = event->kind == EVENTS_PAID ? RECORD_PAID : RECORD_DUE;
	payment->order = event->order;
	payment->amount = event->amount;
	payment->at_ms = event->at_ms;
	if (event->epoch == 0) /* the order's record had left Redis: its facts were not known */
		return;
	payment->units = order->order.units;
	payment->epoch = order->order.epoch;
	payment->user = order->user;
}

/* What an event that was applied changes beside the moves of core/events.h. */
static void take_order(struct book *book, struct book_order *order, enum events_state before,
		       const struct events_event *event)
{
	enum events_state after = order->order.state;

	book->held += (size_t)(after == EVENTS_HELD);
	book->held -= (size_t)(before == EVENTS_HELD);
	if (event->kind == EVENTS_CREATED) {
		order->user = book_hash(book, event->user);
		order->key = book_hash(book, event->key);
	}
	move_units(book, order, (owns(after) - owns(before)) * order->order.units);
	if (event->kind == EVENTS_CREATED)
		return;
	if (event->kind == EVENTS_PAID ||
	    (event->kind == EVENTS_DUE && event->epoch != 0 &&
	     (after == EVENTS_IS_EXPIRED || after == EVENTS_IS_CANCELLED)))
		order->txn = book_hash(book, event->txn);
	if (before == EVENTS_HELD)
		order->ended_seq = event->seq;
	if (event->epoch != 0)
		order->last_seq = event->seq;
	if (event->txn.size > 0)
		take_payment(book, order, event);
}

static void take_opening(struct book *book)
{
	table_close(book->buyers);
	book->buyers = table_open();
	book->buyer_count = 0;
}

const char *book_apply(struct book *book, const struct events_event *event)
{
	const bool is_about_order = events_is_about_order(event);
	struct book_order none = { .order = { .seq = 0 } };
	struct book_order *order = is_about_order ? book_find(book, event->order) : NULL;
	enum events_state before = order == NULL ? EVENTS_NO_ORDER : order->order.state;
	const char *why = is_about_order ? check_payment(book, event) : NULL;

	if (why != NULL)
		return why;
	if (order == NULL)
		order = &none;
	switch (events_apply(&book->item, &order->order, event, &why)) {
	case EVENTS_APPLIED:
		break;
	case EVENTS_OLD:
		return "it was applied before";
	case EVENTS_GAP:
		return "events are missing before it";
	case EVENTS_ILLEGAL:
		return why;
	}
	if (order == &none && event->kind == EVENTS_CREATED) {
		order = add_order(book);
		*order = none;
	}
	if (is_about_order)
		take_order(book, order, before, event);
	else if (event->kind == EVENTS_OPENED)
		take_opening(book);
	return NULL;
}
