/*
 * ledger_log.c - what penstockctl reads of the ledger's database: events, payments, buyers, and
 * what was set aside; see ledger.h.
 */
#include <assert.h>

#include "ctl/ledger.h"
#include "ctl/ledger_parts.h"

static const char sql_events[] = "SELECT seq, kind, words FROM events WHERE item = $1 AND seq > $2"
				 " ORDER BY seq LIMIT $3";

#define PAYMENT_COLUMNS "p.txn, p.order_seq, p.fate, p.amount, p.at_ms, p.units, o.user_name"
#define PAYMENT_TABLES                                                                             \
	" FROM payments p LEFT JOIN orders o ON o.item = p.item AND o.seq = p.order_seq"

enum { PAYMENT_COLUMNS_COUNT = 7 };

static const char sql_payments_of[] =
	"SELECT " PAYMENT_COLUMNS PAYMENT_TABLES
	" WHERE p.item = $1 AND p.order_seq = $2 ORDER BY p.at_ms, p.txn";

static const char sql_page_payments[] =
	"SELECT " PAYMENT_COLUMNS
	", (SELECT i.seq FROM items i WHERE i.item = $1) AS newest" PAYMENT_TABLES
	" WHERE p.item = $1 AND p.txn > $2 ORDER BY p.txn LIMIT $3";

static const char sql_page_buyers[] =
	"SELECT user_name, CAST(sum(units) AS BIGINT) FROM orders WHERE item = $1 AND epoch = $2"
	" AND user_name > $3 AND state IN ('held', 'paid') GROUP BY user_name ORDER BY user_name"
	" LIMIT $4";

static const char sql_first_poison[] =
	"SELECT seq, kind, words, why FROM poison WHERE item = $1 ORDER BY seq LIMIT 1";

struct event_seer {
	ledger_event_cb *cb;
	void *owner;
};

static bool take_event(void *owner, const struct db_value *columns, size_t count)
{
	const struct event_seer *seer = owner;
	const struct feed_event event = {
		.seq = columns[0].number,
		.kind = ledger_text_of(&columns[1]),
		.words = ledger_text_of(&columns[2]),
	};

	assert(count == 3);
	return seer->cb(seer->owner, &event);
}

enum verdict ledger_events(struct tools *tools, const char *item, int64_t after, int64_t limit,
			   ledger_event_cb *cb, void *owner)
{
	const struct db_value values[] = { ledger_text_value(item), DB_INT(after), DB_INT(limit) };
	struct event_seer seer = { .cb = cb, .owner = owner };

	if (db_query(tools->db, sql_events, values, 3, take_event, &seer) != DB_DONE)
		return ledger_away(tools);
	return VERDICT_DONE;
}

struct payment_seer {
	ledger_payment_cb *cb;
	void *owner;
	int64_t *cursor; /* NULL: not asked for */
};

static bool take_payment(void *owner, const struct db_value *columns, size_t count)
{
	const struct payment_seer *seer = owner;
	const struct ledger_payment row = {
		.txn = ledger_text_of(&columns[0]),
		.order = columns[1].number,
		.fate = ledger_text_of(&columns[2]),
		.amount = columns[3].number,
		.at_ms = columns[4].number,
		.units = columns[5].number,
		.user = ledger_text_of(&columns[6]),
	};

	assert(count == PAYMENT_COLUMNS_COUNT + (seer->cursor != NULL));
	if (seer->cursor != NULL)
		*seer->cursor = columns[PAYMENT_COLUMNS_COUNT].number;
	return seer->cb(seer->owner, &row);
}

enum verdict ledger_payments_of(struct tools *tools, const char *item, int64_t seq,
				ledger_payment_cb *cb, void *owner)
{
	const struct db_value values[] = { ledger_text_value(item), DB_INT(seq) };
	struct payment_seer seer = { .cb = cb, .owner = owner };

	if (db_query(tools->db, sql_payments_of, values, 2, take_payment, &seer) != DB_DONE)
		return ledger_away(tools);
	return VERDICT_DONE;
}

enum verdict ledger_page_payments(struct tools *tools, const char *item, struct events_text after,
				  int64_t limit, ledger_payment_cb *cb, void *owner,
				  int64_t *cursor)
{
	const struct db_value values[] = { ledger_text_value(item), DB_STR(after.at, after.size),
					   DB_INT(limit) };
	struct payment_seer seer = { .cb = cb, .owner = owner, .cursor = cursor };

	if (db_query(tools->db, sql_page_payments, values, 3, take_payment, &seer) != DB_DONE)
		return ledger_away(tools);
	return VERDICT_DONE;
}

struct buyer_seer {
	ledger_buyer_cb *cb;
	void *owner;
};

static bool take_buyer(void *owner, const struct db_value *columns, size_t count)
{
	const struct buyer_seer *seer = owner;

	assert(count == 2);
	return seer->cb(seer->owner, ledger_text_of(&columns[0]), columns[1].number);
}

enum verdict ledger_page_buyers(struct tools *tools, const char *item, int64_t epoch,
				struct events_text after, int64_t limit, ledger_buyer_cb *cb,
				void *owner)
{
	const struct db_value values[] = { ledger_text_value(item), DB_INT(epoch),
					   DB_STR(after.at, after.size), DB_INT(limit) };
	struct buyer_seer seer = { .cb = cb, .owner = owner };

	if (db_query(tools->db, sql_page_buyers, values, 4, take_buyer, &seer) != DB_DONE)
		return ledger_away(tools);
	return VERDICT_DONE;
}

struct poison_seer {
	ledger_poison_cb *cb;
	void *owner;
};

static bool take_poison(void *owner, const struct db_value *columns, size_t count)
{
	const struct poison_seer *seer = owner;
	const struct ledger_poison poison = {
		.seq = columns[0].number,
		.kind = ledger_text_of(&columns[1]),
		.words = ledger_text_of(&columns[2]),
		.why = ledger_text_of(&columns[3]),
	};

	assert(count == 4);
	seer->cb(seer->owner, &poison);
	return false;
}

enum verdict ledger_first_poison(struct tools *tools, const char *item, ledger_poison_cb *cb,
				 void *owner)
{
	const struct db_value values[] = { ledger_text_value(item) };
	struct poison_seer seer = { .cb = cb, .owner = owner };

	if (db_query(tools->db, sql_first_poison, values, 1, take_poison, &seer) != DB_DONE)
		return ledger_away(tools);
	return VERDICT_DONE;
}
