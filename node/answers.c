/*
 * answers.c - one table of outcomes and their words; see answers.h.
 */
#include "node/answers.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/xmalloc.h"

enum { RETRY_AFTER_S = 1 };

/* The answer with an order up to its number, and the padding behind it. */
struct answers_head {
	char text[ANSWERS_BYTES];
	size_t size;
};

struct answers {
	const struct tokens *tokens;
	struct answers_head heads[2][ANSWERS_LANGUAGES]; /* accepted, repeated */
	struct http_reply *fixed[OUTCOMES][ANSWERS_LANGUAGES];
};

/*
 * code and resultCode are the article's and the shop's; see docs/API.md for where each comes from.
 */
static const struct {
	int code, result_code;
	unsigned status;
	bool retryable;
	const char *message[ANSWERS_LANGUAGES];
} table[OUTCOMES] = {
	[OUTCOME_ACCEPTED] = { 1, 0, 200, false, { "抢票成功", "you have it" } },
	[OUTCOME_REPEATED] = { 1, 0, 200, false, { "抢票成功", "you have it" } },
	[OUTCOME_SOLD_OUT] = { -1, 60074, 200, false, { "已售罄", "sold out" } },
	[OUTCOME_HELD] = { -1,
			   60074,
			   200,
			   true,
			   { "已售罄", "sold out, unpaid units may return" } },
	[OUTCOME_LIMIT] = { -1, 60074, 200, false, { "超过限购数量", "over the limit" } },
	[OUTCOME_PAUSED] = { -1, 90013, 200, true, { "活动已暂停", "the sale is paused" } },
	[OUTCOME_ENDED] = { -1, 60074, 200, false, { "活动已结束", "the sale has ended" } },
	[OUTCOME_NOT_STARTED] = { -1, 90009, 200, true, { "活动未开始", "not started yet" } },
	[OUTCOME_NO_TOKEN] = { -2, 60074, 401, false, { "请先登录", "log in: a token is needed" } },
	[OUTCOME_BAD_TOKEN] = { -2,
				60074,
				401,
				false,
				{ "登录已失效，请重新登录",
				  "the token is not valid here, or has expired" } },
	[OUTCOME_OTHER_USER] = { -2,
				 60074,
				 403,
				 false,
				 { "令牌属于其他用户", "the token is another user's" } },
	[OUTCOME_CONFLICT] = { -2,
			       60074,
			       422,
			       false,
			       { "该键已用于另一个请求", "this key belongs to another purchase" } },
	[OUTCOME_NO_ITEM] = { -2, 60074, 404, false, { "没有该商品", "there is no such item" } },
	[OUTCOME_BAD_REQUEST] = { -2, 60074, 400, false, { "请求有误", "bad request" } },
	[OUTCOME_BUSY] = { -2, 90013, 503, true, { "系统繁忙，请重试", "busy, try again" } },
	[OUTCOME_BACKLOG] = { -2,
			      90013,
			      503,
			      true,
			      { "订单积压，请稍后重试",
				"too many orders to write down, try again" } },
	[OUTCOME_UNKNOWN] = { -2,
			      90013,
			      503,
			      true,
			      { "结果未知，请用相同的键重试",
				"unknown, ask again with the same key" } },
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
	int used = snprintf(text, ANSWERS_BYTES,
			    "{\"code\":%d,\"msg\":\"%s\",\"success\":%s,\"resultCode\":%d,"
			    "\"reason\":\"%s\",\"retryable\":%s%s}",
			    table[outcome].code, table[outcome].message[language],
			    table[outcome].code == 1 ? "true" : "false", table[outcome].result_code,
			    purchase_outcome_word(outcome),
			    table[outcome].retryable ? "true" : "false", more);

	answers_pad(text, used);
}

static unsigned answers_retry_after(enum purchase_outcome outcome)
{
	return table[outcome].status == 503 ? RETRY_AFTER_S : 0;
}

static const char pay_before[] = "\",\"payBefore\":";

static void answers_write_head(struct answers_head *head, enum purchase_outcome outcome,
			       int language)
{
	int used = snprintf(head->text, ANSWERS_BYTES,
			    "{\"code\":1,\"msg\":\"%s\",\"success\":true,\"resultCode\":0,"
			    "\"reason\":\"%s\",\"data\":{\"orderId\":\"",
			    table[outcome].message[language], purchase_outcome_word(outcome));

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

struct answers *answers_open(const struct tokens *tokens)
{
	struct answers *answers = xcalloc(1, sizeof(*answers));
	char text[ANSWERS_BYTES];

	answers->tokens = tokens;
	for (int language = 0; language < ANSWERS_LANGUAGES; language++) {
		answers_write_head(&answers->heads[0][language], OUTCOME_ACCEPTED, language);
		answers_write_head(&answers->heads[1][language], OUTCOME_REPEATED, language);
	}
	for (int i = 0; i < OUTCOMES * ANSWERS_LANGUAGES; i++) {
		enum purchase_outcome outcome = (enum purchase_outcome)(i / ANSWERS_LANGUAGES);
		int language = i % ANSWERS_LANGUAGES;

		answers_write(text, outcome, (enum answers_language)language, "");
		answers->fixed[outcome][language] = http_reply_make(
			table[outcome].status, text, ANSWERS_BYTES, answers_retry_after(outcome));
		if (table[outcome].status == 401)
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
	http_answer_shared(request, answers->fixed[outcome][language]);
	return table[outcome].status;
}

unsigned answers_give_held(struct answers *answers, struct http_request *request,
			   enum answers_language language, struct item *item)
{
	char text[ANSWERS_BYTES], more[48];

	(void)answers;
	if (item->held_until_ms != item->view.next_expiry_ms) {
		for (int i = 0; i < ITEM_LANGUAGES; i++) {
			http_reply_drop(item->held[i]);
			item->held[i] = NULL;
		}
		item->held_until_ms = item->view.next_expiry_ms;
	}
	if (!item->held[language]) {
		snprintf(more, sizeof(more), ",\"nextExpiry\":%lld",
			 (long long)item->held_until_ms);
		answers_write(text, OUTCOME_HELD, language, more);
		item->held[language] = http_reply_make(200, text, ANSWERS_BYTES, 0);
	}
	http_answer_shared(request, item->held[language]);
	return 200;
}

unsigned answers_give_not_started(struct answers *answers, struct http_request *request,
				  enum answers_language language, int64_t starts_ms, int64_t now_ms)
{
	char *text = http_answer_begin(request), more[80];
	int64_t wait_ms = starts_ms > now_ms ? starts_ms - now_ms : 0;

	(void)answers;
	snprintf(more, sizeof(more), ",\"startsAt\":%lld,\"retryAfterMs\":%lld",
		 (long long)starts_ms, (long long)wait_ms);
	answers_write(text, OUTCOME_NOT_STARTED, language, more);
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
	http_answer(request, 503, text, ANSWERS_BYTES, RETRY_AFTER_S);
	return 503;
}

unsigned answers_give_error(struct answers *answers, struct http_request *request,
			    enum answers_language language, unsigned status, const char *error)
{
	char text[ANSWERS_BYTES];
	int used = snprintf(text, sizeof(text),
			    "{\"code\":-2,\"msg\":\"%s\",\"success\":false,\"reason\":"
			    "\"BAD_REQUEST\",\"retryable\":false,\"error\":\"%.100s\"}",
			    table[OUTCOME_BAD_REQUEST].message[language], error);

	(void)answers;
	answers_pad(text, used);
	struct http_reply *reply = http_reply_make(status, text, ANSWERS_BYTES, 0);

	if (status == 405)
		http_reply_add(reply, "Allow", "GET, POST");
	http_answer_shared(request, reply);
	http_reply_drop(reply);
	return status;
}
