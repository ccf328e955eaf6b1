/*
 * test_address.c - host and port of a text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/address.h"

static char host[ADDRESS_HOST_BYTES];

static void a_text_is_parted_at_its_last_colon(void **state)
{
	(void)state;
	assert_string_equal(address_split("127.0.0.1:6380", host), "6380");
	assert_string_equal(host, "127.0.0.1");
	assert_string_equal(address_split("node-b.local:1", host), "1");
	assert_string_equal(host, "node-b.local");
	assert_string_equal(address_split(":80", host), "80");
	assert_string_equal(host, "");
}

static void brackets_are_no_part_of_an_address(void **state)
{
	(void)state;
	assert_string_equal(address_split("[::1]:6380", host), "6380");
	assert_string_equal(host, "::1");
	assert_string_equal(address_split("[fe80::1.2.3.4]:1", host), "1");
	assert_string_equal(host, "fe80::1.2.3.4");
	assert_string_equal(address_split("[]:1", host), "1");
	assert_string_equal(host, "[]");
}

static void what_has_no_port_or_no_room_is_none(void **state)
{
	char text[ADDRESS_HOST_BYTES + 3];

	(void)state;
	assert_null(address_split("127.0.0.1", host));
	assert_null(address_split("", host));
	memset(text, 'a', sizeof(text));
	strcpy(text + ADDRESS_HOST_BYTES, ":1");
	assert_null(address_split(text, host));
	strcpy(text + ADDRESS_HOST_BYTES - 1, ":1");
	assert_string_equal(address_split(text, host), "1");
	assert_int_equal(strlen(host), ADDRESS_HOST_BYTES - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_parted_at_its_last_colon),
		cmocka_unit_test(brackets_are_no_part_of_an_address),
		cmocka_unit_test(what_has_no_port_or_no_room_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
