/*
 * test_form.c - the words of a device login, as a form (RFC 8628, RFC 6749) and as JSON.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "node/body.h"
#include "node/form.h"

/* The bytes stand alone in a block of their own size, so that a sanitizer sees a step too far. */
static const char *read_bytes(const char *text, size_t size, bool is_json, struct form *form)
{
	char *block = malloc(size > 0 ? size : 1);
	const char *why = NULL;

	assert_non_null(block);
	memcpy(block, text, size);
	*form = (struct form){ .allow = FORM_UNSAID };
	if (!is_json)
		why = form_read(form, block, size);
	else if (body_read_form(block, size, form, &why) == BODY_GOOD)
		assert_null(why);
	else
		assert_non_null(why);
	free(block);
	return why;
}

static void a_form_is_read_as_the_rfc_writes_it(void **state)
{
	static const char text[] =
		"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=GmRh"
		"&client_id=1406020730&user_code=wdjb+mjht&user=a%2eb&allow=false&scope=&&"
		"a_name_that_is_longer_than_all_that_are_known=x";
	struct form form;

	(void)state;
	assert_null(read_bytes(text, sizeof(text) - 1, false, &form));
	assert_string_equal(form.grant_type, "urn:ietf:params:oauth:grant-type:device_code");
	assert_string_equal(form.device_code, "GmRh");
	assert_string_equal(form.user_code, "wdjb mjht");
	assert_string_equal(form.user, "a.b");
	assert_int_equal(form.allow, FORM_DENY);
	assert_null(read_bytes("", 0, false, &form));
}

static void json_says_the_same(void **state)
{
	static const char text[] = "{\"user_code\":\"WDJB-MJHT\",\"allow\":true,\"user\":\"ann\","
				   "\"client_id\":5,\"scope\":null}";
	struct form form;

	(void)state;
	assert_null(read_bytes(text, sizeof(text) - 1, true, &form));
	assert_string_equal(form.user_code, "WDJB-MJHT");
	assert_string_equal(form.user, "ann");
	assert_int_equal(form.allow, FORM_ALLOW);
}

static void what_is_doubled_too_long_or_of_another_form_is_refused(void **state)
{
	static const char *const forms[] = {
		"user=a&user=b", "allow=true&allow=true",
		"allow=1",       "allow=",
		"user",          "user=%",
		"user=%4",       "user=%zz",
		"user=%00",      "user=a%00",
		"grant_type=%0", "=%zz",
	};
	static const char *const texts[] = {
		"",
		"x",
		"[]",
		"{\"user\":{}}",
		"{\"user\":\"a\\u0000\"}",
		"{\"a\":1",
		"{\"allow\":\"yes\"}",
		"{\"user\":\"a\",\"user\":\"b\"}",
	};
	char longest[128] = "user=";
	struct form form;

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (!read_bytes(forms[i], strlen(forms[i]), false, &form))
			fail_msg("this was read as good: %s", forms[i]);
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!read_bytes(texts[i], strlen(texts[i]), true, &form))
			fail_msg("this was read as good: %s", texts[i]);
	}
	memset(longest + 5, 'a', 65);
	assert_non_null(read_bytes(longest, 5 + 65, false, &form));
	assert_null(read_bytes(longest, 5 + 64, false, &form));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_form_is_read_as_the_rfc_writes_it),
		cmocka_unit_test(json_says_the_same),
		cmocka_unit_test(what_is_doubled_too_long_or_of_another_form_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
