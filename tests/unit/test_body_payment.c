/*
 * test_body_payment.c - the body of a payment is read strictly: three members, each of its form.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "node/body.h"

#define ORDER "\"order\":\"ticket-00000002-0123456789ab\""
#define TXN "\"txn\":\"t-1\""
#define AMOUNT "\"amount\":100"

/* The bytes stand alone in a block of their own size, so that a sanitizer sees a step too far. */
static enum body_verdict read_bytes(const char *text, size_t size, struct body_payment *found,
				    const char **why)
{
	char *block = malloc(size > 0 ? size : 1);
	enum body_verdict verdict;

	assert_non_null(block);
	memcpy(block, text, size);
	*found = (struct body_payment){ "before", "before", 7 };
	*why = NULL;
	verdict = body_read_payment(block, size, found, why);
	free(block);
	if (verdict == BODY_BAD) {
		assert_non_null(*why);
		assert_string_equal(found->order, "before");
		assert_string_equal(found->txn, "before");
		assert_int_equal(found->amount, 7);
	}
	return verdict;
}

static void assert_bad(const char *text, const char *about)
{
	struct body_payment found;
	const char *why;

	if (read_bytes(text, strlen(text), &found, &why) != BODY_BAD)
		fail_msg("this was read as good: %.80s", text);
	if (strstr(why, about) == NULL)
		fail_msg("%.80s: the sentence \"%s\" does not name \"%s\"", text, why, about);
}

static void a_payment_has_three_members_in_any_order(void **state)
{
	static const char *const good[] = {
		"{" ORDER "," TXN "," AMOUNT "}",
		"{" AMOUNT "," TXN "," ORDER "}",
		" {\t" TXN ",\r\n" AMOUNT " , " ORDER "} ",
	};
	struct body_payment found;
	const char *why;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(read_bytes(good[i], strlen(good[i]), &found, &why), BODY_GOOD);
		assert_string_equal(found.order, "ticket-00000002-0123456789ab");
		assert_string_equal(found.txn, "t-1");
		assert_int_equal(found.amount, 100);
	}
}

static void a_missing_a_foreign_or_a_second_member_is_bad(void **state)
{
	(void)state;
	assert_bad("", "JSON");
	assert_bad("{}", "must hold");
	assert_bad("{" TXN "," AMOUNT "}", "must hold");
	assert_bad("{" ORDER "," AMOUNT "}", "must hold");
	assert_bad("{" ORDER "," TXN "}", "must hold");
	assert_bad("{" ORDER "," TXN "," AMOUNT ",\"units\":1}", "must hold");
	assert_bad("{" ORDER "," TXN "," AMOUNT "," AMOUNT "}", "JSON");
	assert_bad("{" ORDER "," TXN "," AMOUNT "}x", "JSON");
	assert_bad("[]", "one flat JSON object");
	assert_bad("{" ORDER "," TXN ",\"amount\":[1]}", "one flat JSON object");
}

static void an_amount_is_fifteen_digits_at_most(void **state)
{
	static const char *const bad[] = { "-1",   "1.0",  "1e3",  "\"1\"",
					   "null", "true", "1e0",  "1000000000000000",
					   "-100", "0.0",  "-0.0", "9223372036854775807" };
	struct body_payment found;
	const char *why;
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "{" ORDER "," TXN ",\"amount\":%s}", bad[i]);
		assert_bad(text, "amount must be");
	}
	assert_bad("{" ORDER "," TXN ",\"amount\":99999999999999999999}", "too large");
	assert_bad("{" ORDER "," TXN ",\"amount\":01}", "JSON");
	assert_bad("{" ORDER "," TXN ",\"amount\":+1}", "JSON");
	assert_bad("{" ORDER "," TXN ",\"amount\":nan}", "JSON");
	snprintf(text, sizeof(text), "{" ORDER "," TXN ",\"amount\":%s}", "999999999999999");
	assert_int_equal(read_bytes(text, strlen(text), &found, &why), BODY_GOOD);
	assert_int_equal(found.amount, 999999999999999);
	snprintf(text, sizeof(text), "{" ORDER "," TXN ",\"amount\":%s}", "0");
	assert_int_equal(read_bytes(text, strlen(text), &found, &why), BODY_GOOD);
	assert_int_equal(found.amount, 0);
}

static void a_txn_and_an_order_are_short_strings(void **state)
{
	char long_txn[KEYS_TXN_BYTES + 2], long_order[TOKENS_NUMBER_BYTES + 1], text[300];

	(void)state;
	memset(long_txn, 't', sizeof(long_txn) - 1);
	long_txn[sizeof(long_txn) - 1] = '\0';
	snprintf(text, sizeof(text), "{" ORDER ",\"txn\":\"%s\"," AMOUNT "}", long_txn);
	assert_bad(text, "txn must be");
	assert_bad("{" ORDER ",\"txn\":\"\"," AMOUNT "}", "txn must be");
	assert_bad("{" ORDER ",\"txn\":\"a|b\"," AMOUNT "}", "txn must be");
	assert_bad("{" ORDER ",\"txn\":\"a b\"," AMOUNT "}", "txn must be");
	assert_bad("{" ORDER ",\"txn\":\"a\\u0000b\"," AMOUNT "}", "JSON");
	assert_bad("{" ORDER ",\"txn\":1," AMOUNT "}", "txn must be");
	memset(long_order, 'o', sizeof(long_order) - 1);
	long_order[sizeof(long_order) - 1] = '\0';
	snprintf(text, sizeof(text), "{\"order\":\"%s\"," TXN "," AMOUNT "}", long_order);
	assert_bad(text, "order must be");
	assert_bad("{\"order\":\"\"," TXN "," AMOUNT "}", "order must be");
	assert_bad("{\"order\":7," TXN "," AMOUNT "}", "order must be");
	assert_bad("{\"order\":null," TXN "," AMOUNT "}", "order must be");
}

/* A cheap fuzz: every cut, every byte replaced by every value; what is good is still in range. */
static void every_cut_and_every_changed_byte_is_survived(void **state)
{
	static const char text[] = "{" ORDER "," TXN "," AMOUNT "}";
	struct body_payment found;
	const char *why;

	(void)state;
	for (size_t size = 0; size < sizeof(text) - 1; size++)
		assert_int_equal(read_bytes(text, size, &found, &why), BODY_BAD);
	for (size_t i = 0; i < (sizeof(text) - 1) * 256; i++) {
		char changed[sizeof(text)];

		memcpy(changed, text, sizeof(text));
		changed[i / 256] = (char)(i % 256);
		if (read_bytes(changed, sizeof(text) - 1, &found, &why) == BODY_BAD)
			continue;
		assert_true(keys_txn_is_valid(found.txn, strlen(found.txn)));
		assert_in_range(found.amount, 0, 999999999999999);
		assert_true(strlen(found.order) < sizeof(found.order));
	}
}

static void a_command_is_a_verb_and_perhaps_units(void **state)
{
	static const char good[] = "{\"do\":\"restock\",\"units\":5}";
	static const char *const bad[] = {
		"",
		"{}",
		"[]",
		"{\"do\":1}",
		"{\"do\":\"sixteen letters!\"}",
		"{\"do\":\"x\",\"y\":1}",
		"{\"do\":\"x\",\"units\":0}",
		"{\"do\":\"x\",\"units\":1000000000}",
		"{\"do\":\"x\",\"units\":\"1\"}",
		"{\"do\":\"x\",\"do\":\"y\"}",
	};
	struct body_command command;
	const char *why = NULL;

	(void)state;
	assert_int_equal(body_read_command(good, sizeof(good) - 1, &command, &why), BODY_GOOD);
	assert_string_equal(command.verb, "restock");
	assert_int_equal(command.units, 5);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(body_read_command(bad[i], strlen(bad[i]), &command, &why),
				 BODY_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_payment_has_three_members_in_any_order),
		cmocka_unit_test(a_missing_a_foreign_or_a_second_member_is_bad),
		cmocka_unit_test(an_amount_is_fifteen_digits_at_most),
		cmocka_unit_test(a_txn_and_an_order_are_short_strings),
		cmocka_unit_test(every_cut_and_every_changed_byte_is_survived),
		cmocka_unit_test(a_command_is_a_verb_and_perhaps_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
