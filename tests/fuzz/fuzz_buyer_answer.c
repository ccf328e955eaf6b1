/*
 * fuzz_buyer_answer.c - what a server may answer to penstock-buyer.
 *
 * The first byte chooses the status, the second how the request ended; the rest is the body. Won
 * means: there is an order whose number can stand in a path. Every text is bounded and free of
 * control bytes, every time within what a wait can be made of.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "buyer/answer.h"
#include "buyer/pace.h"
#include "tests/fuzz/fuzz.h"

static const int statuses[] = { 200, 200, 200, 302, 400, 401, 404, 429, 500, 502, 503, 504 };

static void check_text(const char *text, size_t room)
{
	size_t size = strnlen(text, room);

	assert(size < room);
	for (size_t i = 0; i < size; i++)
		assert((unsigned char)text[i] >= ' ' && text[i] != 0x7f);
}

static void check(const struct answer *answer)
{
	struct pace_dice dice = { 1 };
	int64_t us;

	check_text(answer->reason, sizeof(answer->reason));
	check_text(answer->order, sizeof(answer->order));
	check_text(answer->state, sizeof(answer->state));
	check_text(answer->text, sizeof(answer->text));
	assert(strpbrk(answer->order, "/.?#% ") == NULL);
	if (answer->class == REASONS_WON)
		assert(answer->order[0] != '\0' && answer->is_penstock && answer->says_success);
	assert(answer_line(answer, true) != NULL && answer_line(answer, false) != NULL);
	us = pace_wait_us(answer, 3, INT64_C(1763813700000), &dice);
	assert(us >= 0 && us <= INT64_C(2) * 3600 * 1000000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_answer http = { .retry_after_ms = -1 };
	struct answer answer;
	char *body;

	if (size < 2)
		return 0;
	body = malloc(size - 1);
	assert(body != NULL);
	memcpy(body, data + 2, size - 2);
	body[size - 2] = '\0';
	http.status = statuses[data[0] % (sizeof(statuses) / sizeof(statuses[0]))];
	http.fate = data[1] < 250 ? HTTP_ANSWERED : (enum http_fate)(data[1] % 4);
	http.is_json = data[1] % 8 != 0;
	http.body = body;
	http.size = size - 2;
	answer_read(&http, &answer);
	check(&answer);
	free(body);
	return 0;
}
