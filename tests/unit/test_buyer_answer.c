/*
 * test_buyer_answer.c - what answers mean, those that no server of ours would give among them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "buyer/answer.h"

static struct answer read_http(int status, bool is_json, const char *body)
{
	struct http_answer http = {
		.fate = HTTP_ANSWERED,
		.status = status,
		.is_json = is_json,
		.body = body,
		.size = strlen(body),
		.retry_after_ms = status == 503 ? 1000 : -1,
	};
	struct answer answer;

	answer_read(&http, &answer);
	return answer;
}

/* A purchase's answer: status, then its JSON, and what it means. */
static const struct {
	int status;
	const char *body;
	enum reasons_class class;
} cases[] = {
	{ 200,
	  "{\"code\":1,\"success\":true,\"resultCode\":0,\"reason\":\"ACCEPTED\","
	  "\"data\":{\"orderId\":\"ticket-00000042-9f\",\"payBefore\":5}}",
	  REASONS_WON },
	{ 200,
	  "{\"code\":1,\"success\":true,\"resultCode\":0,\"reason\":\"REPEATED\","
	  "\"data\":{\"orderId\":\"t-1-2\"}}",
	  REASONS_WON },
	/* A success without an order, or with one that is no name, is none. */
	{ 200, "{\"success\":true,\"reason\":\"ACCEPTED\"}", REASONS_UNKNOWN },
	{ 200, "{\"success\":true,\"reason\":\"ACCEPTED\",\"data\":{\"orderId\":\"../../x\"}}",
	  REASONS_UNKNOWN },
	{ 200, "{\"success\":true,\"reason\":\"ACCEPTED\",\"data\":{\"orderId\":7}}",
	  REASONS_UNKNOWN },
	{ 200, "{\"success\":true,\"reason\":\"ACCEPTED\",\"data\":[]}", REASONS_UNKNOWN },
	{ 200, "{\"success\":false,\"reason\":\"REPEATED\",\"data\":{\"orderId\":\"t-1-2\"}}",
	  REASONS_UNKNOWN },
	{ 200, "{\"success\":false,\"resultCode\":60074,\"reason\":\"SOLD_OUT\"}", REASONS_FINAL },
	{ 200, "{\"success\":false,\"resultCode\":60074,\"reason\":\"HELD\"}", REASONS_AGAIN },
	{ 200, "{\"success\":false,\"reason\":\"NOT_STARTED\",\"startsAt\":9}", REASONS_EARLY },
	{ 429, "{\"success\":false,\"reason\":\"TOO_FAST\"}", REASONS_FAST },
	{ 503, "{\"success\":false,\"reason\":\"BUSY\"}", REASONS_AGAIN },
	{ 503, "{\"success\":false,\"reason\":\"UNKNOWN\"}", REASONS_UNKNOWN },
	{ 502, "{\"success\":false,\"reason\":\"UNKNOWN\"}", REASONS_UNKNOWN },
	{ 401, "{\"success\":false,\"reason\":\"BAD_TOKEN\"}", REASONS_LOGIN },
	/* The shop's numbers without a word. */
	{ 200, "{\"success\":false,\"resultCode\":60017}", REASONS_FAST },
	{ 200, "{\"success\":false,\"resultCode\":90013}", REASONS_AGAIN },
	{ 200, "{\"success\":false,\"resultCode\":90016}", REASONS_FINAL },
	{ 200, "{\"success\":false,\"reason\":\"TOOK_PART\",\"drawsAt\":9}", REASONS_UNKNOWN },
	{ 200, "{\"success\":false,\"reason\":\"NOT_DRAWN\",\"retryable\":true}", REASONS_AGAIN },
	{ 200, "{\"success\":false,\"reason\":\"NOT_DRAWN\"}", REASONS_FINAL },
	{ 200, "{\"success\":false,\"resultCode\":90008}", REASONS_FINAL },
	{ 200, "{\"success\":false,\"resultCode\":90008,\"retryable\":true}", REASONS_AGAIN },
	{ 200, "{\"success\":false,\"reason\":\"REFUSED\",\"retryable\":false}", REASONS_FINAL },
	/* Words that are not known yet. */
	{ 200, "{\"success\":false,\"reason\":\"NEW\",\"retryable\":true}", REASONS_AGAIN },
	{ 200, "{\"success\":false,\"reason\":\"NEW\"}", REASONS_FINAL },
	{ 504, "{\"success\":false,\"reason\":\"NEW\"}", REASONS_UNKNOWN },
	{ 500, "{\"success\":false,\"reason\":\"NEW\"}", REASONS_UNKNOWN },
	{ 500, "{\"success\":false,\"reason\":\"NEW\",\"retryable\":true}", REASONS_UNKNOWN },
	{ 503, "{\"success\":false,\"resultCode\":90013}", REASONS_UNKNOWN },
	{ 200, "{\"success\":true,\"reason\":\"NEW\",\"data\":{\"orderId\":\"t-1-2\"}}",
	  REASONS_WON },
	/* No answers of Penstock. */
	{ 200, "{\"reason\":\"ACCEPTED\",\"data\":{\"orderId\":\"t-1-2\"}}", REASONS_UNKNOWN },
	{ 200, "{\"success\":\"true\",\"reason\":\"ACCEPTED\"}", REASONS_UNKNOWN },
	{ 200, "[]", REASONS_UNKNOWN },
	{ 200, "", REASONS_UNKNOWN },
	{ 200, "{\"success\":false,", REASONS_UNKNOWN },
	{ 503, "sorry", REASONS_UNKNOWN },
	{ 503, "{\"error\":\"upstream\"}", REASONS_UNKNOWN },
	{ 429, "slow down", REASONS_FAST },
	{ 302, "", REASONS_UNKNOWN },
};

static void each_answer_means_one_thing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct answer answer = read_http(cases[i].status, true, cases[i].body);

		if (answer.class != cases[i].class)
			fail_msg("%d %s: class %d, not %d", cases[i].status, cases[i].body,
				 (int)answer.class, (int)cases[i].class);
	}
}

static void what_is_not_called_json_is_not_read(void **state)
{
	struct answer answer = read_http(200, false, cases[0].body);

	(void)state;
	assert_int_equal(answer.class, REASONS_UNKNOWN);
	assert_string_equal(answer.reason, "STRANGE");
}

static void members_are_read_within_their_bounds(void **state)
{
	char body[1000];
	struct answer answer = read_http(200, true, cases[0].body);

	(void)state;
	assert_string_equal(answer.order, "ticket-00000042-9f");
	assert_int_equal(answer.pay_before_ms, 5);
	assert_int_equal(answer.number, 0);
	snprintf(body, sizeof(body),
		 "{\"success\":false,\"reason\":\"%0*d\",\"msg\":\"a\\u001bb\",\"error\":\"e\","
		 "\"startsAt\":-4,\"retryAfterMs\":99999999999}",
		 100, 0);
	answer = read_http(503, true, body);
	assert_string_equal(answer.reason, "");
	assert_string_equal(answer.text, "e");
	assert_int_equal(answer.starts_ms, 0);
	assert_int_equal(answer.wait_ms, 3600000);
	answer = read_http(200, true,
			   "{\"success\":false,\"reason\":\"N\\u009bW\",\"msg\":\"\\u202eb\"}");
	assert_string_equal(answer.reason, "");
	assert_string_equal(answer.text, "");
	answer = read_http(503, true, "{\"success\":false,\"reason\":\"BUSY\"}");
	assert_int_equal(answer.wait_ms, 1000);
	answer =
		read_http(503, true, "{\"success\":false,\"reason\":\"BUSY\",\"retryAfterMs\":40}");
	assert_int_equal(answer.wait_ms, 40);
}

static void a_request_without_an_answer_is_pending_unless_it_was_not_sent(void **state)
{
	struct http_answer http = { .fate = HTTP_UNSENT, .body = "", .retry_after_ms = -1 };
	struct answer answer;

	(void)state;
	answer_read(&http, &answer);
	assert_int_equal(answer.class, REASONS_AGAIN);
	http.fate = HTTP_LOST;
	answer_read(&http, &answer);
	assert_int_equal(answer.class, REASONS_UNKNOWN);
	assert_string_equal(answer.reason, "LOST");
	http.fate = HTTP_STRANGE;
	answer_read(&http, &answer);
	assert_int_equal(answer.class, REASONS_UNKNOWN);
}

static void every_word_has_a_line_in_both_languages(void **state)
{
	static const char *const words[] = {
		"ACCEPTED",
		"REPEATED",
		"SOLD_OUT",
		"HELD",
		"LIMIT",
		"PAUSED",
		"ENDED",
		"CONFLICT",
		"NO_ITEM",
		"BUSY",
		"BACKLOG",
		"UNKNOWN",
		"TOO_FAST",
		"REFUSED",
		"NOT_DRAWN",
		"NO_TOKEN",
		"NOT_STARTED",
		"BAD_TOKEN",
		"RESERVE_NOT_OPEN",
		"RESERVE_FULL",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const struct reason *reason = reasons_find(words[i]);

		assert_non_null(reason);
		assert_true(reasons_line(reason, false)[0] > 0);
		assert_true(reasons_line(reason, true)[0] < 0); /* not ASCII */
	}
	assert_null(reasons_find("NEW"));
	assert_string_equal(reasons_find_number(90008)->word, "REFUSED");
	assert_null(reasons_find_number(1));
	assert_null(reasons_find_number(-1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_answer_means_one_thing),
		cmocka_unit_test(what_is_not_called_json_is_not_read),
		cmocka_unit_test(members_are_read_within_their_bounds),
		cmocka_unit_test(a_request_without_an_answer_is_pending_unless_it_was_not_sent),
		cmocka_unit_test(every_word_has_a_line_in_both_languages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
