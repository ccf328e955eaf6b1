/*
 * rebuild_rows.c - the ledger's rows become records, entries and deadlines; see rebuild_parts.h.
 *
 * A page of rows is read, then sent: no statement stays open while Redis is asked. A page that is
 * of a later seq than the one begun with means that the ledger has recorded more: begin again.
 *
 * Orders that ended long ago are not written: Redis would let them go at once, and the ledger
 * answers for them. Their keys are, for ever. Paid orders that count in the item's group are, too,
 * for rebuild.lua counts what is written; trim.lua lets them go again, and the count stays. Who won
 * the draw of this sale is told by the orders' keys, which no client can choose.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/keys.h"
#include "common/xmalloc.h"
#include "ctl/ledger.h"
#include "ctl/rebuild_parts.h"

enum { PAGE_ROWS = 500, RECORD_BYTES = 400, NAME_BYTES = 72, DIGITS_BYTES = 24 };

static const int64_t keep_ms = 3600000; /* ended within the hour: its buyer may be looking */

/* A row as texts, ready to be sent. */
struct order_texts {
	int64_t seq;
	bool is_held, is_kept, is_won;
	char number[DIGITS_BYTES], record[RECORD_BYTES], deadline[DIGITS_BYTES],
		score[DIGITS_BYTES];
	char key[NAME_BYTES], entry[RECORD_BYTES];
	char user[NAME_BYTES], won[2 * DIGITS_BYTES];
};

struct order_page {
	struct rebuild *rebuild;
	struct order_texts rows[PAGE_ROWS];
	size_t count;
};

static void write_record(char into[RECORD_BYTES], const struct ledger_order *row)
{
	const struct events_order *order = &row->order;

	snprintf(into, RECORD_BYTES,
		 "%s|%" PRId64 "|%" PRId64 "|%" PRId64 "|%" PRId64 "|%" PRId64 "|%.*s|%.*s|%" PRId64
		 "|%.*s",
		 events_state_word(order->state), order->units, order->amount, order->created_ms,
		 order->deadline_ms, order->epoch, (int)row->user.size, row->user.at,
		 (int)row->key.size, row->key.at, order->moved_ms, (int)row->txn.size, row->txn.at);
}

/* Does the order count in the item's group? Held ones are written in any case. */
static bool is_counted(const struct rebuild *rebuild, const struct ledger_order *row,
		       int64_t now_ms)
{
	return row->order.state == EVENTS_IS_PAID && row->user.size > 0 &&
	       row->order.created_ms + rebuild->group_ms > now_ms;
}

static bool take_order(void *owner, const struct ledger_order *row)
{
	struct order_page *page = owner;
	struct order_texts *texts = &page->rows[page->count++];
	const struct events_order *order = &row->order;
	const struct book_order *own = book_find(page->rebuild->audit.book, order->seq);
	const struct events_item *item = book_item(page->rebuild->audit.book);
	int64_t now_ms =
		page->rebuild->now_ms > item->last_ms ? page->rebuild->now_ms : item->last_ms;

	texts->seq = order->seq;
	texts->is_held = order->state == EVENTS_HELD;
	texts->is_kept = texts->is_held || order->moved_ms + keep_ms > now_ms ||
			 is_counted(page->rebuild, row, now_ms);
	texts->is_won = order->epoch == item->epoch && row->user.size > 0 &&
			keys_request_is_reserved(row->key.at, row->key.size);
	snprintf(texts->number, DIGITS_BYTES, "%" PRId64, order->seq);
	snprintf(texts->deadline, DIGITS_BYTES, "%" PRId64, order->deadline_ms);
	snprintf(texts->score, DIGITS_BYTES, "%" PRId64, own == NULL ? 0 : own->last_seq);
	snprintf(texts->key, NAME_BYTES, "%.*s", (int)row->key.size, row->key.at);
	snprintf(texts->entry, RECORD_BYTES, "%" PRId64 "|%" PRId64 "|%" PRId64 "|%.*s", order->seq,
		 order->deadline_ms, order->units, (int)row->user.size, row->user.at);
	snprintf(texts->user, NAME_BYTES, "%.*s", (int)row->user.size, row->user.at);
	snprintf(texts->won, sizeof(texts->won), "%" PRId64 "|%" PRId64, order->seq,
		 order->deadline_ms);
	write_record(texts->record, row);
	return page->count < PAGE_ROWS;
}

/* The batches that orders go into. */
struct order_batches {
	struct rebuild_batch orders, requests, unpaid, finished, entrants;
};

static enum rebuild_result send_order(struct rebuild *rebuild, struct order_batches *batches,
				      const struct order_texts *texts, enum verdict *verdict)
{
	struct rebuild_batch *second = texts->is_held ? &batches->unpaid : &batches->finished;
	const char *score = texts->is_held ? texts->deadline : texts->score;
	enum rebuild_result result =
		rebuild_add(rebuild, &batches->requests, texts->key, texts->entry, verdict);

	rebuild->keys++;
	if (result == REBUILD_DONE && texts->is_won)
		result = rebuild_add(rebuild, &batches->entrants, texts->user, texts->won, verdict);
	if (!texts->is_kept)
		return result;
	rebuild->orders++;
	*(texts->is_held ? &rebuild->deadlines : &rebuild->finished) += 1;
	if (result == REBUILD_DONE)
		result = rebuild_add(rebuild, &batches->orders, texts->number, texts->record,
				     verdict);
	if (result == REBUILD_DONE)
		result = rebuild_add(rebuild, second, texts->number, score, verdict);
	return result;
}

/* Reads a page of orders: REBUILD_AGAIN if it is of a later seq than the book. */
static enum rebuild_result read_orders(struct rebuild *rebuild, struct order_page *page,
				       int64_t after, enum verdict *verdict)
{
	int64_t cursor = rebuild->from;

	page->count = 0;
	*verdict = ledger_page_orders(rebuild->tools, rebuild->audit.item, after, PAGE_ROWS,
				      take_order, page, &cursor);
	if (*verdict != VERDICT_DONE)
		return REBUILD_REFUSED;
	return cursor == rebuild->from ? REBUILD_DONE : REBUILD_AGAIN;
}

static enum rebuild_result send_orders(struct rebuild *rebuild, struct order_batches *batches,
				       enum verdict *verdict)
{
	struct order_page *page = xmalloc(sizeof(*page));
	enum rebuild_result result;
	int64_t after = 0;

	page->rebuild = rebuild;
	do {
		result = read_orders(rebuild, page, after, verdict);
		for (size_t i = 0; i < page->count && result == REBUILD_DONE; i++)
			result = send_order(rebuild, batches, &page->rows[i], verdict);
		if (page->count > 0)
			after = page->rows[page->count - 1].seq;
	} while (result == REBUILD_DONE && page->count == PAGE_ROWS);
	free(page);
	return result;
}

static enum rebuild_result rebuild_orders(struct rebuild *rebuild, enum verdict *verdict)
{
	struct order_batches batches = {
		.orders = { .part = "orders" },
		.requests = { .part = "requests" },
		.unpaid = { .part = "unpaid" },
		.finished = { .part = "finished" },
		.entrants = { .part = "entrants" },
	};
	struct rebuild_batch *const all[] = { &batches.orders, &batches.requests, &batches.unpaid,
					      &batches.finished, &batches.entrants };
	enum rebuild_result result = send_orders(rebuild, &batches, verdict);

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (result == REBUILD_DONE)
			result = rebuild_flush(rebuild, all[i], verdict);
		rebuild_batch_end(all[i]);
	}
	return result;
}

/* Pairs of texts, kept until their page is read. */
struct pair_page {
	struct rebuild *rebuild;
	char fields[PAGE_ROWS][NAME_BYTES];
	char values[PAGE_ROWS][RECORD_BYTES];
	size_t count;
};

static bool take_buyer(void *owner, struct events_text user, int64_t units)
{
	struct pair_page *page = owner;

	snprintf(page->fields[page->count], NAME_BYTES, "%.*s", (int)user.size, user.at);
	snprintf(page->values[page->count++], RECORD_BYTES, "%" PRId64, units);
	return page->count < PAGE_ROWS;
}

static bool take_payment(void *owner, const struct ledger_payment *payment)
{
	struct pair_page *page = owner;
	const struct book_payment *own = book_payment(page->rebuild->audit.book, payment->txn);
	int64_t epoch = own == NULL ? 0 : own->epoch;

	snprintf(page->fields[page->count], NAME_BYTES, "%.*s", (int)payment->txn.size,
		 payment->txn.at);
	snprintf(page->values[page->count++], RECORD_BYTES,
		 "%" PRId64 "|%.*s|%" PRId64 "|%" PRId64 "|%" PRId64 "|%" PRId64 "|%.*s",
		 payment->order, (int)payment->fate.size, payment->fate.at, payment->amount,
		 payment->at_ms, payment->units, epoch, epoch == 0 ? 0 : (int)payment->user.size,
		 payment->user.at);
	return page->count < PAGE_ROWS;
}

/* Reads the page behind `after` (a field): buyers or payments. */
static enum verdict read_pairs(struct rebuild *rebuild, struct pair_page *page, bool are_buyers,
			       const char *after, int64_t *cursor)
{
	struct tools *tools = rebuild->tools;
	const struct events_text text = { after, strlen(after) };

	page->count = 0;
	if (are_buyers)
		return ledger_page_buyers(tools, rebuild->audit.item,
					  book_item(rebuild->audit.book)->epoch, text, PAGE_ROWS,
					  take_buyer, page);
	return ledger_page_payments(tools, rebuild->audit.item, text, PAGE_ROWS, take_payment, page,
				    cursor);
}

static enum rebuild_result send_pairs(struct rebuild *rebuild, struct rebuild_batch *batch,
				      bool are_buyers, int64_t *count, enum verdict *verdict)
{
	struct pair_page *page = xmalloc(sizeof(*page));
	enum rebuild_result result = REBUILD_DONE;
	char after[NAME_BYTES] = "";
	int64_t cursor = rebuild->from;

	page->rebuild = rebuild;
	do {
		*verdict = read_pairs(rebuild, page, are_buyers, after, &cursor);
		if (*verdict != VERDICT_DONE)
			result = REBUILD_REFUSED;
		else if (cursor != rebuild->from)
			result = REBUILD_AGAIN;
		for (size_t i = 0; i < page->count && result == REBUILD_DONE; i++)
			result = rebuild_add(rebuild, batch, page->fields[i], page->values[i],
					     verdict);
		*count += (int64_t)page->count;
		if (page->count > 0)
			memcpy(after, page->fields[page->count - 1], sizeof(after));
	} while (result == REBUILD_DONE && page->count == PAGE_ROWS);
	if (result == REBUILD_DONE)
		result = rebuild_flush(rebuild, batch, verdict);
	free(page);
	return result;
}

enum rebuild_result rebuild_rows(struct rebuild *rebuild, enum verdict *verdict)
{
	struct rebuild_batch buyers = { .part = "buyers" }, payments = { .part = "payments" };
	enum rebuild_result result = rebuild_orders(rebuild, verdict);

	if (result == REBUILD_DONE)
		result = send_pairs(rebuild, &buyers, true, &rebuild->buyers, verdict);
	if (result == REBUILD_DONE)
		result = send_pairs(rebuild, &payments, false, &rebuild->payments, verdict);
	rebuild_batch_end(&buyers);
	rebuild_batch_end(&payments);
	return result;
}
