/*
 * rows.c - the statements, each a constant beside the function that runs it; see rows.h.
 *
 * Only one differs between the databases: a list of numbers is a JSON array to SQLite and an array
 * to PostgreSQL.
 */
#include "ledger/rows.h"

#include <stdio.h>
#include <string.h>

enum { POISON_BYTES = 4000, POISON_KIND_BYTES = 100 };

static const char get_items[] =
	"SELECT item, seq, epoch, total, held, paid, outside, last_ms, opened_ms, told FROM items"
	" ORDER BY item";
static const char count_poison[] = "SELECT count(*) FROM poison";

#define ORDER_COLUMNS                                                                              \
	"seq, state, units, amount, created_ms, deadline_ms, epoch, moved_ms, refund_due"

/* As its buyer sees it: due is the payment that the record names, if the order has ended. */
static const char get_order[] =
	"SELECT seq, state, units, amount, created_ms, deadline_ms, epoch, moved_ms,"
	" (SELECT count(*) FROM payments p WHERE p.item = o.item AND p.txn = o.txn"
	" AND p.fate = 'due' AND o.state IN ('expired', 'cancelled'))"
	" FROM orders o WHERE item = $1 AND seq = $2";
static const char get_orders_sqlite[] =
	"SELECT " ORDER_COLUMNS " FROM orders WHERE item = $1"
	" AND seq IN (SELECT value FROM json_each('[' || $2 || ']'))";
static const char get_orders_postgres[] = "SELECT " ORDER_COLUMNS " FROM orders WHERE item = $1"
					  " AND seq = ANY (string_to_array($2, ',')::bigint[])";

static const char put_event[] =
	"INSERT INTO events (item, seq, kind, words) VALUES ($1, $2, $3, $4)";
static const char put_poison[] =
	"INSERT INTO poison (item, seq, kind, words, why) VALUES ($1, $2, $3, $4, $5)";
static const char put_payment[] =
	"INSERT INTO payments (item, txn, order_seq, fate, amount, at_ms, units)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7)";
static const char refund_payment[] =
	"UPDATE payments SET fate = 'refunded', at_ms = $3 WHERE item = $1 AND txn = $2";
static const char put_order[] =
	"INSERT INTO orders (item, seq, epoch, state, units, amount, created_ms, deadline_ms,"
	" user_name, request_key, moved_ms, txn, refund_due)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
static const char move_order[] =
	"UPDATE orders SET state = $3, moved_ms = $4, refund_due = $5, txn = coalesce($6, txn)"
	" WHERE item = $1 AND seq = $2";
static const char put_item[] =
	"INSERT INTO items (item, seq, epoch, total, held, paid, outside, last_ms, opened_ms, told)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
	" ON CONFLICT (item) DO UPDATE SET seq = excluded.seq, epoch = excluded.epoch,"
	" total = excluded.total, held = excluded.held, paid = excluded.paid,"
	" outside = excluded.outside, last_ms = excluded.last_ms, opened_ms = excluded.opened_ms,"
	" told = excluded.told";
static const char nothing[] = "SELECT 1";

static struct db_value text_value(const char *text)
{
	return DB_STR(text, strlen(text));
}

static struct db_value piece_value(struct events_text text)
{
	return DB_STR(text.at, text.size);
}

static bool on_item(void *owner, const struct db_value *columns, size_t count)
{
	struct roster_item *item = NULL;

	(void)count;
	if (keys_item_is_valid(columns[0].text, columns[0].size))
		item = roster_take(owner, columns[0].text, columns[0].size);
	if (!item)
		return true;
	item->state = (struct events_item){
		.seq = columns[1].number,
		.epoch = columns[2].number,
		.total = columns[3].number,
		.held = columns[4].number,
		.paid = columns[5].number,
		.outside = columns[6].number,
		.last_ms = columns[7].number,
		.opened_ms = columns[8].number,
	};
	item->told = item->kept = columns[9].number;
	return true;
}

enum db_result rows_load_items(struct db *db, struct roster *roster)
{
	return db_query(db, get_items, NULL, 0, on_item, roster);
}

static bool on_count(void *owner, const struct db_value *columns, size_t count)
{
	(void)count;
	*(int64_t *)owner = columns[0].number;
	return true;
}

enum db_result rows_count_poison(struct db *db, int64_t *count)
{
	*count = 0;
	return db_query(db, count_poison, NULL, 0, on_count, count);
}

/* A row of ORDER_COLUMNS. */
static struct events_order read_order(const struct db_value *columns)
{
	struct events_order order = {
		.seq = columns[0].number,
		.units = columns[2].number,
		.amount = columns[3].number,
		.created_ms = columns[4].number,
		.deadline_ms = columns[5].number,
		.epoch = columns[6].number,
		.moved_ms = columns[7].number,
		.refund_due = columns[8].number,
	};

	if (!events_state_parse(columns[1].text, columns[1].size, &order.state))
		order.state = EVENTS_NO_ORDER;
	return order;
}

struct loading {
	struct page *page;
	size_t place;
};

static bool on_page_order(void *owner, const struct db_value *columns, size_t count)
{
	struct loading *loading = owner;
	struct events_order order = read_order(columns);

	(void)count;
	page_take(loading->page, loading->place, order.seq)->order = order;
	return true;
}

enum db_result rows_load_orders(struct db *db, const char *item, struct events_text numbers,
				struct page *page, size_t place)
{
	const struct db_value values[] = { text_value(item), piece_value(numbers) };
	struct loading loading = { page, place };

	return db_query(db, db_is_postgres(db) ? get_orders_postgres : get_orders_sqlite, values, 2,
			on_page_order, &loading);
}

static bool on_order(void *owner, const struct db_value *columns, size_t count)
{
	(void)count;
	*(struct events_order *)owner = read_order(columns);
	return true;
}

enum db_result rows_find_order(struct db *db, const char *item, int64_t seq,
			       struct events_order *order)
{
	const struct db_value values[] = { text_value(item), DB_INT(seq) };

	*order = (struct events_order){ .state = EVENTS_NO_ORDER };
	return db_query(db, get_order, values, 2, on_order, order);
}

enum db_result rows_add_event(struct db *db, const char *item, const struct events_event *event,
			      struct events_text words)
{
	const struct db_value values[] = { text_value(item), DB_INT(event->seq),
					   text_value(events_kind_word(event->kind)),
					   piece_value(words) };

	return db_run(db, put_event, values, 4);
}

/* Writes the text as plain ASCII, cut to `room` bytes; returns its length. */
static size_t clean(char *into, size_t room, struct events_text text)
{
	static const char hex[] = "0123456789abcdef";
	size_t used = 0;

	for (size_t i = 0; i < text.size && used + 4 <= room; i++) {
		unsigned char c = (unsigned char)text.at[i];

		if (c >= ' ' && c <= '~' && c != '\\') {
			into[used++] = (char)c;
			continue;
		}
		into[used++] = '\\';
		into[used++] = 'x';
		into[used++] = hex[c >> 4];
		into[used++] = hex[c & 15];
	}
	return used;
}

enum db_result rows_add_poison(struct db *db, const char *item, int64_t seq,
			       struct events_text kind, struct events_text words, const char *why)
{
	char clean_kind[POISON_KIND_BYTES], clean_words[POISON_BYTES], clean_why[POISON_BYTES];
	size_t kind_size = clean(clean_kind, sizeof(clean_kind), kind);
	size_t words_size = clean(clean_words, sizeof(clean_words), words);
	size_t why_size =
		clean(clean_why, sizeof(clean_why), (struct events_text){ why, strlen(why) });
	const struct db_value values[] = { text_value(item), DB_INT(seq),
					   DB_STR(clean_kind, kind_size),
					   DB_STR(clean_words, words_size),
					   DB_STR(clean_why, why_size) };

	return db_run(db, put_poison, values, 5);
}

enum db_result rows_write_payment(struct db *db, const char *item, const struct events_event *event,
				  const struct events_order *order)
{
	/* A payment that came after its order left Redis has neither epoch nor units. */
	const struct db_value values[] = {
		text_value(item),
		piece_value(event->txn),
		DB_INT(event->order),
		text_value(event->kind == EVENTS_PAID ? "paid" : "due"),
		DB_INT(event->amount),
		DB_INT(event->at_ms),
		DB_INT(event->epoch ? order->units : 0),
	};
	const struct db_value refund[] = { values[0], values[1], values[5] };

	if (event->kind == EVENTS_REFUNDED)
		return db_run(db, refund_payment, refund, 3);
	return db_run(db, put_payment, values, 7);
}

static enum db_result add_order(struct db *db, const char *item, const struct page_order *page)
{
	const struct events_order *order = &page->order;
	const struct db_value values[] = {
		text_value(item),          DB_INT(order->seq),
		DB_INT(order->epoch),      text_value(events_state_word(order->state)),
		DB_INT(order->units),      DB_INT(order->amount),
		DB_INT(order->created_ms), DB_INT(order->deadline_ms),
		piece_value(page->user),   piece_value(page->key),
		DB_INT(order->moved_ms),   page->has_txn ? piece_value(page->txn) : DB_STR("", 0),
		DB_INT(order->refund_due),
	};

	return db_run(db, put_order, values, 13);
}

enum db_result rows_write_order(struct db *db, const char *item, const struct page_order *page)
{
	const struct db_value values[] = {
		text_value(item),
		DB_INT(page->order.seq),
		text_value(events_state_word(page->order.state)),
		DB_INT(page->order.moved_ms),
		DB_INT(page->order.refund_due),
		page->has_txn ? piece_value(page->txn) : (struct db_value){ .kind = DB_NULL },
	};

	return page->is_new ? add_order(db, item, page) : db_run(db, move_order, values, 6);
}

enum db_result rows_write_item(struct db *db, const char *item, const struct events_item *state,
			       int64_t told)
{
	const struct db_value values[] = {
		text_value(item),       DB_INT(state->seq),     DB_INT(state->epoch),
		DB_INT(state->total),   DB_INT(state->held),    DB_INT(state->paid),
		DB_INT(state->outside), DB_INT(state->last_ms), DB_INT(state->opened_ms),
		DB_INT(told),
	};

	return db_run(db, put_item, values, 10);
}

enum db_result rows_keep_told(struct db *db, struct roster *roster)
{
	enum db_result result = DB_DONE;
	bool has_begun = false;

	for (size_t i = 0; i < roster_count(roster) && result == DB_DONE; i++) {
		const struct roster_item *item = roster_at(roster, i);

		if (item->told == item->kept)
			continue;
		if (!has_begun)
			result = db_begin(db);
		has_begun = true;
		if (result == DB_DONE)
			result = rows_write_item(db, item->name, &item->state, item->told);
	}
	if (!has_begun)
		return DB_DONE;
	if (result == DB_DONE)
		result = db_commit(db);
	if (result != DB_DONE)
		db_rollback(db);
	for (size_t i = 0; i < roster_count(roster) && result == DB_DONE; i++)
		roster_at(roster, i)->kept = roster_at(roster, i)->told;
	return result;
}

enum db_result rows_settle(struct db *db)
{
	return db_query(db, nothing, NULL, 0, NULL, NULL);
}
