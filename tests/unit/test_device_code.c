/*
 * test_device_code.c - codes of device logins: their form, their letters, and what people type.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/seal.h"
#include "node/device_code.h"

#define LETTERS "BCDFGHJKLMNPQRSTVWXZ"
#define SIXTY_FOUR "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void a_code_is_letters_and_256_bits_and_never_the_same(void **state)
{
	char one[DEVICE_CODE_BYTES], other[DEVICE_CODE_BYTES], user_code[DEVICE_USER_BYTES];
	unsigned seen[256] = { 0 };

	(void)state;
	device_code_make(other);
	for (int i = 0; i < 5000; i++) {
		device_code_make(one);
		assert_true(device_code_read(one, user_code));
		assert_string_not_equal(one, other);
		for (int j = 0; j < DEVICE_USER_LETTERS; j++)
			seen[(unsigned char)user_code[j]]++;
		memcpy(other, one, sizeof(other));
	}
	for (const char *letter = LETTERS; *letter; letter++) /* 2000 each, within ten deviations */
		assert_in_range(seen[(unsigned char)*letter], 1560, 2440);
}

static void what_is_no_device_code_is_not_read(void **state)
{
	static const char *const wrong[] = {
		"",
		"WDJBMJHT",
		"WDJBMJH" SIXTY_FOUR,
		"WDJBMJHTB" SIXTY_FOUR,
		"WDJBMJHA" SIXTY_FOUR,
		"wdjbmjht" SIXTY_FOUR,
		"WDJBMJHT" SIXTY_FOUR "0",
		"WDJBMJHTg0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
	};
	char user_code[DEVICE_USER_BYTES] = "before";

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(device_code_read(wrong[i], user_code));
	assert_string_equal(user_code, "before");
	assert_true(device_code_read("WDJBMJHT" SIXTY_FOUR, user_code));
	assert_string_equal(user_code, "WDJBMJHT");
}

static void people_may_type_small_letters_blanks_and_hyphens(void **state)
{
	static const char *const good[] = { "WDJB-MJHT", "wdjbmjht", " wdjb mjht ",
					    "W-D-J-B-M-J-H-T" };
	static const char *const wrong[] = { "",          "WDJB-MJH",  "WDJB-MJHTT",
					     "WDJB-MJHA", "WDJB_MJHT", "0DJB-MJHT" };
	char user_code[DEVICE_USER_BYTES], shown[DEVICE_SHOWN_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(device_code_read_typed(good[i], user_code));
		assert_string_equal(user_code, "WDJBMJHT");
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(device_code_read_typed(wrong[i], user_code));
	device_code_show("WDJBMJHT", shown);
	assert_string_equal(shown, "WDJB-MJHT");
}

int main(void)
{
	unsigned char secret[SEAL_SECRET_BYTES];
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_is_letters_and_256_bits_and_never_the_same),
		cmocka_unit_test(what_is_no_device_code_is_not_read),
		cmocka_unit_test(people_may_type_small_letters_blanks_and_hyphens),
	};

	if (!seal_read_secret(SIXTY_FOUR, secret)) /* libsodium is ready from here on */
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
