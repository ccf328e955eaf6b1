/*
 * audit_sql.c - the ledger's rows against the log; see audit_parts.h.
 *
 * A page of rows is one statement, and so are the seq of SQL's newest event and the rows: the book
 * is brought to just that seq before they are compared. How many rows there are is asked at the end
 * in the same way, so none can be missing and none too many.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/xmalloc.h"
#include "ctl/audit_parts.h"
#include "ctl/ledger.h"

enum { PAGE_ROWS = 1000 };

/* A row, kept until the book is at its page's seq. */
struct order_row {
	struct events_order order;
	uint64_t user, key, txn;
};

struct payment_row {
	struct ledger_payment payment; /* its texts are not valid any more */
	uint64_t txn;
	char name[KEYS_TXN_BYTES + 1];
	enum record_fate fate;
	bool has_fate;
};

struct order_page {
	struct audit *audit;
	struct order_row rows[PAGE_ROWS];
	size_t count;
};

struct payment_page {
	struct audit *audit;
	struct payment_row rows[PAGE_ROWS];
	size_t count;
};

static bool keep_order(void *owner, const struct ledger_order *row)
{
	struct order_page *page = owner;
	const struct book *book = page->audit->book;

	page->rows[page->count++] = (struct order_row){
		.order = row->order,
		.user = book_hash(book, row->user),
		.key = book_hash(book, row->key),
		.txn = book_hash(book, row->txn),
	};
	return page->count < PAGE_ROWS;
}

/* The first fact in which a row is not the log's; NULL: it is the same. */
static const char *other_fact(const struct order_row *row, const struct book_order *own)
{
	const struct events_order *a = &row->order, *b = &own->order;

	if (a->state != b->state)
		return "state";
	if (a->units != b->units)
		return "units";
	if (a->amount != b->amount)
		return "amount";
	if (a->epoch != b->epoch)
		return "epoch";
	if (a->created_ms != b->created_ms || a->deadline_ms != b->deadline_ms ||
	    a->moved_ms != b->moved_ms)
		return "times";
	if (a->refund_due != b->refund_due)
		return "refund_due";
	if (row->user != own->user)
		return "user";
	if (row->key != own->key)
		return "key";
	return row->txn != own->txn ? "txn" : NULL;
}

static enum verdict check_order(struct audit *audit, const struct order_row *row)
{
	struct book_order *own = book_find(audit->book, row->order.seq);
	const char *fact = own == NULL ? NULL : other_fact(row, own);

	if (own == NULL)
		return audit_note(audit, row->order.seq, row->order.seq,
				  "I7: SQL has an order %" PRId64 " that no event created",
				  row->order.seq);
	if (fact != NULL)
		return audit_note(audit, row->order.seq,
				  own->last_seq > 0 ? own->last_seq : row->order.seq,
				  "I7: order %" PRId64
				  " has another %s in SQL than by the log at event %" PRId64,
				  row->order.seq, fact, book_item(audit->book)->seq);
	own->seen |= BOOK_IN_SQL;
	audit->counts.sql_orders++;
	return VERDICT_DONE;
}

static enum verdict check_orders(struct audit *audit)
{
	struct order_page *page = xmalloc(sizeof(*page));
	enum verdict verdict = VERDICT_DONE;
	int64_t after = 0, cursor = 0;

	page->audit = audit;
	do {
		page->count = 0;
		verdict = ledger_page_orders(audit->tools, audit->item, after, PAGE_ROWS,
					     keep_order, page, &cursor);
		if (verdict == VERDICT_DONE && page->count > 0)
			verdict = audit_follow(audit, cursor);
		for (size_t i = 0; i < page->count && verdict == VERDICT_DONE; i++)
			verdict = check_order(audit, &page->rows[i]);
		if (page->count > 0)
			after = page->rows[page->count - 1].order.seq;
	} while (verdict == VERDICT_DONE && page->count == PAGE_ROWS);
	free(page);
	return verdict;
}

static bool keep_payment(void *owner, const struct ledger_payment *payment)
{
	struct payment_page *page = owner;
	struct payment_row *row = &page->rows[page->count++];

	row->payment = *payment;
	row->txn = book_hash(page->audit->book, payment->txn);
	snprintf(row->name, sizeof(row->name), "%.*s", (int)payment->txn.size, payment->txn.at);
	row->has_fate = record_read_fate(payment->fate, &row->fate);
	return page->count < PAGE_ROWS;
}

static enum verdict check_payment(struct audit *audit, const struct payment_row *row)
{
	const struct events_text name = { row->name, strlen(row->name) };
	const struct book_payment *own = book_payment(audit->book, name);
	const struct ledger_payment *payment = &row->payment;

	if (own == NULL)
		return audit_note(audit, payment->order, payment->order,
				  "I7: SQL has a payment %s that no event tells of", row->name);
	if (!row->has_fate || row->fate != own->fate || payment->order != own->order ||
	    payment->amount != own->amount || payment->at_ms != own->at_ms ||
	    payment->units != own->units)
		return audit_note(audit, own->order, own->order,
				  "I7: the payment %s is another in SQL than by the log at event "
				  "%" PRId64,
				  row->name, book_item(audit->book)->seq);
	audit->counts.sql_payments++;
	return VERDICT_DONE;
}

static enum verdict check_payments(struct audit *audit)
{
	struct payment_page *page = xmalloc(sizeof(*page));
	char after[KEYS_TXN_BYTES + 1] = "";
	enum verdict verdict;
	int64_t cursor = 0;

	page->audit = audit;
	do {
		page->count = 0;
		verdict = ledger_page_payments(audit->tools, audit->item,
					       (struct events_text){ after, strlen(after) },
					       PAGE_ROWS, keep_payment, page, &cursor);
		if (verdict == VERDICT_DONE && page->count > 0)
			verdict = audit_follow(audit, cursor);
		for (size_t i = 0; i < page->count && verdict == VERDICT_DONE; i++)
			verdict = check_payment(audit, &page->rows[i]);
		if (page->count > 0)
			memcpy(after, page->rows[page->count - 1].name, sizeof(after));
	} while (verdict == VERDICT_DONE && page->count == PAGE_ROWS);
	free(page);
	return verdict;
}

static void note_poison(void *owner, const struct ledger_poison *poison)
{
	struct audit *audit = owner;

	audit->verdict = audit_note(audit, 0, poison->seq,
				    "I5: the ledger set event %" PRId64 " (%.*s) aside: %.*s",
				    poison->seq, (int)poison->kind.size, poison->kind.at,
				    (int)poison->why.size, poison->why.at);
}

/* An order of the log that SQL should have and has not. */
static enum verdict note_missing_row(struct audit *audit, int64_t rows)
{
	for (size_t i = 0; i < book_orders(audit->book); i++) {
		const struct book_order *order = book_order_at(audit->book, i);

		if ((order->seen & BOOK_IN_SQL) == 0)
			return audit_note(audit, order->order.seq, order->order.seq,
					  "I7: order %" PRId64 " is in the log and not in SQL",
					  order->order.seq);
	}
	return audit_note(audit, 0, book_item(audit->book)->seq,
			  "I7: SQL has %" PRId64 " orders, the log made %zu", rows,
			  book_orders(audit->book));
}

static enum verdict check_counts(struct audit *audit, const struct ledger_item *row)
{
	const struct events_item *own = book_item(audit->book);

	if ((size_t)row->orders != book_orders(audit->book))
		return note_missing_row(audit, row->orders);
	if ((size_t)row->payments != book_payments(audit->book))
		return audit_note(audit, 0, own->seq,
				  "I7: SQL has %" PRId64 " payments, the log tells of %zu",
				  row->payments, book_payments(audit->book));
	if (row->state.epoch != own->epoch || row->state.total != own->total ||
	    row->state.held != own->held || row->state.paid != own->paid ||
	    row->state.outside != own->outside)
		return audit_note(
			audit, 0, own->seq,
			"I7: SQL's row of the item (total %" PRId64 ", held %" PRId64
			", paid %" PRId64 ", outside %" PRId64 ") is not the log's (%" PRId64
			", %" PRId64 ", %" PRId64 ", %" PRId64 ")",
			row->state.total, row->state.held, row->state.paid, row->state.outside,
			own->total, own->held, own->paid, own->outside);
	return VERDICT_DONE;
}

enum verdict audit_sql_rows(struct audit *audit)
{
	struct ledger_item row;
	enum verdict verdict = check_orders(audit);

	if (verdict == VERDICT_DONE)
		verdict = check_payments(audit);
	if (verdict == VERDICT_DONE)
		verdict = ledger_read_item(audit->tools, audit->item, &row);
	if (verdict == VERDICT_DONE)
		verdict = audit_follow(audit, row.state.seq);
	if (verdict != VERDICT_DONE)
		return verdict;
	audit->counts.rows_orders = row.orders;
	audit->counts.rows_payments = row.payments;
	return check_counts(audit, &row);
}

enum verdict audit_sql(struct audit *audit)
{
	struct ledger_item row;
	enum verdict verdict = ledger_read_item(audit->tools, audit->item, &row);

	if (verdict == VERDICT_DONE && row.poison > 0) {
		verdict = ledger_first_poison(audit->tools, audit->item, note_poison, audit);
		return verdict == VERDICT_DONE ? audit->verdict : verdict;
	}
	if (verdict == VERDICT_DONE && !row.is_there && row.orders + row.payments > 0)
		return audit_note(audit, 0, 0,
				  "I7: SQL has %" PRId64 " orders and %" PRId64
				  " payments of an item that it has no row of",
				  row.orders, row.payments);
	if (verdict == VERDICT_DONE)
		verdict = audit_admit(audit, row.is_there ? row.state.seq : 0);
	return verdict == VERDICT_DONE ? audit_sql_rows(audit) : verdict;
}
