/*
 * test_ctl_text.c - times, rules and CSV as penstockctl shows and reads them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/csv.h"
#include "ctl/moment.h"
#include "ctl/rules.h"

static void a_time_is_written_in_utc_with_its_ms(void **state)
{
	char text[MOMENT_BYTES];

	(void)state;
	assert_string_equal(moment_write(text, 1763814000123), "2025-11-22T12:20:00.123Z");
	assert_string_equal(moment_write(text, 1), "1970-01-01T00:00:00.001Z");
	assert_string_equal(moment_write(text, 0), "-");
}

static void assert_span(const char *text, int64_t ms)
{
	int64_t found = -1;

	assert_int_equal(moment_read_span(text, &found), ms >= 0);
	assert_int_equal(found, ms);
}

static void a_span_has_digits_and_a_unit(void **state)
{
	char text[MOMENT_BYTES];

	(void)state;
	assert_span("1ms", 1);
	assert_span("90s", 90000);
	assert_span("5m", 300000);
	assert_span("2h", 7200000);
	assert_span("3653d", 3653LL * 86400000);
	assert_span("3654d", -1);
	assert_span("999999999999h", -1);
	assert_span("0s", -1);
	assert_span("", -1);
	assert_span("5", -1);
	assert_span("m", -1);
	assert_span("-5m", -1);
	assert_span("5 m", -1);
	assert_span("5min", -1);
	assert_span("1e3s", -1);
	assert_string_equal(moment_write_span(text, 300000), "5m");
	assert_string_equal(moment_write_span(text, 90000), "90s");
	assert_string_equal(moment_write_span(text, 1500), "1500ms");
	assert_string_equal(moment_write_span(text, 0), "0ms");
	assert_string_equal(moment_write_span(text, 86400000), "1d");
}

static void a_rule_is_found_by_name_and_field(void **state)
{
	char value[RULES_VALUE_BYTES];
	const struct rule *rule = rules_find("pay-window", 10);

	(void)state;
	assert_non_null(rule);
	assert_ptr_equal(rule, rules_find("pay_window_ms=5", 13));
	assert_null(rules_find("pay", 3));
	assert_null(rules_find("", 0));
	assert_true(rules_translate(rule, "5m", false, value));
	assert_string_equal(value, "300000");
	assert_true(rules_translate(rule, "1500", true, value));
	assert_string_equal(value, "1500");
	assert_false(rules_translate(rule, "1500", false, value));
	assert_true(rules_translate(rules_find("price", 5), "007", false, value));
	assert_string_equal(value, "007"); /* item.lua is the judge */
}

/* What csv_write_text() makes of a text. */
static void assert_csv(const char *text, const char *written)
{
	char *made = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&made, &size);

	csv_write_text(file, text, strlen(text));
	fclose(file);
	assert_string_equal(made, written);
	free(made);
}

static void csv_quotes_what_would_break_a_line(void **state)
{
	(void)state;
	assert_csv("ada", "ada");
	assert_csv("", "");
	assert_csv("a,b", "\"a,b\"");
	assert_csv("a\"b", "\"a\"\"b\"");
	assert_csv("a\r\nb", "\"a\r\nb\"");
	assert_csv("a b", "a b");
}

static void csv_gives_no_spreadsheet_a_formula(void **state)
{
	(void)state;
	assert_csv("=1+1", "'=1+1");
	assert_csv("+1", "'+1");
	assert_csv("-1", "'-1");
	assert_csv("@ada", "'@ada");
	assert_csv("\tx", "'\tx");
	assert_csv("\r=x", "\"'\r=x\"");
	assert_csv("=HYPERLINK(\"a\",\"b\")", "\"'=HYPERLINK(\"\"a\"\",\"\"b\"\")\"");
	assert_csv("a=1", "a=1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_is_written_in_utc_with_its_ms),
		cmocka_unit_test(a_span_has_digits_and_a_unit),
		cmocka_unit_test(a_rule_is_found_by_name_and_field),
		cmocka_unit_test(csv_quotes_what_would_break_a_line),
		cmocka_unit_test(csv_gives_no_spreadsheet_a_formula),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
