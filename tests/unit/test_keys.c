/*
 * test_keys.c - what may become a key name, a log field or a script argument, and what may not.
 *
 * Each class is checked for all 256 bytes against a list written out here a second time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/keys.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

typedef bool check(const char *text, size_t size);

/* Exactly the bytes of `allowed` may stand at `place` of a text of x's. */
static void assert_class(check *is_valid, size_t place, const char *allowed)
{
	for (int byte = 0; byte < 256; byte++) {
		char text[3] = { 'x', 'x', 'x' };
		bool expected = byte != 0 && strchr(allowed, byte) != NULL;

		text[place] = (char)byte;
		if (is_valid(text, sizeof(text)) != expected)
			fail_msg("byte %d at %zu: expected %d", byte, place, expected);
	}
}

static void items_are_lower_case_and_begin_with_a_letter_or_digit(void **state)
{
	(void)state;
	assert_class(keys_item_is_valid, 0, LOWER DIGITS);
	assert_class(keys_item_is_valid, 1, LOWER DIGITS "_-");
	assert_class(keys_item_is_valid, 2, LOWER DIGITS "_-");
}

static void users_and_requests_have_their_own_bytes(void **state)
{
	(void)state;
	for (size_t place = 0; place < 3; place++) {
		assert_class(keys_user_is_valid, place, LOWER UPPER DIGITS "._@-");
		assert_class(keys_request_is_valid, place, LOWER UPPER DIGITS "_.:~-");
	}
}

static void names_have_bounds(void **state)
{
	char text[100];

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_true(keys_item_is_valid(text, 1));
	assert_true(keys_item_is_valid(text, 32));
	assert_false(keys_item_is_valid(text, 33));
	assert_false(keys_item_is_valid(text, 0));
	assert_true(keys_user_is_valid(text, 64));
	assert_false(keys_user_is_valid(text, 65));
	assert_true(keys_request_is_valid(text, 1));
	assert_true(keys_request_is_valid(text, 64));
	assert_false(keys_request_is_valid(text, 65));
	assert_false(keys_request_is_valid(text, 0));
}

static void what_a_draw_gives_has_keys_of_its_own(void **state)
{
	(void)state;
	assert_true(keys_request_is_reserved("draw:5", 6));
	assert_true(keys_request_is_reserved("draw:", 5));
	assert_false(keys_request_is_reserved("draw:", 4));
	assert_false(keys_request_is_reserved("drawn", 5));
	assert_false(keys_request_is_reserved("my-draw:5", 9));
	assert_false(keys_request_is_reserved("", 0));
}

static void the_empty_user_is_the_anonymous_buyer(void **state)
{
	(void)state;
	assert_true(keys_user_is_valid("", 0));
	assert_true(keys_user_is_valid(NULL, 0));
}

static void a_name_is_not_read_beyond_its_size(void **state)
{
	(void)state;
	assert_true(keys_item_is_valid("ticket HTTP/1.1", 6));
	assert_true(keys_request_is_valid("abc|", 3));
	assert_false(keys_request_is_valid("abc|", 4));
}

static void assert_units(const char *text, uint32_t expected)
{
	uint32_t units = 77;

	assert_true(keys_units_parse(text, strlen(text), &units));
	assert_int_equal(units, expected);
}

static void counts_are_plain_digits(void **state)
{
	(void)state;
	assert_units("1", 1);
	assert_units("9", 9);
	assert_units("10", 10);
	assert_units("123456789", 123456789);
	assert_units("999999999", KEYS_UNITS_MAX);
}

static void anything_else_is_no_count_and_changes_nothing(void **state)
{
	static const char *const bad[] = {
		"",    "0",   "00",  "01",         "-1",         "+1",
		"1.0", "1e3", "0x1", "nan",        "inf",        " 1",
		"1 ",  "1\n", "1,0", "1000000000", "2147483648", "99999999999999999999",
		"٣",   "1/",  "1:",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint32_t units = 77;

		if (keys_units_parse(bad[i], strlen(bad[i]), &units))
			fail_msg("\"%s\" was taken for a count", bad[i]);
		assert_int_equal(units, 77);
	}
	uint32_t units = 77;
	assert_false(keys_units_parse("1\0", 2, &units));
}

static void the_article_s_item_has_the_article_s_hash(void **state)
{
	static const char *const names[KEYS_PARTS] = {
		"ticket_hash_key",
		"{ticket_hash_key}:orders",
		"{ticket_hash_key}:requests",
		"{ticket_hash_key}:buyers",
		"{ticket_hash_key}:unpaid",
		"{ticket_hash_key}:events",
		"{ticket_hash_key}:nodes",
		"{ticket_hash_key}:payments",
		"{ticket_hash_key}:finished",
		"{ticket_hash_key}:reserved",
		"{ticket_hash_key}:entrants",
		"{ticket_hash_key}:ranks",
	};
	char name[KEYS_NAME_BYTES];

	(void)state;
	for (int part = 0; part < KEYS_PARTS; part++) {
		assert_int_equal(keys_name(name, "ticket", (enum keys_part)part),
				 strlen(names[part]));
		assert_string_equal(name, names[part]);
	}
}

static void the_longest_item_s_names_fit(void **state)
{
	char item[KEYS_ITEM_BYTES + 1];
	char name[KEYS_NAME_BYTES];

	(void)state;
	memset(item, 'z', KEYS_ITEM_BYTES);
	item[KEYS_ITEM_BYTES] = '\0';
	for (int part = 0; part < KEYS_PARTS; part++)
		assert_true(keys_name(name, item, (enum keys_part)part) < KEYS_NAME_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_are_lower_case_and_begin_with_a_letter_or_digit),
		cmocka_unit_test(users_and_requests_have_their_own_bytes),
		cmocka_unit_test(names_have_bounds),
		cmocka_unit_test(what_a_draw_gives_has_keys_of_its_own),
		cmocka_unit_test(the_empty_user_is_the_anonymous_buyer),
		cmocka_unit_test(a_name_is_not_read_beyond_its_size),
		cmocka_unit_test(counts_are_plain_digits),
		cmocka_unit_test(anything_else_is_no_count_and_changes_nothing),
		cmocka_unit_test(the_article_s_item_has_the_article_s_hash),
		cmocka_unit_test(the_longest_item_s_names_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
