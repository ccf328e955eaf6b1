/*
 * test_webhook_address.c - what is a public address, by the registries and by their borders.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "ledger/webhook_address.h"

static bool is_public(const char *text)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return webhook_address_is_public((struct sockaddr *)&v4, sizeof(v4));
	assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
	return webhook_address_is_public((struct sockaddr *)&v6, sizeof(v6));
}

static void check_all(const char *const *texts, size_t count, bool expected)
{
	for (size_t i = 0; i < count; i++) {
		if (is_public(texts[i]) != expected)
			fail_msg("%s is taken for %s", texts[i], expected ? "closed" : "public");
	}
}

#define CHECK(list, expected) check_all(list, sizeof(list) / sizeof((list)[0]), expected)

static void public_addresses_of_ipv4_are_public(void **state)
{
	static const char *const list[] = {
		"1.1.1.1",         "8.8.8.8",         "9.255.255.255",   "11.0.0.0",
		"100.63.255.255",  "100.128.0.0",     "126.255.255.255", "128.0.0.1",
		"169.253.255.255", "169.255.0.0",     "172.15.255.255",  "172.32.0.0",
		"192.0.1.0",       "192.167.255.255", "192.169.0.0",     "198.17.255.255",
		"198.20.0.0",      "223.255.255.255",
	};

	(void)state;
	CHECK(list, true);
}

static void closed_addresses_of_ipv4_are_not(void **state)
{
	static const char *const list[] = {
		"0.0.0.0",         "0.1.2.3",         "10.0.0.0",        "10.255.255.255",
		"100.64.0.0",      "100.127.255.255", "127.0.0.1",       "127.255.255.255",
		"169.254.0.0",     "169.254.169.254", "172.16.0.0",      "172.31.255.255",
		"192.0.0.1",       "192.0.2.1",       "192.88.99.1",     "192.168.0.0",
		"192.168.255.255", "198.18.0.0",      "198.19.255.255",  "198.51.100.7",
		"203.0.113.7",     "224.0.0.1",       "239.255.255.255", "240.0.0.1",
		"255.255.255.255",
	};

	(void)state;
	CHECK(list, false);
}

static void public_addresses_of_ipv6_are_public(void **state)
{
	static const char *const list[] = {
		"2606:4700:4700::1111", "2001:4860:4860::8888", "2a00::1",         "2001:200::1",
		"::ffff:8.8.8.8",       "64:ff9b::8.8.8.8",     "2002:808:808::1",
	};

	(void)state;
	CHECK(list, true);
}

static void closed_addresses_of_ipv6_are_not(void **state)
{
	static const char *const list[] = {
		"::",
		"::1",
		"::7f00:1",
		"::ffff:127.0.0.1",
		"::ffff:10.0.0.1",
		"::ffff:0.0.0.0",
		"::ffff:169.254.169.254",
		"64:ff9b::10.0.0.1",
		"64:ff9b:1::1",
		"100::1",
		"fe80::1",
		"fec0::1",
		"fc00::1",
		"fdff::1",
		"ff02::1",
		"ff0e::1",
		"2001::1",
		"2001:2::1",
		"2001:db8::1",
		"2002:7f00:1::1",
		"2002:a00:1::1",
		"3fff::1",
		"4000::1",
	};

	(void)state;
	CHECK(list, false);
}

static void another_family_or_a_short_address_is_not(void **state)
{
	struct sockaddr_un local = { .sun_family = AF_UNIX, .sun_path = "/tmp/x" };
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_addr = { htonl(0x08080808) } };

	(void)state;
	assert_false(webhook_address_is_public((struct sockaddr *)&local, sizeof(local)));
	assert_true(webhook_address_is_public((struct sockaddr *)&v4, sizeof(v4)));
	assert_false(webhook_address_is_public((struct sockaddr *)&v4, sizeof(v4) - 1));
	assert_false(webhook_address_is_public((struct sockaddr *)&v4, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(public_addresses_of_ipv4_are_public),
		cmocka_unit_test(closed_addresses_of_ipv4_are_not),
		cmocka_unit_test(public_addresses_of_ipv6_are_public),
		cmocka_unit_test(closed_addresses_of_ipv6_are_not),
		cmocka_unit_test(another_family_or_a_short_address_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
