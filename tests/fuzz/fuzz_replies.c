/*
 * fuzz_replies.c - what Redis says: records of orders and lines of errors; and what it is told.
 *
 * The bytes are read as a record and as an error. Cut at each NUL they are the words of a command,
 * which is written and read back: no word may end early, or become two.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/xmalloc.h"
#include "node/order_record.h"
#include "node/resp.h"
#include "node/store_reply.h"
#include "tests/fuzz/fuzz.h"

enum { WORDS_MAX = 64 };

static void try_record(const char *text, size_t size)
{
	struct order_record found, before;

	memset(&found, 0x5a, sizeof(found));
	memcpy(&before, &found, sizeof(found));
	if (!order_record_read(text, size, &found)) {
		assert(memcmp(&found, &before, sizeof(found)) == 0);
		return;
	}
	assert(order_record_state(found.state, strlen(found.state)) == found.state);
	assert(size > strlen(found.state) && memcmp(text, found.state, strlen(found.state)) == 0);
	assert(found.units >= 0 && found.amount >= 0 && found.created_ms >= 0);
	assert(found.deadline_ms >= 0 && found.moved_ms >= 0);
}

static void try_error(const char *text, size_t size)
{
	char *line = xmalloc(size + 1);
	enum store_fate fate;

	memcpy(line, text, size);
	line[size] = '\0';
	fate = store_reply_error_fate(line);
	assert(fate == STORE_REFUSED || fate == STORE_FAULTY);
	free(line);
}

/* Reads `mark`, digits and a line end at *at, and goes behind them. */
static size_t read_head(const char **at, char mark)
{
	size_t sum = 0;

	assert(*(*at)++ == mark);
	for (; **at >= '0' && **at <= '9'; ++*at)
		sum = sum * 10 + (size_t)(**at - '0');
	assert(memcmp(*at, "\r\n", 2) == 0);
	*at += 2;
	return sum;
}

static void try_command(const char *text, size_t size)
{
	struct store_word words[WORDS_MAX];
	size_t count = 0;

	for (size_t left = size; count < WORDS_MAX;) {
		const char *from = text + (size - left), *end = left ? memchr(from, 0, left) : NULL;

		words[count++] = (struct store_word){ from, end ? (size_t)(end - from) : left, -1 };
		if (!end)
			break;
		left -= (size_t)(end - from) + 1;
	}
	size_t most = resp_bytes_max(words, count);
	char *command = xmalloc(most);
	size_t written = resp_write(command, words, count);
	const char *at = command;

	assert(written < most && command[written] == '\0');
	assert(read_head(&at, '*') == count);
	for (size_t i = 0; i < count; i++) {
		assert(read_head(&at, '$') == words[i].size);
		assert(memcmp(at, words[i].text, words[i].size) == 0);
		at += words[i].size;
		assert(memcmp(at, "\r\n", 2) == 0);
		at += 2;
	}
	assert(at == command + written);
	free(command);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_record((const char *)data, size);
	try_error((const char *)data, size);
	try_command((const char *)data, size);
	return 0;
}
