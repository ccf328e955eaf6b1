/*
 * answer.c - what an answer of the server means; see answer.h.
 *
 * The class follows from the word; from the number where there is no word; from `retryable` where
 * neither is known; and from the status where there is no JSON. A success without an order's number
 * is no success. A failure of the server (5xx) without a word that is known says nothing: whoever
 * answers so may stand before a node that has sold.
 */
#include "buyer/answer.h"

#include <stdio.h>
#include <string.h>

#include "buyer/json.h"

enum { WAIT_MOST_MS = 3600000 };

/* What stands without an answer of Penstock. */
static void set_own(struct answer *answer, const char *word, enum reasons_class class,
		    const char *text)
{
	snprintf(answer->reason, sizeof(answer->reason), "%s", word);
	snprintf(answer->text, sizeof(answer->text), "%.*s", ANSWER_TEXT_BYTES - 1, text);
	answer->class = class;
}

/* An order's number is put into paths, so it is looked at. */
static bool is_order(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";

	return text[0] != '\0' && text[0] != '-' && strspn(text, allowed) == strlen(text);
}

static void read_data(const struct json *data, struct answer *answer)
{
	if (!json_text(data, "orderId", answer->order, sizeof(answer->order)) ||
	    !is_order(answer->order))
		answer->order[0] = '\0';
	(void)json_text(data, "state", answer->state, sizeof(answer->state));
	answer->pay_before_ms = json_number(data, "payBefore", 0);
	answer->created_ms = json_number(data, "createdAt", 0);
	answer->amount = json_number(data, "amount", -1);
}

static enum reasons_class judge(const struct answer *answer, const struct json *json, int status)
{
	const struct reason *known = reasons_find(answer->reason);
	int retryable = json_truth(json, "retryable");

	if (known == NULL && status >= 500 && !answer->says_success)
		return REASONS_UNKNOWN;
	if (known == NULL && answer->reason[0] == '\0')
		known = reasons_find_number(answer->number);
	if (known != NULL && known->class == REASONS_WON &&
	    (answer->order[0] == '\0' || !answer->says_success))
		return REASONS_UNKNOWN;
	/* Risk control and the draw say themselves whether another attempt has another chance. */
	if (known != NULL && (known->number == 90008 || known->number == 90016))
		return retryable == 1 ? REASONS_AGAIN : REASONS_FINAL;
	if (known != NULL)
		return known->class;
	if (answer->says_success)
		return answer->order[0] != '\0' ? REASONS_WON : REASONS_UNKNOWN;
	if (status == 429)
		return REASONS_FAST;
	return retryable == 1 ? REASONS_AGAIN : REASONS_FINAL;
}

static void read_json(const struct json *json, int status, struct answer *answer)
{
	int64_t told_ms = json_number(json, "retryAfterMs", -1);
	int success = json_truth(json, "success");

	answer->is_penstock = success >= 0;
	answer->says_success = success == 1;
	answer->number = json_number(json, "resultCode", -1);
	(void)json_text(json, "reason", answer->reason, sizeof(answer->reason));
	if (!json_text(json, "msg", answer->text, sizeof(answer->text)))
		(void)json_text(json, "error", answer->text, sizeof(answer->text));
	if (told_ms >= 0) /* finer than the header's whole seconds */
		answer->wait_ms = told_ms < WAIT_MOST_MS ? told_ms : WAIT_MOST_MS;
	answer->starts_ms = json_number(json, "startsAt", 0);
	answer->opens_ms = json_number(json, "opensAt", 0);
	answer->draws_ms = json_number(json, "drawsAt", 0);
	answer->next_expiry_ms = json_number(json, "nextExpiry", 0);
	read_data(json_inner(json, "data"), answer);
	answer->class = judge(answer, json, status);
}

/* Without JSON that can be read: by the status alone. */
static void read_status(const struct http_answer *http, struct answer *answer)
{
	char text[ANSWER_TEXT_BYTES];

	snprintf(text, sizeof(text), "status %d without an answer of Penstock", http->status);
	if (http->status == 429)
		set_own(answer, "TOO_FAST", REASONS_FAST, text);
	else
		set_own(answer, "STRANGE", REASONS_UNKNOWN, text);
}

void answer_read(const struct http_answer *http, struct answer *answer)
{
	struct json *json = NULL;

	memset(answer, 0, sizeof(*answer));
	answer->number = answer->amount = -1;
	answer->wait_ms = http->retry_after_ms;
	if (http->fate == HTTP_UNSENT) {
		set_own(answer, "UNSENT", REASONS_AGAIN, http->why);
		return;
	}
	if (http->fate != HTTP_ANSWERED) {
		set_own(answer, http->fate == HTTP_LOST ? "LOST" : "STRANGE", REASONS_UNKNOWN,
			http->why);
		return;
	}
	if (http->is_json)
		json = json_read(http->body, http->size);
	if (json != NULL)
		read_json(json, http->status, answer);
	json_close(json);
	if (!answer->is_penstock)
		read_status(http, answer);
}

const char *answer_line(const struct answer *answer, bool is_chinese)
{
	const struct reason *known = reasons_find(answer->reason);

	if (known == NULL && answer->reason[0] == '\0')
		known = reasons_find_number(answer->number);
	if (known != NULL)
		return reasons_line(known, is_chinese);
	if (answer->text[0] != '\0' || answer->reason[0] != '\0')
		return answer->text[0] != '\0' ? answer->text : answer->reason;
	return is_chinese ? "服务器的应答没有可读的理由。"
			  : "The server answered without a reason that can be read.";
}
