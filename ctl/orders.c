/*
 * orders.c - listing orders, and the names by which an operator calls one; see orders.h.
 */
#include "ctl/orders.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/ledger.h"
#include "ctl/say.h"

enum { SEQ_DIGITS_MAX = 15 };

static const struct sheet_column columns[] = {
	{ "number", "NUMBER", SHEET_TEXT },
	{ "state", "STATE", SHEET_TEXT },
	{ "units", "UNITS", SHEET_NUMBER },
	{ "amount", "AMOUNT", SHEET_NUMBER },
	{ "user", "USER", SHEET_TEXT },
	{ "created_ms", "CREATED", SHEET_TIME },
	{ "deadline_ms", "PAY BEFORE", SHEET_TIME },
	{ "moved_ms", "MOVED", SHEET_TIME },
	{ "txn", "PAYMENT", SHEET_TEXT },
	{ "refund_due", "REFUND DUE", SHEET_TRUTH },
};

enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

/* "ticket:42" */
static bool read_pair(const char *word, char item[KEYS_ITEM_BYTES + 1], int64_t *seq)
{
	const char *colon = strrchr(word, ':');
	size_t size = colon == NULL ? 0 : (size_t)(colon - word);
	size_t digits = colon == NULL ? 0 : strlen(colon + 1);

	if (!keys_item_is_valid(word, size) || digits == 0 || digits > SEQ_DIGITS_MAX ||
	    strspn(colon + 1, "0123456789") < digits || colon[1] == '0')
		return false;
	memcpy(item, word, size);
	item[size] = '\0';
	*seq = strtoll(colon + 1, NULL, 10);
	return true;
}

bool orders_read_number(const struct tools *tools, const char *word, char item[KEYS_ITEM_BYTES + 1],
			int64_t *seq)
{
	if (tokens_read_number(tools->tokens, word, strlen(word), item, seq) ||
	    read_pair(word, item, seq))
		return true;
	say("\"%s\" is no order's number: mistyped, or made with another --order-key-file; "
	    "ITEM:SEQ is understood too",
	    word);
	return false;
}

static void add_text(struct sheet *sheet, const struct events_text *text)
{
	if (text->size == 0)
		sheet_add_nothing(sheet);
	else
		sheet_add_text(sheet, text->at, text->size);
}

struct listing {
	const struct tools *tools;
	const char *item;
	struct sheet *sheet;
};

static bool list_order(void *owner, const struct ledger_order *row)
{
	struct listing *listing = owner;
	const struct events_order *order = &row->order;
	const char *state = events_state_word(order->state);
	char number[TOKENS_NUMBER_BYTES];
	size_t size =
		tokens_write_number(listing->tools->tokens, number, listing->item, order->seq);

	sheet_add_text(listing->sheet, number, size);
	sheet_add_text(listing->sheet, state, strlen(state));
	sheet_add_number(listing->sheet, order->units);
	sheet_add_number(listing->sheet, order->amount);
	add_text(listing->sheet, &row->user);
	sheet_add_number(listing->sheet, order->created_ms);
	sheet_add_number(listing->sheet, order->deadline_ms);
	if (order->moved_ms > 0)
		sheet_add_number(listing->sheet, order->moved_ms);
	else
		sheet_add_nothing(listing->sheet);
	add_text(listing->sheet, &row->txn);
	sheet_add_number(listing->sheet, order->refund_due);
	return true;
}

enum verdict orders_list(struct tools *tools)
{
	const struct options *options = tools->options;
	struct ledger_wish wish = {
		.state = options->state,
		.user = options->user,
		.after = options->after,
		.limit = options->limit,
	};
	struct listing listing = { .tools = tools };
	enum events_state state;
	enum verdict verdict;

	if (!tools_item_word(tools, 0, &wish.item))
		return VERDICT_USAGE;
	if (wish.state[0] != '\0' && !events_state_parse(wish.state, strlen(wish.state), &state)) {
		say("--state \"%s\" is none: held, paid, expired, cancelled or refunded",
		    wish.state);
		return VERDICT_USAGE;
	}
	listing.item = wish.item;
	listing.sheet = sheet_open(columns, COLUMNS);
	verdict = ledger_orders(tools, &wish, list_order, &listing);
	if (verdict == VERDICT_DONE)
		tools_print_list(tools, listing.sheet);
	else
		sheet_close(listing.sheet);
	return verdict;
}
