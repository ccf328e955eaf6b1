/*
 * test_wording.c - the table of what the nodes say, its forms, and that docs/API.md has the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "node/wording.h"

enum { ROW_BYTES = 400, PAGE_BYTES = 1 << 17 };

static const struct wording *at(int i)
{
	return i < OUTCOMES ? wording_of_outcome((enum purchase_outcome)i)
			    : wording_of_reply((enum reply)(i - OUTCOMES));
}

/* The row of docs/API.md that a wording must have. */
static void write_row(char row[ROW_BYTES], const struct wording *say)
{
	const char *again = say->retry_after_ms == WORDING_NEVER      ? "no"
			    : say->retry_after_ms == WORDING_ANY_TIME ? "yes"
			    : say->retry_after_ms == WORDING_TOLD     ? "in `retryAfterMs`"
								      : "in 1000 ms";

	snprintf(row, ROW_BYTES, "| %s | %u | %d | %d | %s | %s | %s |\n", say->reason, say->status,
		 say->code, say->result_code, again, say->message[ANSWERS_CHINESE],
		 say->message[ANSWERS_ENGLISH]);
}

/* The section of the table, NUL-terminated; the caller frees it. */
static char *read_section(void)
{
	char *page = calloc(1, PAGE_BYTES);
	FILE *file = fopen("docs/API.md", "r");

	assert_non_null(file);
	assert_in_range(fread(page, 1, PAGE_BYTES - 1, file), 1, PAGE_BYTES - 2);
	fclose(file);
	char *from = strstr(page, "## Every answer\n");
	assert_non_null(from);
	char *end = strstr(from + 3, "\n## ");
	assert_non_null(end);
	*end = '\0';
	memmove(page, from, strlen(from) + 1);
	return page;
}

static void every_answer_is_in_the_document_as_it_is_given(void **state)
{
	char *section = read_section(), row[ROW_BYTES];
	size_t rows = 0, wanted = 0;

	(void)state;
	for (int i = 0; i < OUTCOMES + REPLIES; i++) {
		bool is_new = true;

		write_row(row, at(i));
		if (!strstr(section, row))
			fprintf(stderr, "docs/API.md lacks this row:\n%s", row);
		assert_non_null(strstr(section, row));
		for (int j = 0; j < i && is_new; j++) {
			char other[ROW_BYTES];

			write_row(other, at(j));
			is_new = strcmp(row, other) != 0;
		}
		wanted += is_new;
	}
	for (const char *line = section; (line = strstr(line, "\n| ")) != NULL; line++)
		rows++;
	assert_int_equal(rows, wanted + 1); /* and the head: no row says what nobody says */
	free(section);
}

static void every_answer_is_complete(void **state)
{
	(void)state;
	for (int i = 0; i < OUTCOMES + REPLIES; i++) {
		const struct wording *say = at(i);

		assert_non_null(say->reason);
		assert_int_equal(say->code == 1, say->result_code == 0);
		assert_true(say->code == 1 || say->code == -1 || say->code == -2);
		assert_int_equal(say->code == -2, say->status != 200);
		assert_int_equal(say->status == 503, say->retry_after_ms == 1000);
		assert_int_equal(wording_retry_after_s(say), say->status == 503);
		assert_true(say->message[ANSWERS_ENGLISH][0] > 0); /* ASCII */
		assert_true((unsigned char)say->message[ANSWERS_CHINESE][0] > 127);
	}
}

static void a_purchase_is_called_the_same_in_the_log_and_in_the_answer(void **state)
{
	(void)state;
	for (int i = 0; i < OUTCOMES; i++)
		assert_string_equal(at(i)->reason, purchase_outcome_word((enum purchase_outcome)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_answer_is_in_the_document_as_it_is_given),
		cmocka_unit_test(every_answer_is_complete),
		cmocka_unit_test(a_purchase_is_called_the_same_in_the_log_and_in_the_answer),
	};

	if (getenv("PRINT_ROWS")) {
		char row[ROW_BYTES];

		for (int i = 0; i < OUTCOMES + REPLIES; i++) {
			write_row(row, at(i));
			fputs(row, stdout);
		}
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
