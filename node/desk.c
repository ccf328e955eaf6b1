/*
 * desk.c - numbers checked, errands sent, orders shown; see desk.h.
 */
#include "node/desk.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/order_json.h"
#include "common/xmalloc.h"
#include "node/order_record.h"
#include "node/replies.h"

struct desk {
	const struct tokens *tokens;
	struct errands *errands;
	struct payments *payments;
};

struct desk *desk_open(const struct tokens *tokens, struct errands *errands,
		       struct payments *payments)
{
	struct desk *desk = xcalloc(1, sizeof(*desk));

	*desk = (struct desk){ tokens, errands, payments };
	return desk;
}

void desk_close(struct desk *desk)
{
	free(desk);
}

/* The ledger tells what became of an order that is not in Redis any more. */
static void desk_pass_on(struct desk *desk, const struct errand *errand)
{
	char number[TOKENS_NUMBER_BYTES];

	tokens_write_number(desk->tokens, number, errand->item, errand->seq);
	replies_give_ledger(errand->request, errand->language, number);
}

/* -- GET /orders/{number} ---------------------------------------------------------------------- */

/* `words` are order.lua's: FOUND, the record, the newest event in SQL, the time, a fate. */
static void desk_show(struct desk *desk, const struct errand *errand,
		      const struct order_record *record, const struct store_word *words)
{
	char number[TOKENS_NUMBER_BYTES], text[ORDER_JSON_BYTES];
	bool has_ended =
		strcmp(record->state, "expired") == 0 || strcmp(record->state, "cancelled") == 0;
	const struct order_facts facts = {
		.number = number,
		.item = errand->item,
		.state = record->state,
		.units = record->units,
		.amount = record->amount,
		.created_ms = record->created_ms,
		.deadline_ms = record->deadline_ms,
		.moved_ms = record->moved_ms,
		.recorded = errand->seq <= words[2].number,
		.refund_due = has_ended && store_word_is(&words[4], "due"),
	};

	tokens_write_number(desk->tokens, number, errand->item, errand->seq);
	size_t size = order_json_write(text, &facts);
	http_answer(errand->request, 200, text, size, 0);
}

static void desk_on_looked(void *owner, const struct errand *errand, enum errand_end end,
			   const struct store_word *words, size_t count)
{
	struct desk *desk = owner;
	struct order_record record;

	if (end != ERRAND_TOLD) {
		replies_give(errand->request, errand->language, REPLY_BUSY);
	} else if (store_word_is(words, "NO_ORDER")) {
		replies_give(errand->request, errand->language, REPLY_NO_ORDER);
	} else if (!store_word_is(words, "FOUND")) {
		desk_pass_on(desk, errand); /* GONE, or NOITEM: the number is genuine */
	} else if (count < 5 || !words[1].text ||
		   !order_record_read(words[1].text, words[1].size, &record)) {
		log_line(LOG_ERROR, "item %s: the record of order %lld is none", errand->item,
			 (long long)errand->seq);
		replies_give(errand->request, errand->language, REPLY_BUSY);
	} else {
		desk_show(desk, errand, &record, words);
	}
}

/* -- POST /orders/{number}/cancel -------------------------------------------------------------- */

/* Cancelled now, or what it was already. `told` is what the script said behind its word. */
static void desk_tell_cancelled(struct desk *desk, const struct errand *errand, bool now,
				const struct store_word *told)
{
	char number[TOKENS_NUMBER_BYTES];
	const char *state = "cancelled";
	enum reply reply = REPLY_CANCELLED;

	if (!now) {
		state = told->text ? order_record_state(told->text, told->size) : NULL;
		reply = state && strcmp(state, "cancelled") == 0 ? REPLY_WAS_CANCELLED
								 : REPLY_NOT_HELD;
	}
	tokens_write_number(desk->tokens, number, errand->item, errand->seq);
	if (now)
		replies_give_more(errand->request, errand->language, reply,
				  ",\"data\":{\"orderId\":\"%s\",\"state\":\"cancelled\","
				  "\"changedAt\":%lld}",
				  number, (long long)told->number);
	else
		replies_give_more(errand->request, errand->language, reply,
				  ",\"data\":{\"orderId\":\"%s\",\"state\":\"%s\"}", number,
				  state ? state : "");
}

static void desk_on_cancelled(void *owner, const struct errand *errand, enum errand_end end,
			      const struct store_word *words, size_t count)
{
	struct desk *desk = owner;
	bool now = end == ERRAND_TOLD && store_word_is(words, "CANCELLED");
	bool already = end == ERRAND_TOLD && store_word_is(words, "ALREADY");

	if ((now || already) && count > 1)
		desk_tell_cancelled(desk, errand, now, &words[1]);
	else if (end == ERRAND_BUSY)
		replies_give(errand->request, errand->language, REPLY_BUSY);
	else if (end == ERRAND_TOLD && store_word_is(words, "NO_ORDER"))
		replies_give(errand->request, errand->language, REPLY_NO_ORDER);
	else if (end == ERRAND_TOLD &&
		 (store_word_is(words, "GONE") || store_word_is(words, "NOITEM")))
		desk_pass_on(desk, errand);
	else
		replies_give(errand->request, errand->language, REPLY_UNKNOWN);
}

/* -- requests ---------------------------------------------------------------------------------- */

/* NULL, or why a request cannot be what it wants to be. */
static const char *desk_find_fault(const struct http_request *request)
{
	if (http_request_fault(request) == HTTP_TOO_LARGE)
		return "a body is not wanted here";
	if (http_request_fault(request) != HTTP_SOUND)
		return http_fault_text(http_request_fault(request));
	return http_request_body(request).size > 0 ? "a body is not wanted here" : NULL;
}

static bool desk_is(struct http_text text, const char *word)
{
	return text.size == strlen(word) && memcmp(text.at, word, text.size) == 0;
}

void desk_on_request(struct desk *desk, struct http_request *request, struct http_text rest)
{
	struct errand errand = { .request = request, .owner = desk };
	const char *slash = memchr(rest.at, '/', rest.size);
	size_t size = slash ? (size_t)(slash - rest.at) : rest.size;
	struct http_text verb = { slash ? slash + 1 : rest.at + size,
				  rest.size - size - (slash ? 1 : 0) };
	bool looks = !slash, pays = slash && desk_is(verb, "pay");
	const char *fault = desk_find_fault(request);

	errand.language =
		answers_choose_language(http_request_field(request, HTTP_ACCEPT_LANGUAGE));
	if (!looks && !pays && !desk_is(verb, "cancel"))
		replies_give_error(request, errand.language, 404, "there is nothing at this path");
	else if (http_request_method(request) != (looks ? HTTP_GET : HTTP_POST))
		replies_give_method(request, errand.language, looks ? "GET" : "POST");
	else if (fault)
		replies_give_error(request, errand.language, 400, fault);
	else if (!tokens_read_number(desk->tokens, rest.at, size, errand.item, &errand.seq))
		replies_give(request, errand.language, REPLY_NO_ORDER);
	else if (pays)
		payments_try(desk->payments, &errand);
	else {
		errand.verb = looks ? ERRAND_LOOK : ERRAND_CANCEL;
		errand.on_end = looks ? desk_on_looked : desk_on_cancelled;
		errands_run(desk->errands, &errand);
	}
}
