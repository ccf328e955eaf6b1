/*
 * test_user_token.c - a buyer's token is read in one form only, and holds for one key.
 *
 * The expected macs were made by Python's hmac module.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/user_token.h"

#define ADA                                                                                        \
	"v1.ada.638.1763814000."                                                                   \
	"25c38f3ab72d240ef8037ebd751bdcc19df0d51a20eb3110277064cff35b603b"
#define DOTS                                                                                       \
	"v1.a.b.1.5@x.0.1."                                                                        \
	"0d80c2357745aa583ded2d234d341c2403f6bf23d14e14d2b7e995e083e79077"

static unsigned char secret[SEAL_SECRET_BYTES];

static int make_secret(void **state)
{
	(void)state;
	for (int i = 0; i < SEAL_SECRET_BYTES; i++)
		secret[i] = (unsigned char)i;
	return 0;
}

static bool is_read(const char *text, size_t size)
{
	struct user_token token = { .expires_s = -1 };
	bool is_good = user_token_read(text, size, secret, &token);

	assert_int_equal(token.expires_s == -1, !is_good); /* untouched if it is none */
	return is_good;
}

static void a_token_is_written_in_the_form_of_the_header(void **state)
{
	const struct user_token ada = { "ada", 638, 1763814000 }, dots = { "a.b.1.5@x", 0, 1 };
	char text[USER_TOKEN_BYTES];

	(void)state;
	assert_int_equal(user_token_write(text, &ada, secret), strlen(ADA));
	assert_string_equal(text, ADA);
	assert_int_equal(user_token_write(text, &dots, secret), strlen(DOTS));
	assert_string_equal(text, DOTS);
}

static void a_good_one_is_taken_apart(void **state)
{
	struct user_token token;

	(void)state;
	assert_true(user_token_read(ADA, strlen(ADA), secret, &token));
	assert_string_equal(token.user, "ada");
	assert_int_equal(token.score_tenths, 638);
	assert_int_equal(token.expires_s, 1763814000);
	assert_true(user_token_read(DOTS, strlen(DOTS), secret, &token));
	assert_string_equal(token.user, "a.b.1.5@x");
	assert_int_equal(token.score_tenths, 0);
}

static void the_largest_one_fits(void **state)
{
	struct user_token token = { "", USER_TOKEN_SCORE_TENTHS_MAX, USER_TOKEN_EXPIRES_S_MAX };
	struct user_token found;
	char text[USER_TOKEN_BYTES];

	(void)state;
	memset(token.user, 'x', KEYS_USER_BYTES);
	assert_int_equal(user_token_write(text, &token, secret), USER_TOKEN_BYTES - 1);
	assert_true(user_token_read(text, USER_TOKEN_BYTES - 1, secret, &found));
	assert_string_equal(found.user, token.user);
}

static void one_byte_more_less_or_other_is_refused(void **state)
{
	char text[sizeof(ADA)];

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(text); i++) {
		for (int bit = 0; bit < 8; bit++) {
			memcpy(text, ADA, sizeof(text));
			text[i] = (char)(text[i] ^ 1 << bit);
			assert_false(is_read(text, sizeof(text) - 1));
		}
		assert_false(is_read(ADA, i));
	}
	assert_false(is_read(ADA "0", sizeof(text)));
	assert_false(is_read(ADA, sizeof(text))); /* with the NUL */
	assert_false(is_read("", 0));
}

static void another_key_does_not_hold(void **state)
{
	struct user_token token;

	(void)state;
	secret[31] ^= 1;
	assert_false(user_token_read(ADA, strlen(ADA), secret, &token));
	secret[31] ^= 1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_written_in_the_form_of_the_header),
		cmocka_unit_test(a_good_one_is_taken_apart),
		cmocka_unit_test(the_largest_one_fits),
		cmocka_unit_test(one_byte_more_less_or_other_is_refused),
		cmocka_unit_test(another_key_does_not_hold),
	};

	return cmocka_run_group_tests(tests, make_secret, NULL);
}
