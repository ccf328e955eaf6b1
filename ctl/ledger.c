/*
 * ledger.c - what penstockctl reads of the ledger's database; see ledger.h.
 */
#include "ctl/ledger.h"

#include <assert.h>
#include <string.h>

#include "ctl/say.h"

/* In the order in which take_order() reads them. */
#define ORDER_COLUMNS                                                                              \
	"seq, epoch, state, units, amount, created_ms, deadline_ms, moved_ms, user_name, "         \
	"request_key, txn, refund_due"

static const char sql_orders[] =
	"SELECT " ORDER_COLUMNS " FROM orders WHERE item = $1 AND seq > $2"
	" AND ($3 = '' OR state = $3) AND ($4 = '' OR user_name = $4) ORDER BY seq LIMIT $5";

static const char sql_order[] = "SELECT " ORDER_COLUMNS " FROM orders WHERE item = $1 AND seq = $2";

static const char sql_payments_of[] =
	"SELECT txn, order_seq, fate, amount, at_ms, units FROM payments"
	" WHERE item = $1 AND order_seq = $2 ORDER BY at_ms, txn";

static enum verdict away(struct tools *tools)
{
	say("the ledger cannot be read: %s", db_error(tools->db));
	return VERDICT_AWAY;
}

static struct db_value text_value(const char *text)
{
	return DB_STR(text, strlen(text));
}

static struct events_text text_of(const struct db_value *column)
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
};

static bool take_order(void *owner, const struct db_value *columns, size_t count)
{
	struct order_seer *seer = owner;
	struct ledger_order row = {
		.order = {
			.seq = columns[0].number,
			.epoch = columns[1].number,
			.units = columns[3].number,
			.amount = columns[4].number,
			.created_ms = columns[5].number,
			.deadline_ms = columns[6].number,
			.moved_ms = columns[7].number,
			.refund_due = columns[11].number != 0,
		},
		.user = text_of(&columns[8]),
		.key = text_of(&columns[9]),
		.txn = text_of(&columns[10]),
	};
	struct events_text state = text_of(&columns[2]);

	assert(count == 12);
	seer->rows++;
	if (!events_state_parse(state.at, state.size, &row.order.state))
		row.order.state = EVENTS_NO_ORDER; /* shown as "", and found by the audit */
	return seer->cb(seer->owner, &row);
}

enum verdict ledger_orders(struct tools *tools, const struct ledger_wish *wish, ledger_order_cb *cb,
			   void *owner)
{
	const struct db_value values[] = {
		text_value(wish->item), DB_INT(wish->after), text_value(wish->state),
		text_value(wish->user), DB_INT(wish->limit),
	};
	struct order_seer seer = { .cb = cb, .owner = owner };

	if (db_query(tools->db, sql_orders, values, 5, take_order, &seer) != DB_DONE)
		return away(tools);
	return VERDICT_DONE;
}

enum verdict ledger_order(struct tools *tools, const char *item, int64_t seq, ledger_order_cb *cb,
			  void *owner, bool *found)
{
	const struct db_value values[] = { text_value(item), DB_INT(seq) };
	struct order_seer seer = { .cb = cb, .owner = owner };

	if (db_query(tools->db, sql_order, values, 2, take_order, &seer) != DB_DONE)
		return away(tools);
	*found = seer.rows > 0;
	return VERDICT_DONE;
}

struct payment_seer {
	ledger_payment_cb *cb;
	void *owner;
};

static bool take_payment(void *owner, const struct db_value *columns, size_t count)
{
	struct payment_seer *seer = owner;
	const struct ledger_payment row = {
		.txn = text_of(&columns[0]),
		.order = columns[1].number,
		.fate = text_of(&columns[2]),
		.amount = columns[3].number,
		.at_ms = columns[4].number,
		.units = columns[5].number,
	};

	assert(count >= 6);
	return seer->cb(seer->owner, &row);
}

enum verdict ledger_payments_of(struct tools *tools, const char *item, int64_t seq,
				ledger_payment_cb *cb, void *owner)
{
	const struct db_value values[] = { text_value(item), DB_INT(seq) };
	struct payment_seer seer = { .cb = cb, .owner = owner };

	if (db_query(tools->db, sql_payments_of, values, 2, take_payment, &seer) != DB_DONE)
		return away(tools);
	return VERDICT_DONE;
}
