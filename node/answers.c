/*
 * answers.c - one table of outcomes and their words; see answers.h.
 */
#include "node/answers.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "common/xmalloc.h"

enum { DRAW_LOOK_MS = 5000 }; /* when to look again at a draw that is due */

/* The answer with an order up to its number, and the padding behind it. */
struct answers_head {
	char text[ANSWERS_BYTES];
	size_t size;
};

struct answers {
	const struct tokens *tokens;
	struct answers_head heads[2][ANSWERS_LANGUAGES]; /* accepted, repeated */
	struct http_reply *fixed[OUTCOMES][ANSWERS_LANGUAGES];
	bool shields;
	int64_t sold_out_s; /* with shields: the second that SOLD_OUT is marked with */
};

/* Pads the `used` bytes in `text` with spaces and ends it with a newline. */
static void answers_pad(char text[ANSWERS_BYTES], int used)
{
	assert(used > 0 && used < ANSWERS_BYTES);
	memset(text + used, ' ', (size_t)(ANSWERS_BYTES - used));
	text[ANSWERS_BYTES - 1] = '\n';
}

/* Writes the padded answer of `outcome`; `more` are further members, or "". */
static void answers_write(char text[ANSWERS_BYTES], enum purchase_outcome outcome,
			  enum answers_language language, const char *more)
{
	const struct wording *say = wording_of_outcome(outcome);
	int used = snprintf(text, ANSWERS_BYTES,
			    "{\"code\":%d,\"msg\":\"%s\",\"success\":%s,\"resultCode\":%d,"
			    "\"reason\":\"%s\",\"retryable\":%s%s%s}",
			    say->code, say->message[language], say->code == 1 ? "true" : "false",
			    say->result_code, say->reason,
			    say->retry_after_ms == WORDING_NEVER ? "false" : "true",
			    wording_retry_member(say), more);

	answers_pad(text, used);
}

static const char pay_before[] = "\",\"payBefore\":";

static void answers_write_head(struct answers_head *head, enum purchase_outcome outcome,
			       int language)
{
	int used = snprintf(head->text, ANSWERS_BYTES,
			    "{\"code\":1,\"msg\":\"%s\",\"success\":true,\"resultCode\":0,"
			    "\"reason\":\"%s\",\"data\":{\"orderId\":\"",
			    wording_of_outcome(outcome)->message[language],
			    purchase_outcome_word(outcome));

	answers_pad(head->text, used);
	head->size = (size_t)used;
}

/* Writes a number >= 0; returns its length. */
static size_t answers_write_digits(char *into, int64_t number)
{
	char digits[20];
	size_t count = 0, used = 0;

	do
		digits[count++] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	while (count > 0)
		into[used++] = digits[--count];
	return used;
}

/* The second that an answer is to be marked with, by the date that nginx has too; 0: with none. */
static int64_t answers_second(const struct answers *answers)
{
	return answers->shields ? (int64_t)time(NULL) : 0;
}

/* Marks a reply to be kept until the second ends; nginx takes the mark off again. */
static void answers_mark(struct http_reply *reply, int64_t second)
{
	char until[32];

	if (!second)
		return;
	snprintf(until, sizeof(until), "@%lld", (long long)second);
	http_reply_add(reply, "X-Accel-Expires", until);
}

/* Replies that are on their way keep their mark, so a new second is a new reply. */
static void answers_mark_sold_out(struct answers *answers)
{
	char text[ANSWERS_BYTES];
	int64_t second = answers_second(answers);

	if (answers->sold_out_s == second)
		return;
	answers->sold_out_s = second;
	for (int i = 0; i < ANSWERS_LANGUAGES; i++) {
		answers_write(text, OUTCOME_SOLD_OUT, (enum answers_language)i, "");
		http_reply_drop(answers->fixed[OUTCOME_SOLD_OUT][i]);
		answers->fixed[OUTCOME_SOLD_OUT][i] = http_reply_make(200, text, ANSWERS_BYTES, 0);
		answers_mark(answers->fixed[OUTCOME_SOLD_OUT][i], second);
	}
}

struct answers *answers_open(const struct tokens *tokens, bool shields)
{
	struct answers *answers = xcalloc(1, sizeof(*answers));
	char text[ANSWERS_BYTES];

	answers->tokens = tokens;
	answers->shields = shields;
	for (int language = 0; language < ANSWERS_LANGUAGES; language++) {
		answers_write_head(&answers->heads[0][language], OUTCOME_ACCEPTED, language);
		answers_write_head(&answers->heads[1][language], OUTCOME_REPEATED, language);
	}
	for (int i = 0; i < OUTCOMES * ANSWERS_LANGUAGES; i++) {
		enum purchase_outcome outcome = (enum purchase_outcome)(i / ANSWERS_LANGUAGES);
		int language = i % ANSWERS_LANGUAGES;

		answers_write(text, outcome, (enum answers_language)language, "");
		const struct wording *say = wording_of_outcome(outcome);

		answers->fixed[outcome][language] = http_reply_make(
			say->status, text, ANSWERS_BYTES, wording_retry_after_s(say));
		if (say->status == 401)
			http_reply_add(answers->fixed[outcome][language], "WWW-Authenticate",
				       "Bearer");
	}
	return answers;
}

void answers_close(struct answers *answers)
{
	if (!answers)
		return;
	for (int i = 0; i < OUTCOMES * ANSWERS_LANGUAGES; i++)
		http_reply_drop(answers->fixed[i / ANSWERS_LANGUAGES][i % ANSWERS_LANGUAGES]);
	free(answers);
}

enum answers_language answers_choose_language(struct http_text header)
{
	if (header.size >= 2 && strncasecmp(header.at, "en", 2) == 0)
		return ANSWERS_ENGLISH;
	return ANSWERS_CHINESE;
}

unsigned answers_give_order(struct answers *answers, struct http_request *request,
			    enum answers_language language, enum purchase_outcome outcome,
			    const char *item, struct answers_order order)
{
	char *text = http_answer_begin(request);
	const struct answers_head *head = &answers->heads[outcome == OUTCOME_REPEATED][language];
	size_t used = head->size;

	memcpy(text, head->text, ANSWERS_BYTES);
	used += tokens_write_number(answers->tokens, text + used, item, order.seq);
	memcpy(text + used, pay_before, sizeof(pay_before) - 1);
	used += sizeof(pay_before) - 1;
	used += answers_write_digits(text + used, order.pay_before_ms);
	assert(used + 3 < ANSWERS_BYTES);
	memcpy(text + used, "}}", 2);
	http_answer_end(request);
	return 200;
}

unsigned answers_give(struct answers *answers, struct http_request *request,
		      enum answers_language language, enum purchase_outcome outcome)
{
	if (outcome == OUTCOME_SOLD_OUT)
		answers_mark_sold_out(answers);
	http_answer_shared(request, answers->fixed[outcome][language]);
	return wording_of_outcome(outcome)->status;
}

unsigned answers_give_held(struct answers *answers, struct http_request *request,
			   enum answers_language language, struct item *item)
{
	char text[ANSWERS_BYTES], more[80];
	int64_t second = answers_second(answers);

	if (item->held_as_of_ms != item->view.now_ms || item->held_s != second) {
		for (int i = 0; i < ITEM_LANGUAGES; i++) {
			http_reply_drop(item->held[i]);
			item->held[i] = NULL;
		}
		item->held_as_of_ms = item->view.now_ms;
		item->held_s = second;
	}
	if (!item->held[language]) {
		int64_t ends_ms = item->view.next_expiry_ms, now_ms = item->view.now_ms;

		snprintf(more, sizeof(more), ",\"nextExpiry\":%lld,\"retryAfterMs\":%lld",
			 (long long)ends_ms, (long long)(ends_ms > now_ms ? ends_ms - now_ms : 0));
		answers_write(text, OUTCOME_HELD, language, more);
		item->held[language] = http_reply_make(200, text, ANSWERS_BYTES, 0);
		answers_mark(item->held[language], second);
	}
	http_answer_shared(request, item->held[language]);
	return 200;
}

unsigned answers_give_not_started(struct answers *answers, struct http_request *request,
				  enum answers_language language, int64_t starts_ms, int64_t now_ms)
{
	char *text = http_answer_begin(request), more[80];
	int64_t wait_ms = starts_ms > now_ms ? starts_ms - now_ms : 1;

	(void)answers;
	snprintf(more, sizeof(more), ",\"startsAt\":%lld,\"retryAfterMs\":%lld",
		 (long long)starts_ms, (long long)wait_ms);
	answers_write(text, OUTCOME_NOT_STARTED, language, more);
	http_answer_end(request);
	return 200;
}

unsigned answers_give_took_part(struct answers *answers, struct http_request *request,
				enum answers_language language, int64_t draws_ms, int64_t now_ms)
{
	char *text = http_answer_begin(request), more[80];
	int64_t wait_ms = draws_ms > now_ms ? draws_ms - now_ms : DRAW_LOOK_MS;

	(void)answers;
	snprintf(more, sizeof(more), ",\"drawsAt\":%lld,\"retryAfterMs\":%lld", (long long)draws_ms,
		 (long long)wait_ms);
	answers_write(text, OUTCOME_TOOK_PART, language, more);
	http_answer_end(request);
	return 200;
}

unsigned answers_give_unknown(struct answers *answers, struct http_request *request,
			      enum answers_language language, const char *key)
{
	char text[ANSWERS_BYTES], more[KEYS_REQUEST_BYTES + 16];

	(void)answers;
	snprintf(more, sizeof(more), ",\"key\":\"%s\"", key);
	answers_write(text, OUTCOME_UNKNOWN, language, more);
	http_answer(request, 503, text, ANSWERS_BYTES,
		    wording_retry_after_s(wording_of_outcome(OUTCOME_UNKNOWN)));
	return 503;
}

unsigned answers_give_error(struct answers *answers, struct http_request *request,
			    enum answers_language language, unsigned status, const char *error)
{
	char text[ANSWERS_BYTES], more[128];

	(void)answers;
	snprintf(more, sizeof(more), ",\"error\":\"%.100s\"", error);
	answers_write(text, OUTCOME_BAD_REQUEST, language, more);
	struct http_reply *reply = http_reply_make(status, text, ANSWERS_BYTES, 0);

	if (status == 405)
		http_reply_add(reply, "Allow", "GET, POST");
	http_answer_shared(request, reply);
	http_reply_drop(reply);
	return status;
}
