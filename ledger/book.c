/*
 * book.c - folds a batch, writes it, and finds out which event a refusal is about; see book.h.
 *
 *   parse ─▶ begin ─▶ read the orders it is about ─▶ fold ─▶ write ─▶ commit
 *                ▲                                             │
 *                └── poison known: fold without it ◀── refused: try ever shorter beginnings
 *
 * Only a whole transaction says that it was refused (PostgreSQL tells it late, and orders are
 * written once at the end), so the event is searched for: the shortest beginning of the batch that
 * is refused ends with it. That costs a dozen transactions, taken back, for an event that never
 * comes unless somebody else writes into the tables.
 */
#include "ledger/book.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/xmalloc.h"
#include "ledger/page.h"
#include "ledger/rows.h"

enum { NUMBER_BYTES = 20, REFUSAL_BYTES = 300 };

struct book_event {
	size_t item; /* place among the batch's items */
	struct events_text kind, words;
	struct events_event event;
	const char *form; /* why it could not be taken apart; NULL: it could */
	char *refusal;    /* what the database said of it; NULL: nothing */
	const char *why;  /* poison in this fold: why; NULL: applied */
	struct page_order *order;
	bool is_dropped; /* behind a gap */
};

struct book_item {
	struct roster_item *item;
	int64_t told;             /* written with it */
	struct events_item state; /* after this batch */
	int64_t gap;              /* the seq behind it; 0: none */
};

struct book {
	struct roster *roster;
	struct book_event *events;
	size_t count, room;
	struct book_item items[ROSTER_MAX];
	size_t item_count;
	struct page *page;
	char *numbers; /* of orders, with commas; scratch */
	size_t numbers_room;
	struct book_counts counts;
	int64_t poison; /* in this fold */
};

struct book *book_open(struct roster *roster)
{
	struct book *book = xcalloc(1, sizeof(*book));

	book->roster = roster;
	book->page = page_open();
	return book;
}

void book_drop(struct book *book)
{
	for (size_t i = 0; i < book->count; i++)
		free(book->events[i].refusal);
	book->count = book->item_count = 0;
}

void book_close(struct book *book)
{
	if (!book)
		return;
	book_drop(book);
	page_close(book->page);
	free(book->events);
	free(book->numbers);
	free(book);
}

enum db_result book_start(struct book *book, struct db *db)
{
	enum db_result result;

	book_drop(book);
	roster_clear(book->roster);
	result = rows_load_items(db, book->roster);
	return result == DB_DONE ? rows_count_poison(db, &book->counts.poison) : result;
}

/* The place of an item among the batch's; the last one first, because events come in runs. */
static size_t book_item_place(struct book *book, struct roster_item *item)
{
	for (size_t i = book->item_count; i > 0; i--) {
		if (book->items[i - 1].item == item)
			return i - 1;
	}
	book->items[book->item_count] = (struct book_item){ .item = item };
	return book->item_count++;
}

void book_add(struct book *book, struct roster_item *item, int64_t seq, struct events_text kind,
	      struct events_text words)
{
	if (book->count == book->room) {
		book->room = book->room ? book->room * 2 : 1024;
		book->events = xrealloc(book->events, book->room * sizeof(*book->events));
	}
	struct book_event *event = &book->events[book->count++];

	*event = (struct book_event){ .item = book_item_place(book, item),
				      .kind = kind,
				      .words = words };
	if (events_parse(seq, kind, words, &event->event, &event->form))
		event->form = NULL;
	event->event.seq = seq;
}

size_t book_size(const struct book *book)
{
	return book->count;
}

struct book_counts book_counts(const struct book *book)
{
	return book->counts;
}

/* -- folding ---------------------------------------------------------------------------------- */

/* Is the event about an order that SQL may hold? */
static bool book_wants_order(const struct book_event *event)
{
	return !event->form && event->event.kind != EVENTS_CREATED &&
	       events_is_about_order(&event->event);
}

/* Reads the orders that the first `limit` events of an item are about. */
static enum db_result book_read_orders(struct book *book, struct db *db, size_t place, size_t limit)
{
	size_t used = 0;

	if (limit * NUMBER_BYTES > book->numbers_room) {
		book->numbers_room = limit * NUMBER_BYTES;
		book->numbers = xrealloc(book->numbers, book->numbers_room);
	}
	for (size_t i = 0; i < limit; i++) {
		const struct book_event *event = &book->events[i];

		if (event->item == place && book_wants_order(event))
			used += (size_t)snprintf(book->numbers + used, NUMBER_BYTES, "%s%lld",
						 used ? "," : "", (long long)event->event.order);
	}
	if (used == 0)
		return DB_DONE;
	return rows_load_orders(db, book->items[place].item->name,
				(struct events_text){ book->numbers, used }, book->page, place);
}

/* Notes what an applied event adds to its order beside the fold's own members. */
static void book_note_order(const struct book_event *event, enum events_state before)
{
	const struct events_event *said = &event->event;
	struct page_order *order = event->order;
	bool has_ended = before == EVENTS_IS_EXPIRED || before == EVENTS_IS_CANCELLED;

	order->is_touched = true;
	if (said->kind == EVENTS_CREATED) {
		order->is_new = true;
		order->user = said->user;
		order->key = said->key;
	} else if (said->kind == EVENTS_PAID ||
		   (said->kind == EVENTS_DUE && has_ended && said->epoch > 0)) {
		order->has_txn = true;
		order->txn = said->txn;
	}
}

/* Folds one event into its item's state; sets why, or is_dropped. */
static void book_fold_event(struct book *book, struct book_event *event)
{
	struct book_item *item = &book->items[event->item];
	enum events_verdict verdict = EVENTS_ILLEGAL;
	enum events_state before = EVENTS_NO_ORDER;

	event->order = NULL;
	event->why = event->form ? event->form : event->refusal;
	event->is_dropped = item->gap != 0;
	if (event->is_dropped)
		return;
	if (!event->form && events_is_about_order(&event->event)) {
		event->order = page_take(book->page, event->item, event->event.order);
		before = event->order->order.state;
	}
	if (event->why && event->event.seq <= item->state.seq + 1)
		verdict = event->event.seq <= item->state.seq ? EVENTS_OLD : EVENTS_ILLEGAL;
	else if (event->why)
		verdict = EVENTS_GAP;
	else
		verdict = events_apply(&item->state, event->order ? &event->order->order : NULL,
				       &event->event, &event->why);
	switch (verdict) {
	case EVENTS_APPLIED:
		event->why = NULL;
		if (event->order)
			book_note_order(event, before);
		break;
	case EVENTS_ILLEGAL:
		events_skip(&item->state, event->event.seq);
		book->poison++;
		break;
	case EVENTS_GAP:
		item->gap = event->event.seq;
		event->is_dropped = true;
		break;
	case EVENTS_OLD:
		event->is_dropped = true;
		break;
	}
}

static enum db_result book_fold(struct book *book, struct db *db, size_t limit)
{
	enum db_result result = DB_DONE;

	page_clear(book->page, limit);
	book->poison = 0;
	for (size_t i = 0; i < book->item_count && result == DB_DONE; i++) {
		book->items[i].state = book->items[i].item->state;
		book->items[i].gap = 0;
		book->items[i].told = book->items[i].item->told;
		result = book_read_orders(book, db, i, limit);
	}
	for (size_t i = 0; i < limit && result == DB_DONE; i++)
		book_fold_event(book, &book->events[i]);
	return result;
}

/* -- writing ---------------------------------------------------------------------------------- */

static enum db_result book_write_event(struct book *book, struct db *db,
				       const struct book_event *event)
{
	const char *item = book->items[event->item].item->name;
	enum db_result result;

	if (event->is_dropped)
		return DB_DONE;
	if (event->why)
		return rows_add_poison(db, item, event->event.seq, event->kind, event->words,
				       event->why);
	result = rows_add_event(db, item, &event->event, event->words);
	if (result == DB_DONE && event->event.txn.size > 0)
		result = rows_write_payment(db, item, &event->event, &event->order->order);
	return result;
}

static enum db_result book_write_rows(struct book *book, struct db *db, size_t limit)
{
	enum db_result result = DB_DONE;

	for (size_t i = 0; i < limit && result == DB_DONE; i++)
		result = book_write_event(book, db, &book->events[i]);
	for (size_t i = 0; i < page_count(book->page) && result == DB_DONE; i++) {
		const struct page_order *order = page_at(book->page, i);

		if (order->is_touched)
			result = rows_write_order(db, book->items[order->item].item->name, order);
	}
	for (size_t i = 0; i < book->item_count && result == DB_DONE; i++) {
		const struct book_item *item = &book->items[i];

		if (item->state.seq > item->item->state.seq)
			result = rows_write_item(db, item->item->name, &item->state, item->told);
	}
	return result;
}

/* Folds and writes the first `limit` events; commits them, or only looks whether they could be. */
static enum db_result book_attempt(struct book *book, struct db *db, size_t limit, bool keeps)
{
	enum db_result result = db_begin(db);

	if (result == DB_DONE)
		result = book_fold(book, db, limit);
	if (result == DB_DONE)
		result = book_write_rows(book, db, limit);
	if (result == DB_DONE)
		result = keeps ? db_commit(db) : rows_settle(db);
	if (result != DB_DONE || !keeps)
		db_rollback(db);
	return result;
}

/*
 * Finds the event that the database refuses, and marks it. DB_DONE: try the batch again;
 * DB_REFUSED: it is no event's fault.
 */
static enum db_result book_find_refused(struct book *book, struct db *db)
{
	size_t good = 0, bad = book->count;
	enum db_result result = book_attempt(book, db, 0, false);
	char said[REFUSAL_BYTES];

	while (result == DB_DONE && bad - good > 1) {
		size_t middle = good + (bad - good) / 2;

		result = book_attempt(book, db, middle, false);
		if (result == DB_DONE)
			good = middle;
		else if (result == DB_REFUSED)
			bad = middle, result = DB_DONE;
	}
	if (result != DB_DONE || book->events[bad - 1].refusal)
		return result == DB_DONE ? DB_REFUSED : result;
	result = book_attempt(book, db, bad, false);
	if (result != DB_REFUSED)
		return result;
	snprintf(said, sizeof(said), "refused: %s", db_error(db));
	book->events[bad - 1].refusal = xstrdup(said);
	return DB_DONE;
}

/* Who follows a purchase finds its key here, at the level debug. */
static void book_tell(const struct book *book, const struct book_event *event)
{
	const struct events_text *key = &event->event.key;

	if (event->event.kind == EVENTS_CREATED && !event->why && !event->is_dropped)
		log_line(LOG_DEBUG, "item %s: order %lld is recorded (key %.*s)",
			 book->items[event->item].item->name, (long long)event->event.seq,
			 (int)key->size, key->at);
}

/* The batch is on the disk: the roster learns of it. */
static void book_conclude(struct book *book)
{
	const struct book_event *first = NULL;

	for (size_t i = 0; i < book->count; i++) {
		book->counts.events += !book->events[i].is_dropped;
		book_tell(book, &book->events[i]);
		if (!first && book->events[i].why && !book->events[i].is_dropped)
			first = &book->events[i];
	}
	book->counts.batches++;
	book->counts.poison += book->poison;
	if (first)
		log_line(LOG_ERROR, "item %s: event %lld was set aside: %s (%lld in this batch)",
			 book->items[first->item].item->name, (long long)first->event.seq,
			 first->why, (long long)book->poison);
	for (size_t i = 0; i < book->item_count; i++) {
		struct roster_item *item = book->items[i].item;
		bool has_moved = book->items[i].state.seq > item->state.seq;

		item->state = book->items[i].state;
		item->kept = has_moved ? book->items[i].told : item->kept;
		if (book->items[i].gap)
			roster_set_trouble(item, ROSTER_GAP,
					   "not recorded: SQL holds events up to %lld, its stream "
					   "goes on with %lld, and what is between is missing",
					   (long long)item->state.seq,
					   (long long)book->items[i].gap);
		else if (has_moved && item->trouble == ROSTER_GAP)
			roster_set_trouble(item, ROSTER_WELL, NULL);
	}
}

enum db_result book_write(struct book *book, struct db *db)
{
	enum db_result result;

	if (book->count == 0)
		return DB_DONE;
	result = book_attempt(book, db, book->count, true);
	while (result == DB_REFUSED) {
		result = book_find_refused(book, db);
		if (result != DB_DONE)
			break;
		result = book_attempt(book, db, book->count, true);
	}
	if (result == DB_DONE)
		book_conclude(book);
	book_drop(book);
	return result;
}
