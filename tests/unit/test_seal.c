/*
 * test_seal.c - the hashes are the published ones, and a secret has one form.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/seal.h"

static const char digits[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

static void a_secret_is_64_hex_digits_and_nothing_else(void **state)
{
	unsigned char secret[SEAL_SECRET_BYTES] = { 7 };
	char text[80];

	(void)state;
	for (size_t size = 0; size < 64; size++) {
		memcpy(text, digits, size);
		text[size] = '\0';
		assert_false(seal_read_secret(text, secret));
	}
	strcpy(text, digits);
	text[63] = 'g';
	assert_false(seal_read_secret(text, secret));
	strcpy(text, digits);
	strcat(text, "00");
	assert_false(seal_read_secret(text, secret));
	assert_int_equal(secret[0], 7);
	assert_true(seal_read_secret(digits, secret));
	for (int i = 0; i < SEAL_SECRET_BYTES; i++)
		assert_int_equal(secret[i], i);
}

/* The vector of the paper's appendix: fifteen bytes 0 to 14, key 0 to 15. */
static void the_short_hash_is_siphash_2_4(void **state)
{
	static const unsigned char expected[] = { 0xe5, 0x45, 0xbe, 0x49, 0x61, 0xca, 0x29, 0xa1 };
	unsigned char bytes[16], hash[SEAL_SHORT_BYTES];

	(void)state;
	for (int i = 0; i < 16; i++)
		bytes[i] = (unsigned char)i;
	seal_hash_short(hash, bytes, 15, bytes);
	assert_memory_equal(hash, expected, sizeof(expected));
}

/* RFC 4231, test case 2. A key shorter than a block is as good as one with zeros behind it. */
static void a_sign_is_hmac_sha_256_however_the_text_is_cut(void **state)
{
	static const unsigned char expected[] = {
		0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24,
		0x26, 0x08, 0x95, 0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27,
		0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43,
	};
	static const char text[] = "what do ya want for nothing?";
	unsigned char secret[SEAL_SECRET_BYTES] = "Jefe", sign[SEAL_SIGN_BYTES];

	(void)state;
	for (size_t cut = 0; cut < sizeof(text); cut++) {
		const struct seal_piece pieces[] = { { text, cut },
						     { text + cut, sizeof(text) - 1 - cut } };

		seal_sign(sign, pieces, 2, secret);
		assert_memory_equal(sign, expected, sizeof(expected));
	}
}

static void each_purpose_has_its_own_key(void **state)
{
	unsigned char secret[SEAL_SECRET_BYTES], one[SEAL_SHORT_KEY_BYTES];
	unsigned char other[SEAL_SHORT_KEY_BYTES], again[SEAL_SHORT_KEY_BYTES];

	(void)state;
	assert_true(seal_read_secret(digits, secret));
	seal_derive_key(one, "one purpose", secret);
	seal_derive_key(other, "another one", secret);
	seal_derive_key(again, "one purpose", secret);
	assert_memory_not_equal(one, other, sizeof(one));
	assert_memory_equal(one, again, sizeof(one));
}

static void what_is_wiped_is_zero_and_what_is_random_differs(void **state)
{
	unsigned char one[32], other[32], nothing[32] = { 0 };

	(void)state;
	seal_random(one, sizeof(one));
	seal_random(other, sizeof(other));
	assert_false(seal_is_same(one, other, sizeof(one)));
	seal_wipe(one, sizeof(one));
	assert_true(seal_is_same(one, nothing, sizeof(one)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_is_64_hex_digits_and_nothing_else),
		cmocka_unit_test(the_short_hash_is_siphash_2_4),
		cmocka_unit_test(a_sign_is_hmac_sha_256_however_the_text_is_cut),
		cmocka_unit_test(each_purpose_has_its_own_key),
		cmocka_unit_test(what_is_wiped_is_zero_and_what_is_random_differs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
