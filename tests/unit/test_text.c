/*
 * test_text.c - texts of others: what must not get to a terminal, and how wide the rest is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/text.h"

#define LOST "\xef\xbf\xbd" /* U+FFFD */

static void assert_clean(const char *text, size_t size, const char *clean)
{
	char *made = text_clean(text, size);

	assert_int_equal(text_is_clean(text, size),
			 strlen(made) == size && !memcmp(made, text, size));
	assert_true(text_is_clean(made, strlen(made)));
	assert_string_equal(made, clean);
	free(made);
}

static void clean_keeps_letters_and_takes_out_what_plays_with_a_terminal(void **state)
{
	(void)state;
	assert_clean("ticket", 6, "ticket");
	assert_clean("", 0, "");
	assert_clean("抢票成功 é 🎫", strlen("抢票成功 é 🎫"), "抢票成功 é 🎫");
	assert_clean("\x1b[2J", 4, LOST "[2J");
	assert_clean("a\0b\n\x7f", 5, "a" LOST "b" LOST LOST);
	assert_clean("\xc2\x9b", 2, LOST);     /* CSI in one character */
	assert_clean("\xe2\x80\xae", 3, LOST); /* right to left from here */
	assert_clean("\xe2\x80\x8b", 3, LOST); /* a blank without width */
	assert_clean("\xe2\x81\xa6", 3, LOST); /* isolated, and left to right */
	assert_clean("\xc2\x80", 2, LOST);
	assert_clean("\xc2\xa0", 2, "\xc2\xa0");
}

static void clean_takes_out_what_is_no_utf8(void **state)
{
	(void)state;
	assert_clean("\xff", 1, LOST);
	assert_clean("\xc3", 1, LOST);          /* cut */
	assert_clean("\xc3(", 2, LOST "(");     /* no second byte */
	assert_clean("\xc0\xaf", 2, LOST LOST); /* overlong slash */
	assert_clean("\xe0\x80\xaf", 3, LOST LOST LOST);
	assert_clean("\xed\xa0\x80", 3, LOST LOST LOST); /* a surrogate */
	assert_clean("\xf4\x90\x80\x80", 4, LOST LOST LOST LOST);
	assert_clean("\xf5\x80\x80\x80", 4, LOST LOST LOST LOST);
	assert_clean("\xf0\x9f\x8e", 3, LOST LOST LOST);
	assert_clean("\xf0\x9f\x8e\xab", 4, "\xf0\x9f\x8e\xab");
}

static void width_is_counted_in_columns(void **state)
{
	(void)state;
	assert_int_equal(text_width(""), 0);
	assert_int_equal(text_width("ticket"), 6);
	assert_int_equal(text_width("é"), 1);
	assert_int_equal(text_width("e\xcc\x81"), 1); /* e and an accent of its own */
	assert_int_equal(text_width("抢票"), 4);
	assert_int_equal(text_width("🎫"), 2);
	assert_int_equal(text_width(LOST), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clean_keeps_letters_and_takes_out_what_plays_with_a_terminal),
		cmocka_unit_test(clean_takes_out_what_is_no_utf8),
		cmocka_unit_test(width_is_counted_in_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
