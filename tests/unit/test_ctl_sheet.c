/*
 * test_ctl_sheet.c - one sheet as a table, upright and as JSON.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/json.h"
#include "ctl/sheet.h"

static const struct sheet_column columns[] = {
	{ "name", "NAME", SHEET_TEXT },      { "left", "LEFT", SHEET_NUMBER },
	{ "since_ms", "SINCE", SHEET_TIME }, { "window_ms", "WINDOW", SHEET_SPAN },
	{ "is_open", "OPEN", SHEET_TRUTH },
};

static struct sheet *two_rows(void)
{
	struct sheet *sheet = sheet_open(columns, 5);

	sheet_add_text(sheet, "票", strlen("票"));
	sheet_add_number(sheet, 10000);
	sheet_add_number(sheet, 1763814000123);
	sheet_add_number(sheet, 300000);
	sheet_add_number(sheet, 1);
	sheet_add_text(sheet, "a\x1b[2Jlong name", 14);
	sheet_add_number(sheet, -3);
	sheet_add_nothing(sheet);
	sheet_add_nothing(sheet);
	sheet_add_number(sheet, 0);
	return sheet;
}

/* What a way of printing makes of the sheet, which is ended. */
static void assert_prints(struct sheet *sheet, void (*print)(const struct sheet *, FILE *),
			  const char *text)
{
	char *made = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&made, &size);

	print(sheet, file);
	fclose(file);
	assert_string_equal(made, text);
	free(made);
	sheet_close(sheet);
}

static void print_json(const struct sheet *sheet, FILE *file)
{
	struct json *json = sheet_json(sheet);

	json_print(json, file);
	json_close(json);
}

static void a_table_is_aligned_by_columns_not_bytes(void **state)
{
	(void)state;
	assert_prints(two_rows(), sheet_print,
		      "NAME             LEFT  SINCE                     WINDOW  OPEN\n"
		      "票              10000  2025-11-22T12:20:00.123Z      5m  yes\n"
		      "a\xef\xbf\xbd[2Jlong name     -3  -                              -  no\n");
}

static void upright_has_a_line_for_each_column(void **state)
{
	(void)state;
	assert_prints(two_rows(), sheet_print_upright,
		      "NAME    票\n"
		      "LEFT    10000\n"
		      "SINCE   2025-11-22T12:20:00.123Z\n"
		      "WINDOW  5m\n"
		      "OPEN    yes\n"
		      "\n"
		      "NAME    a\xef\xbf\xbd[2Jlong name\n"
		      "LEFT    -3\n"
		      "SINCE   -\n"
		      "WINDOW  -\n"
		      "OPEN    no\n");
}

static void json_has_numbers_as_numbers_and_the_unknown_as_null(void **state)
{
	(void)state;
	assert_prints(two_rows(), print_json,
		      "[{\"name\":\"票\",\"left\":10000,\"since_ms\":1763814000123,"
		      "\"window_ms\":300000,\"is_open\":true},"
		      "{\"name\":\"a\xef\xbf\xbd[2Jlong name\",\"left\":-3,\"since_ms\":null,"
		      "\"window_ms\":null,\"is_open\":false}]\n");
}

static void a_sheet_without_rows_has_its_titles(void **state)
{
	(void)state;
	assert_prints(sheet_open(columns, 2), sheet_print, "NAME  LEFT\n");
	assert_prints(sheet_open(columns, 2), sheet_print_upright, "");
	assert_prints(sheet_open(columns, 2), print_json, "[]\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_is_aligned_by_columns_not_bytes),
		cmocka_unit_test(upright_has_a_line_for_each_column),
		cmocka_unit_test(json_has_numbers_as_numbers_and_the_unknown_as_null),
		cmocka_unit_test(a_sheet_without_rows_has_its_titles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
