/*
 * orders_refund.c - giving a payment back; see orders.h.
 */
#include <inttypes.h>
#include <string.h>

#include "common/keys.h"
#include "ctl/ask.h"
#include "ctl/orders.h"
#include "ctl/say.h"

enum { SEQ_BYTES = 24 };

static const struct sheet_column columns[] = {
	{ "number", "NUMBER", SHEET_TEXT },
	{ "done", "DONE", SHEET_TEXT },
	{ "units", "UNITS BACK", SHEET_NUMBER },
	{ "left", "LEFT", SHEET_NUMBER },
};

static void print(const struct tools *tools, const char *item, int64_t seq,
		  const struct answer *answer)
{
	struct sheet *sheet = sheet_open(columns, 4);
	const char *done = ask_is(answer, "REFUNDED") ? "refunded" : "refunded before";
	char number[TOKENS_NUMBER_BYTES];
	size_t size = tokens_write_number(tools->tokens, number, item, seq);

	sheet_add_text(sheet, number, size);
	sheet_add_text(sheet, done, strlen(done));
	if (ask_is(answer, "REFUNDED"))
		sheet_add_number(sheet, ask_number(answer, 1));
	else
		sheet_add_nothing(sheet);
	sheet_add_number(sheet, answer->view.total - answer->view.sold);
	tools_print_line(tools, sheet);
}

static enum verdict refuse(const char *order, const char *txn, const struct answer *answer)
{
	const char *state = ask_word(answer, 1);

	if (ask_is(answer, "NO_ORDER"))
		say("there is no order %s", order);
	else if (ask_is(answer, "NO_PAYMENT"))
		say("no payment %s came for the order %s", txn, order);
	else if (ask_is(answer, "NOT_PAID") && strcmp(state, "gone") == 0)
		say("the order has left Redis: penstockctl orders show %s names its payment; give "
		    "it by --txn",
		    order);
	else if (ask_is(answer, "NOT_PAID"))
		say("the order is %s, and no payment came for it", state);
	else
		say("the script answered %s, which this program does not know",
		    ask_word(answer, 0));
	return VERDICT_NO;
}

enum verdict orders_refund(struct tools *tools)
{
	const char *word = tools->options->words[0], *txn = tools->options->txn;
	char item[KEYS_ITEM_BYTES + 1], seq_text[SEQ_BYTES];
	struct redis_word words[2];
	struct answer answer;
	int64_t seq = 0;
	enum verdict verdict;

	if (!orders_read_number(tools, word, item, &seq))
		return VERDICT_USAGE;
	if (txn[0] != '\0' && !keys_txn_is_valid(txn, strlen(txn))) {
		say("--txn \"%s\" is no payment's id: 1 to 64 of A-Z a-z 0-9 _ . : ~ -", txn);
		return VERDICT_USAGE;
	}
	snprintf(seq_text, sizeof(seq_text), "%" PRId64, seq);
	words[0] = redis_word_of(seq_text);
	words[1] = redis_word_of(txn);
	verdict = ask(tools, "refund", item, words, 2, &answer);
	if (verdict != VERDICT_DONE)
		return verdict;
	/* "ALREADY" is what was wanted, whoever did it: by a lost answer it may have been us. */
	if (ask_is(&answer, "REFUNDED") || ask_is(&answer, "ALREADY"))
		print(tools, item, seq, &answer);
	else
		verdict = refuse(word, txn, &answer);
	ask_end(&answer);
	return verdict;
}
