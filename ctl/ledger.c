/*
 * ledger.c - what penstockctl reads of the ledger's database: orders and items; see ledger.h.
 *
 * Events, payments and poison are in ledger_log.c. The tables are the ledger's (docs/LEDGER.md).
 */
#include "ctl/ledger.h"

#include <assert.h>
#include <string.h>

#include "ctl/ledger_parts.h"
#include "ctl/say.h"

/* In the order in which take_order() reads them. */
#define ORDER_COLUMNS                                                                              \
	"seq, epoch, state, units, amount, created_ms, deadline_ms, moved_ms, user_name, "         \
	"request_key, txn, refund_due"

enum { ORDER_COLUMNS_COUNT = 12 };

static const char sql_orders[] =
	"SELECT " ORDER_COLUMNS " FROM orders WHERE item = $1 AND seq > $2"
	" AND ($3 = '' OR state = $3) AND ($4 = '' OR user_name = $4) ORDER BY seq LIMIT $5";

static const char sql_order[] = "SELECT " ORDER_COLUMNS " FROM orders WHERE item = $1 AND seq = $2";

static const char sql_page_orders[] =
	"SELECT " ORDER_COLUMNS ", (SELECT i.seq FROM items i WHERE i.item = $1) AS newest"
	" FROM orders WHERE item = $1 AND seq > $2 ORDER BY seq LIMIT $3";

static const char sql_items[] = "SELECT item FROM items ORDER BY item";

static const char sql_item[] =
	"SELECT (SELECT count(*) FROM orders WHERE item = $1),"
	" (SELECT count(*) FROM payments WHERE item = $1),"
	" (SELECT count(*) FROM poison WHERE item = $1),"
	" i.seq, i.epoch, i.total, i.held, i.paid, i.outside, i.last_ms, i.opened_ms"
	" FROM (SELECT 1 AS one) o LEFT JOIN items i ON i.item = $1";

enum verdict ledger_away(struct tools *tools)
{
	say("the ledger cannot be read: %s", db_error(tools->db));
	return VERDICT_AWAY;
}

struct db_value ledger_text_value(const char *text)
{
	return DB_STR(text, strlen(text));
}

struct events_text ledger_text_of(const struct db_value *column)
{
	if (column->kind != DB_TEXT)
		return (struct events_text){ "", 0 };
	return (struct events_text){ column->text, column->size };
}

/* A callback for orders, behind the one for rows. */
struct order_seer {
	ledger_order_cb *cb;
	void *owner;
	size_t rows;
	int64_t *cursor; /* NULL: not asked for */
};

static bool take_order(void *owner, const struct db_value *columns, size_t count)
{
	struct order_seer *seer = owner;
	struct events_text state = ledger_text_of(&columns[2]);
	struct ledger_order row = {
		.order = {
			.seq = columns[0].number,
			.epoch = columns[1].number,
			.units = columns[3].number,
			.amount = columns[4].number,
			.created_ms = columns[5].number,
			.deadline_ms = columns[6].number,
			.moved_ms = columns[7].number,
			.refund_due = columns[11].number,
		},
		.user = ledger_text_of(&columns[8]),
		.key = ledger_text_of(&columns[9]),
		.txn = ledger_text_of(&columns[10]),
	};

	assert(count == ORDER_COLUMNS_COUNT + (seer->cursor != NULL));
	seer->rows++;
	if (seer->cursor != NULL)
		*seer->cursor = columns[ORDER_COLUMNS_COUNT].number;
	if (!events_state_parse(state.at, state.size, &row.order.state))
		row.order.state = EVENTS_NO_ORDER; /* shown as "", and found by the audit */
	return seer->cb(seer->owner, &row);
}

enum verdict ledger_orders(struct tools *tools, const struct ledger_wish *wish, ledger_order_cb *cb,
			   void *owner)
{
	const struct db_value values[] = {
		ledger_text_value(wish->item), DB_INT(wish->after), ledger_text_value(wish->state),
		ledger_text_value(wish->user), DB_INT(wish->limit),
	};
	struct order_seer seer = { .cb = cb, .owner = owner };

	if (db_query(tools->db, sql_orders, values, 5, take_order, &seer) != DB_DONE)
		return ledger_away(tools);
	return VERDICT_DONE;
}

enum verdict ledger_order(struct tools *tools, const char *item, int64_t seq, ledger_order_cb *cb,
			  void *owner, bool *found)
{
	const struct db_value values[] = { ledger_text_value(item), DB_INT(seq) };
	struct order_seer seer = { .cb = cb, .owner = owner };

	if (db_query(tools->db, sql_order, values, 2, take_order, &seer) != DB_DONE)
		return ledger_away(tools);
	*found = seer.rows > 0;
	return VERDICT_DONE;
}

enum verdict ledger_page_orders(struct tools *tools, const char *item, int64_t after, int64_t limit,
				ledger_order_cb *cb, void *owner, int64_t *cursor)
{
	const struct db_value values[] = { ledger_text_value(item), DB_INT(after), DB_INT(limit) };
	struct order_seer seer = { .cb = cb, .owner = owner, .cursor = cursor };

	if (db_query(tools->db, sql_page_orders, values, 3, take_order, &seer) != DB_DONE)
		return ledger_away(tools);
	return VERDICT_DONE;
}

static bool take_item(void *owner, const struct db_value *columns, size_t count)
{
	struct ledger_item *row = owner;

	assert(count == 11);
	row->orders = columns[0].number;
	row->payments = columns[1].number;
	row->poison = columns[2].number;
	row->is_there = columns[3].kind == DB_NUMBER;
	row->state = (struct events_item){
		.seq = columns[3].number,
		.epoch = columns[4].number,
		.total = columns[5].number,
		.held = columns[6].number,
		.paid = columns[7].number,
		.outside = columns[8].number,
		.last_ms = columns[9].number,
		.opened_ms = columns[10].number,
	};
	return false;
}

enum verdict ledger_read_item(struct tools *tools, const char *item, struct ledger_item *row)
{
	const struct db_value values[] = { ledger_text_value(item) };

	*row = (struct ledger_item){ .is_there = false };
	if (db_query(tools->db, sql_item, values, 1, take_item, row) != DB_DONE)
		return ledger_away(tools);
	return VERDICT_DONE;
}

struct name_seer {
	ledger_name_cb *cb;
	void *owner;
};

static bool take_name(void *owner, const struct db_value *columns, size_t count)
{
	const struct name_seer *seer = owner;
	char item[KEYS_ITEM_BYTES + 1];

	assert(count == 1);
	if (keys_item_is_valid(columns[0].text, columns[0].size)) {
		memcpy(item, columns[0].text, columns[0].size);
		item[columns[0].size] = '\0';
		seer->cb(seer->owner, item);
	}
	return true;
}

enum verdict ledger_items(struct tools *tools, ledger_name_cb *cb, void *owner)
{
	struct name_seer seer = { .cb = cb, .owner = owner };

	if (db_query(tools->db, sql_items, NULL, 0, take_name, &seer) != DB_DONE)
		return ledger_away(tools);
	return VERDICT_DONE;
}
