/*
 * orders_show.c - one order, as it is now and as the ledger has it; see orders.h.
 *
 * Redis knows the newest state while the order lives there; the ledger keeps it for ever, a little
 * behind. Both are shown, so that a difference can be seen; whether it may be is the audit's to
 * say.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/ask.h"
#include "ctl/json.h"
#include "ctl/ledger.h"
#include "ctl/orders.h"
#include "ctl/record.h"
#include "ctl/say.h"

enum { SEQ_BYTES = 24, PAYMENTS_MAX = 1000 };

static const struct sheet_column columns[] = {
	{ "number", "number", SHEET_TEXT },
	{ "item", "item", SHEET_TEXT },
	{ "seq", "seq", SHEET_NUMBER },
	{ "state", "state", SHEET_TEXT },
	{ "units", "units", SHEET_NUMBER },
	{ "amount", "amount", SHEET_NUMBER },
	{ "user", "user", SHEET_TEXT },
	{ "key", "key", SHEET_TEXT },
	{ "epoch", "epoch", SHEET_NUMBER },
	{ "created_ms", "created", SHEET_TIME },
	{ "deadline_ms", "pay before", SHEET_TIME },
	{ "moved_ms", "moved", SHEET_TIME },
	{ "txn", "payment", SHEET_TEXT },
	{ "in_redis", "in Redis", SHEET_TRUTH },
	{ "ledger_state", "in the ledger", SHEET_TEXT },
	{ "refund_due", "refund due", SHEET_TRUTH },
};

static const struct sheet_column payment_columns[] = {
	{ "txn", "PAYMENT", SHEET_TEXT },
	{ "fate", "FATE", SHEET_TEXT },
	{ "amount", "AMOUNT", SHEET_NUMBER },
	{ "at_ms", "AT", SHEET_TIME },
};

/* What is being gathered. */
struct showing {
	struct tools *tools;
	char item[KEYS_ITEM_BYTES + 1];
	int64_t seq;
	struct answer answer; /* holds the texts of the record */
	struct record_order record;
	bool in_redis;
	struct sheet *sheet, *payments;
	bool in_ledger;
};

static void add_text(struct sheet *sheet, struct events_text text)
{
	if (text.size == 0)
		sheet_add_nothing(sheet);
	else
		sheet_add_text(sheet, text.at, text.size);
}

static void add_word(struct sheet *sheet, const char *word)
{
	sheet_add_text(sheet, word, strlen(word));
}

/* The row of the sheet; `row` is NULL while the ledger has not heard of the order. */
static void fill(struct showing *showing, const struct ledger_order *row)
{
	const struct record_order *record = &showing->record;
	struct sheet *sheet = showing->sheet;
	char number[TOKENS_NUMBER_BYTES];
	size_t size =
		tokens_write_number(showing->tools->tokens, number, showing->item, showing->seq);

	sheet_add_text(sheet, number, size);
	add_word(sheet, showing->item);
	sheet_add_number(sheet, showing->seq);
	add_word(sheet, events_state_word(record->state));
	sheet_add_number(sheet, record->units);
	sheet_add_number(sheet, record->amount);
	add_text(sheet, record->user);
	add_text(sheet, record->key);
	sheet_add_number(sheet, record->epoch);
	sheet_add_number(sheet, record->created_ms);
	sheet_add_number(sheet, record->deadline_ms);
	if (record->moved_ms > 0)
		sheet_add_number(sheet, record->moved_ms);
	else
		sheet_add_nothing(sheet);
	add_text(sheet, record->txn);
	sheet_add_number(sheet, showing->in_redis);
	if (row == NULL) {
		sheet_add_nothing(sheet);
		sheet_add_nothing(sheet);
	} else {
		add_word(sheet, events_state_word(row->order.state));
		sheet_add_number(sheet, row->order.refund_due);
	}
}

/* The ledger's row; it stands for the record if that has left Redis. */
static bool take_row(void *owner, const struct ledger_order *row)
{
	struct showing *showing = owner;
	const struct events_order *order = &row->order;

	if (!showing->in_redis)
		showing->record = (struct record_order){
			.state = order->state,
			.units = order->units,
			.amount = order->amount,
			.created_ms = order->created_ms,
			.deadline_ms = order->deadline_ms,
			.epoch = order->epoch,
			.moved_ms = order->moved_ms,
			.user = row->user,
			.key = row->key,
			.txn = row->txn,
		};
	fill(showing, row);
	return false;
}

static bool take_payment(void *owner, const struct ledger_payment *payment)
{
	struct showing *showing = owner;

	add_text(showing->payments, payment->txn);
	add_text(showing->payments, payment->fate);
	sheet_add_number(showing->payments, payment->amount);
	sheet_add_number(showing->payments, payment->at_ms);
	return sheet_rows(showing->payments) < PAYMENTS_MAX;
}

/* Reads the record, if Redis has it: "FOUND", else "GONE", "NO_ORDER" or "NOITEM". */
static enum verdict read_redis(struct showing *showing)
{
	char seq[SEQ_BYTES];
	struct redis_word word = { seq, 0 };
	enum verdict verdict;

	word.size = (size_t)snprintf(seq, sizeof(seq), "%" PRId64, showing->seq);
	verdict = ask_plain(showing->tools, "order", showing->item, &word, 1, &showing->answer);
	if (verdict != VERDICT_DONE)
		return verdict;
	if (redis_reply_is(redis_reply_at(showing->answer.reply, 0), "FOUND")) {
		struct redis_word text = redis_reply_text(redis_reply_at(showing->answer.reply, 1));

		showing->in_redis = record_read_order((struct events_text){ text.text, text.size },
						      &showing->record);
		if (!showing->in_redis)
			say("the order's record in Redis is none: %s", text.text);
	}
	return VERDICT_DONE;
}

static enum verdict read_all(struct showing *showing)
{
	enum verdict verdict = read_redis(showing);

	if (verdict == VERDICT_DONE)
		verdict = ledger_order(showing->tools, showing->item, showing->seq, take_row,
				       showing, &showing->in_ledger);
	if (verdict == VERDICT_DONE && !showing->in_ledger && showing->in_redis)
		fill(showing, NULL);
	if (verdict == VERDICT_DONE)
		verdict = ledger_payments_of(showing->tools, showing->item, showing->seq,
					     take_payment, showing);
	return verdict;
}

static void print(const struct showing *showing)
{
	if (showing->tools->options->json) {
		struct json *json = sheet_row_json(showing->sheet, 0);

		json_put(json, "payments", sheet_json(showing->payments));
		json_print(json, stdout);
		json_close(json);
		return;
	}
	sheet_print_upright(showing->sheet, stdout);
	if (sheet_rows(showing->payments) > 0) {
		puts("");
		sheet_print(showing->payments, stdout);
	}
}

enum verdict orders_show(struct tools *tools)
{
	struct showing showing = { .tools = tools };
	const char *word = tools->options->words[0];
	enum verdict verdict;

	if (!orders_read_number(tools, word, showing.item, &showing.seq))
		return VERDICT_USAGE;
	showing.sheet = sheet_open(columns, sizeof(columns) / sizeof(columns[0]));
	showing.payments = sheet_open(payment_columns, 4);
	verdict = read_all(&showing);
	if (verdict == VERDICT_DONE && sheet_rows(showing.sheet) > 0) {
		print(&showing);
	} else if (verdict == VERDICT_DONE) {
		say("there is no order %s, neither in Redis nor in the ledger", word);
		verdict = VERDICT_NO;
	}
	ask_end(&showing.answer);
	sheet_close(showing.sheet);
	sheet_close(showing.payments);
	return verdict;
}
