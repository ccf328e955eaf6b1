/*
 * test_signature.c - a signature is read in one form only, and holds for one time, body and key.
 *
 * The expected signs were made by Python's hmac module.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/signature.h"

#define SIGN                                                                                       \
	"35dd289ce852487c970c15d3de51a656"                                                         \
	"09d0c9a955e6d5b548412bdb53e1328e"
#define SIGN_OF_NOTHING                                                                            \
	"d49dc05807dd1f7797621f82faaeb8fc"                                                         \
	"065bd2e55efc2839f3022b55e1fe7683"

static const char body[] = "{\"order\":\"ticket-00000002-0123456789ab\",\"txn\":\"t-1\","
			   "\"amount\":100}";
static const char header[] = "t=1763814000,v1=" SIGN;

static void make_secret(unsigned char secret[SEAL_SECRET_BYTES])
{
	for (int i = 0; i < SEAL_SECRET_BYTES; i++)
		secret[i] = (unsigned char)i;
}

static bool is_read(const char *text)
{
	struct signature signature;

	return signature_read(text, strlen(text), &signature);
}

static void a_good_one_is_read_and_holds(void **state)
{
	unsigned char secret[SEAL_SECRET_BYTES];
	struct signature signature;

	(void)state;
	make_secret(secret);
	assert_true(signature_read(header, sizeof(header) - 1, &signature));
	assert_int_equal(signature.at_s, 1763814000);
	assert_true(signature_is_of(&signature, body, sizeof(body) - 1, secret));
	assert_true(signature_read("t=1,v1=" SIGN_OF_NOTHING, 7 + 64, &signature));
	assert_true(signature_is_of(&signature, "", 0, secret));
}

static void what_is_written_is_the_known_text(void **state)
{
	unsigned char secret[SEAL_SECRET_BYTES];
	char text[SIGNATURE_BYTES];

	(void)state;
	make_secret(secret);
	assert_int_equal(signature_write(text, 1763814000, body, sizeof(body) - 1, secret),
			 sizeof(header) - 1);
	assert_string_equal(text, header);
}

static void another_time_body_or_key_does_not_hold(void **state)
{
	unsigned char secret[SEAL_SECRET_BYTES];
	struct signature signature;
	char changed[sizeof(body)];

	(void)state;
	make_secret(secret);
	assert_true(signature_read(header, sizeof(header) - 1, &signature));
	for (size_t i = 0; i < sizeof(body) - 1; i++) {
		memcpy(changed, body, sizeof(body));
		changed[i] ^= 1;
		assert_false(signature_is_of(&signature, changed, sizeof(body) - 1, secret));
	}
	assert_false(signature_is_of(&signature, body, sizeof(body) - 2, secret));
	signature.at_s++;
	assert_false(signature_is_of(&signature, body, sizeof(body) - 1, secret));
	signature.at_s--;
	secret[31] ^= 1;
	assert_false(signature_is_of(&signature, body, sizeof(body) - 1, secret));
}

static void every_changed_byte_of_the_header_is_noticed(void **state)
{
	unsigned char secret[SEAL_SECRET_BYTES];
	char text[sizeof(header)];

	(void)state;
	make_secret(secret);
	for (size_t at = 0; at < sizeof(header) - 1; at++) {
		for (int byte = 0; byte < 256; byte++) {
			struct signature signature;

			memcpy(text, header, sizeof(header));
			text[at] = (char)byte;
			if (text[at] == header[at])
				continue;
			assert_false(signature_read(text, sizeof(header) - 1, &signature) &&
				     signature_is_of(&signature, body, sizeof(body) - 1, secret));
		}
	}
}

static void another_form_is_no_signature(void **state)
{
	char text[sizeof(header) + 1];

	(void)state;
	for (size_t size = 0; size < sizeof(header) - 1; size++) {
		struct signature signature;

		assert_false(signature_read(header, size, &signature));
	}
	snprintf(text, sizeof(text), "%s0", header);
	assert_false(is_read(text));
	assert_false(is_read("t=,v1=" SIGN));
	assert_false(is_read("t=0,v1=" SIGN));
	assert_false(is_read("t=01763814000,v1=" SIGN));
	assert_false(is_read("t=-1,v1=" SIGN));
	assert_false(is_read("t=+1,v1=" SIGN));
	assert_false(is_read("t=1e9,v1=" SIGN));
	assert_false(is_read("t=1763814000, v1=" SIGN));
	assert_false(is_read(" t=1763814000,v1=" SIGN));
	assert_false(is_read("v1=" SIGN ",t=1763814000"));
	assert_false(is_read("t=1763814000,v1=" SIGN ",v1=" SIGN));
	assert_false(is_read("t=1763814000,v2=" SIGN));
	assert_false(is_read("t=1763814000,v1=35DD289CE852487C970C15D3DE51A656"
			     "09d0c9a955e6d5b548412bdb53e1328e"));
	assert_true(is_read("t=999999999999,v1=" SIGN));
	assert_false(is_read("t=1000000000000,v1=" SIGN));
	assert_false(is_read("t=99999999999999999999,v1=" SIGN));
}

static void what_is_refused_changes_nothing(void **state)
{
	struct signature signature = { .at_s = 5 };

	(void)state;
	assert_false(signature_read(header, sizeof(header) - 2, &signature));
	assert_int_equal(signature.at_s, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_one_is_read_and_holds),
		cmocka_unit_test(what_is_written_is_the_known_text),
		cmocka_unit_test(another_time_body_or_key_does_not_hold),
		cmocka_unit_test(every_changed_byte_of_the_header_is_noticed),
		cmocka_unit_test(another_form_is_no_signature),
		cmocka_unit_test(what_is_refused_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
