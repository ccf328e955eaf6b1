/*
 * test_body.c - the JSON body of a purchase is read strictly, and a bad one changes nothing.
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

static const struct body_purchase before = { 7, "before" };

/* The bytes stand alone in a block of their own size, so that a sanitizer sees a step too far. */
static enum body_verdict read_bytes(const char *text, size_t size, struct body_purchase *found,
				    const char **why)
{
	char *block = malloc(size > 0 ? size : 1);
	enum body_verdict verdict;

	assert_non_null(block);
	memcpy(block, text, size);
	*found = before;
	*why = NULL;
	verdict = body_read_purchase(block, size, found, why);
	free(block);
	return verdict;
}

static void assert_good(const char *text, uint32_t units, const char *user)
{
	struct body_purchase found;
	const char *why;

	if (read_bytes(text, strlen(text), &found, &why) != BODY_GOOD)
		fail_msg("%s: %s", text, why);
	assert_int_equal(found.units, units);
	assert_string_equal(found.user, user);
}

static void assert_bad_bytes(const char *text, size_t size, const char *about)
{
	struct body_purchase found;
	const char *why;

	if (read_bytes(text, size, &found, &why) != BODY_BAD)
		fail_msg("this was read as good: %.80s", text);
	assert_non_null(why);
	if (strstr(why, about) == NULL)
		fail_msg("%.80s: the sentence \"%s\" does not name \"%s\"", text, why, about);
	assert_int_equal(found.units, before.units);
	assert_string_equal(found.user, before.user);
}

static void assert_bad(const char *text, const char *about)
{
	assert_bad_bytes(text, strlen(text), about);
}

static void members_are_read_over_what_was_there(void **state)
{
	(void)state;
	assert_good("{\"units\":2,\"user\":\"ann\"}", 2, "ann");
	assert_good("{\"units\":2}", 2, "before");
	assert_good("{\"user\":\"a.B_9@x-y\"}", 7, "a.B_9@x-y");
	assert_good(" \r\n\t{ \"user\" : \"ann\" , \"units\" : 1 } \n", 1, "ann");
	assert_good("{\"\\u0075nits\":3}", 3, "before");
}

static void nothing_said_changes_nothing(void **state)
{
	(void)state;
	assert_good("", 7, "before");
	assert_good("{}", 7, "before");
	assert_good("{\"user\":\"\"}", 7, "");
}

static void units_are_integers_in_digits(void **state)
{
	static const char *const bad[] = {
		"0",           "-1",
		"-0",          "1.0",
		"1e3",         "1E0",
		"\"1\"",       "true",
		"null",        "1000000000",
		"2147483648",  "4294967297",
		"-4294967295", "9223372036854775807",
	};
	char text[100];

	(void)state;
	assert_good("{\"units\":1}", 1, "before");
	assert_good("{\"units\":999999999}", KEYS_UNITS_MAX, "before");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "{\"units\":%s}", bad[i]);
		assert_bad(text, "units must be");
	}
	assert_bad("{\"units\":99999999999999999999}", "too large");
	assert_bad("{\"units\":01}", "JSON");
	assert_bad("{\"units\":+1}", "JSON");
	assert_bad("{\"units\":0x1}", "JSON");
	assert_bad("{\"units\":nan}", "JSON");
	assert_bad("{\"units\":Infinity}", "JSON");
}

static void users_are_short_plain_strings(void **state)
{
	char text[200];
	char longest[66];

	(void)state;
	memset(longest, 'u', 65);
	longest[65] = '\0';
	snprintf(text, sizeof(text), "{\"user\":\"%s\"}", longest);
	assert_bad(text, "user must be");
	longest[64] = '\0';
	snprintf(text, sizeof(text), "{\"user\":\"%s\"}", longest);
	assert_good(text, 7, longest);
	assert_bad("{\"user\":1}", "user must be");
	assert_bad("{\"user\":null}", "user must be");
	assert_bad("{\"user\":\"a b\"}", "user must be");
	assert_bad("{\"user\":\"a|b\"}", "user must be");
	assert_bad("{\"user\":\"\\n\"}", "user must be");
	assert_bad("{\"user\":\"\xe6\x8a\xa2\"}", "user must be");
}

static void one_bad_member_spoils_the_good_ones(void **state)
{
	(void)state;
	assert_bad("{\"units\":2,\"user\":\"a b\"}", "user must be");
	assert_bad("{\"user\":\"ann\",\"units\":0}", "units must be");
	assert_bad("{\"units\":2,\"price\":0}", "no others");
	assert_bad("{\"Units\":2}", "no others");
	assert_bad("{\"\":2}", "no others");
}

static void only_one_object_each_member_once(void **state)
{
	static const char *const bad[] = {
		"{",
		"}",
		"{}}",
		"{} {}",
		"{},",
		"{\"units\":1,}",
		"{units:1}",
		"{'units':1}",
		"1",
		"\"x\"",
		"null",
		" ",
		"{\"units\":1}x",
		"\xef\xbb\xbf{}",
		"//\n{}",
		"{\"units\":1,\"units\":1}",
		"{\"units\":1,\"\\u0075nits\":2}",
		"{\"user\":\"\xff\"}",
		"{\"user\":\"\xc0\xae\"}",
		"{\"user\":\"\\ud800\"}",
		"{\"user\":\"a\nb\"}",
		"{\"user\":\"a",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_bad(bad[i], "JSON");
	assert_bad("[]", "one flat JSON object");
	assert_bad("[1]", "one flat JSON object");
}

static void no_nul_gets_in(void **state)
{
	(void)state;
	assert_bad("{\"user\":\"a\\u0000b\"}", "JSON");
	assert_bad("{\"units\\u0000\":1}", "JSON");
	assert_bad_bytes("{\"user\":\"a\0b\"}", 14, "JSON");
	assert_bad_bytes("{}\0", 3, "JSON");
	assert_bad_bytes("\0", 1, "JSON");
}

static void depth_is_bounded_before_the_parser_sees_it(void **state)
{
	char text[BODY_BYTES_MAX];

	(void)state;
	assert_bad("{\"user\":{}}", "one flat JSON object");
	assert_bad("{\"x\":[1]}", "one flat JSON object");
	memset(text, '[', sizeof(text));
	assert_bad_bytes(text, sizeof(text), "one flat JSON object");
	/* Braces inside a string are no depth, and an escaped quote does not end it. */
	assert_bad("{\"user\":\"{[{[\"}", "user must be");
	assert_bad("{\"user\":\"\\\"[[[\"}", "user must be");
}

static void size_is_bounded(void **state)
{
	char text[BODY_BYTES_MAX + 1];

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text, "{\"units\":5}", 11);
	assert_bad_bytes(text, sizeof(text), "4096");

	struct body_purchase found;
	const char *why;
	assert_int_equal(read_bytes(text, BODY_BYTES_MAX, &found, &why), BODY_GOOD);
	assert_int_equal(found.units, 5);
}

/* A cheap fuzz: every cut, every byte replaced by every value; what is good is still in range. */
static void every_cut_and_every_changed_byte_is_survived(void **state)
{
	static const char text[] = "{\"units\":12,\"user\":\"an\\u006e\"}";
	struct body_purchase found;
	const char *why;

	(void)state;
	for (size_t size = 1; size < sizeof(text) - 1; size++)
		assert_int_equal(read_bytes(text, size, &found, &why), BODY_BAD);
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		for (int byte = 0; byte < 256; byte++) {
			char changed[sizeof(text)];

			memcpy(changed, text, sizeof(text));
			changed[i] = (char)byte;
			if (read_bytes(changed, sizeof(text) - 1, &found, &why) == BODY_BAD)
				assert_non_null(why);
			assert_in_range(found.units, 1, KEYS_UNITS_MAX);
			assert_true(keys_user_is_valid(found.user, strlen(found.user)));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_read_over_what_was_there),
		cmocka_unit_test(nothing_said_changes_nothing),
		cmocka_unit_test(units_are_integers_in_digits),
		cmocka_unit_test(users_are_short_plain_strings),
		cmocka_unit_test(one_bad_member_spoils_the_good_ones),
		cmocka_unit_test(only_one_object_each_member_once),
		cmocka_unit_test(no_nul_gets_in),
		cmocka_unit_test(depth_is_bounded_before_the_parser_sees_it),
		cmocka_unit_test(size_is_bounded),
		cmocka_unit_test(every_cut_and_every_changed_byte_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
