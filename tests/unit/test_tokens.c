/*
 * test_tokens.c - order numbers: written, read back, and refused when touched.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/tokens.h"

static const char key_a[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
static const char key_b[] = "100102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

static void a_number_is_read_back_for_all_kinds_of_items(void **state)
{
	static const char *const items[] = { "ticket", "a", "a-1-00000001", "x-9",
					     "abcdefghijklmnopqrstuvwxyz012345" };
	static const int64_t seqs[] = { 1, 42, 99999999, 100000000, 999999999999999 };
	struct tokens *tokens = tokens_open(key_a);
	char number[TOKENS_NUMBER_BYTES], item[KEYS_ITEM_BYTES + 1];
	int64_t seq = 0;

	(void)state;
	for (size_t i = 0; i < 25; i++) {
		size_t size = tokens_write_number(tokens, number, items[i / 5], seqs[i % 5]);

		assert_int_equal(size, strlen(number));
		assert_true(tokens_read_number(tokens, number, size, item, &seq));
		assert_string_equal(item, items[i / 5]);
		assert_int_equal(seq, seqs[i % 5]);
	}
	tokens_close(tokens);
}

static void its_form_is_item_eight_digits_and_twelve_hex(void **state)
{
	struct tokens *tokens = tokens_open(key_a);
	char number[TOKENS_NUMBER_BYTES];

	(void)state;
	assert_int_equal(tokens_write_number(tokens, number, "ticket", 42), 6 + 1 + 8 + 1 + 12);
	assert_memory_equal(number, "ticket-00000042-", 16);
	assert_int_equal(strspn(number + 16, "0123456789abcdef"), 12);
	tokens_close(tokens);
}

static void every_changed_cut_or_added_byte_is_refused(void **state)
{
	struct tokens *tokens = tokens_open(key_a);
	char number[TOKENS_NUMBER_BYTES], item[KEYS_ITEM_BYTES + 1];
	int64_t seq = 0;
	size_t size = tokens_write_number(tokens, number, "ticket", 42);

	(void)state;
	for (size_t at = 0; at < size; at++) {
		for (int byte = 0; byte < 256; byte++) {
			char touched[TOKENS_NUMBER_BYTES];

			memcpy(touched, number, sizeof(touched));
			touched[at] = (char)byte;
			if (touched[at] != number[at])
				assert_false(tokens_read_number(tokens, touched, size, item, &seq));
		}
		assert_false(tokens_read_number(tokens, number, at, item, &seq));
	}
	strcat(number, "0");
	assert_false(tokens_read_number(tokens, number, size + 1, item, &seq));
	assert_int_equal(seq, 0);
	tokens_close(tokens);
}

static void another_key_another_sign(void **state)
{
	struct tokens *a = tokens_open(key_a), *b = tokens_open(key_b);
	char number[TOKENS_NUMBER_BYTES], item[KEYS_ITEM_BYTES + 1];
	int64_t seq = 0;
	size_t size = tokens_write_number(a, number, "ticket", 7);

	(void)state;
	assert_false(tokens_read_number(b, number, size, item, &seq));
	tokens_close(a);
	tokens_close(b);
}

static void a_key_that_is_not_64_hex_digits_is_refused(void **state)
{
	(void)state;
	assert_null(tokens_open(""));
	assert_null(tokens_open("abc"));
	assert_null(
		tokens_open("zz0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"));
	assert_null(
		tokens_open("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f00"));
}

static void made_up_keys_differ_and_are_valid(void **state)
{
	struct tokens *tokens = tokens_open(key_a);
	char one[TOKENS_ID_BYTES], two[TOKENS_ID_BYTES];

	(void)state;
	tokens_write_id(tokens, one);
	tokens_write_id(tokens, two);
	assert_string_not_equal(one, two);
	assert_true(keys_request_is_valid(one, strlen(one)));
	assert_int_equal(strlen(two), 32);
	tokens_close(tokens);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_read_back_for_all_kinds_of_items),
		cmocka_unit_test(its_form_is_item_eight_digits_and_twelve_hex),
		cmocka_unit_test(every_changed_cut_or_added_byte_is_refused),
		cmocka_unit_test(another_key_another_sign),
		cmocka_unit_test(a_key_that_is_not_64_hex_digits_is_refused),
		cmocka_unit_test(made_up_keys_differ_and_are_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
