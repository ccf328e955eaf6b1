/*
 * test_log.c - one honest line an occasion, whatever the text was.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/log.h"
#include "tests/unit/capture.h"

/* "2026-01-31T12:00:00.000Z" */
enum { STAMP_BYTES = 24, LINE_BYTES = 1000 };

static const char stamp_shape[] = "dddd-dd-ddTdd:dd:dd.dddZ";

static char *logged(enum log_level level, const char *text)
{
	struct capture capture = capture_begin(STDERR_FILENO);

	log_line(level, "%s", text);
	return capture_end(&capture);
}

/* The line without its time, which is checked for its shape. */
static void assert_logged(enum log_level level, const char *text, const char *expected)
{
	char *line = logged(level, text);

	assert_true(strlen(line) > 3 + STAMP_BYTES);
	assert_memory_equal(line, "ts=", 3);
	for (size_t i = 0; i < STAMP_BYTES; i++) {
		char c = line[3 + i];

		if (stamp_shape[i] == 'd')
			assert_in_range(c, '0', '9');
		else
			assert_int_equal(c, stamp_shape[i]);
	}
	assert_string_equal(line + 3 + STAMP_BYTES, expected);
	free(line);
}

static void a_line_names_time_level_and_node(void **state)
{
	(void)state;
	log_open("node-3001", LOG_DEBUG);
	assert_logged(LOG_DEBUG, "a b", " level=debug node=node-3001 msg=\"a b\"\n");
	assert_logged(LOG_INFO, "", " level=info node=node-3001 msg=\"\"\n");
	assert_logged(LOG_WARN, "x=1", " level=warn node=node-3001 msg=\"x=1\"\n");
	assert_logged(LOG_ERROR, "ok", " level=error node=node-3001 msg=\"ok\"\n");
}

static void lines_below_the_level_are_not_written(void **state)
{
	char *line;

	(void)state;
	log_open("n", LOG_WARN);
	line = logged(LOG_INFO, "quiet");
	assert_string_equal(line, "");
	free(line);
	line = logged(LOG_WARN, "loud");
	assert_non_null(strstr(line, "loud"));
	free(line);
}

static void no_text_can_forge_a_line_or_a_field(void **state)
{
	(void)state;
	log_open("n", LOG_INFO);
	assert_logged(LOG_INFO, "a\nts=2026 level=error",
		      " level=info node=n msg=\"a\\nts=2026 level=error\"\n");
	assert_logged(LOG_INFO, "a\" node=evil", " level=info node=n msg=\"a\\\" node=evil\"\n");
	assert_logged(LOG_INFO, "\\\"", " level=info node=n msg=\"\\\\\\\"\"\n");
	assert_logged(LOG_INFO, "\x1b[2J\r\t\x7f",
		      " level=info node=n msg=\"\\x1b[2J\\x0d\\x09\\x7f\"\n");
	assert_logged(LOG_INFO, "\x9b\xe5", " level=info node=n msg=\"\\x9b\\xe5\"\n");
}

static void a_hostile_name_cannot_end_its_field(void **state)
{
	(void)state;
	log_open("a b\n\"c=d", LOG_INFO);
	assert_logged(LOG_INFO, "x", " level=info node=a_b__c_d msg=\"x\"\n");
}

static void a_long_name_is_cut_at_63_bytes(void **state)
{
	char name[200];
	char expected[300];

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	log_open(name, LOG_INFO);
	snprintf(expected, sizeof(expected), " level=info node=%.63s msg=\"x\"\n", name);
	assert_logged(LOG_INFO, "x", expected);
}

static void assert_cut(char fill)
{
	char text[5000];
	char *line;
	size_t size;

	memset(text, fill, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	line = logged(LOG_INFO, text);
	size = strlen(line);
	assert_in_range(size, LINE_BYTES - 4, LINE_BYTES);
	assert_string_equal(line + size - 5, "...\"\n");
	assert_ptr_equal(strchr(line, '\n'), line + size - 1);
	if (fill == '"') /* the last escape is whole: an even number of bytes after msg=" */
		assert_int_equal((line + size - 5 - strstr(line, "msg=\"") - 5) % 2, 0);
	free(line);
}

static void a_long_line_is_cut_at_1000_bytes_and_still_ends_well(void **state)
{
	char name[4] = "";

	(void)state;
	for (size_t i = 0; i < 3; i++) { /* every place an escape can meet the end */
		name[i] = 'n';
		log_open(name, LOG_INFO);
		assert_cut('x');
		assert_cut('"');
		assert_cut('\x1b');
	}
}

static void a_text_that_just_fits_is_not_cut(void **state)
{
	char text[1000];
	char *line;
	size_t head;

	(void)state;
	log_open("n", LOG_INFO);
	line = logged(LOG_INFO, "");
	head = strlen(line);
	free(line);
	memset(text, 'x', sizeof(text));
	text[LINE_BYTES - head - 3] = '\0'; /* three bytes are kept back for the mark of a cut */
	line = logged(LOG_INFO, text);
	assert_int_equal(strlen(line), LINE_BYTES - 3);
	assert_null(strstr(line, "..."));
	free(line);
}

static void errno_survives_a_line(void **state)
{
	char *line;

	(void)state;
	log_open("n", LOG_INFO);
	struct capture capture = capture_begin(STDERR_FILENO);
	errno = ENOSPC;
	log_line(LOG_INFO, "%s", strerror(errno));
	int after = errno;
	close(STDERR_FILENO);
	errno = EIO;
	log_line(LOG_INFO, "nobody hears this");
	int after_failure = errno;
	line = capture_end(&capture);
	assert_int_equal(after, ENOSPC);
	assert_int_equal(after_failure, EIO);
	free(line);
}

static void levels_are_read_by_their_words_only(void **state)
{
	enum log_level level = LOG_ERROR;

	(void)state;
	assert_int_equal(log_level_parse("debug", &level), 0);
	assert_int_equal(level, LOG_DEBUG);
	assert_int_equal(log_level_parse("info", &level), 0);
	assert_int_equal(level, LOG_INFO);
	assert_int_equal(log_level_parse("error", &level), 0);
	assert_int_equal(level, LOG_ERROR);
	assert_int_equal(log_level_parse("warn", &level), 0);
	assert_int_equal(level, LOG_WARN);
	assert_int_equal(log_level_parse("INFO", &level), -1);
	assert_int_equal(log_level_parse("warning", &level), -1);
	assert_int_equal(log_level_parse("", &level), -1);
	assert_int_equal(level, LOG_WARN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_names_time_level_and_node),
		cmocka_unit_test(lines_below_the_level_are_not_written),
		cmocka_unit_test(no_text_can_forge_a_line_or_a_field),
		cmocka_unit_test(a_hostile_name_cannot_end_its_field),
		cmocka_unit_test(a_long_name_is_cut_at_63_bytes),
		cmocka_unit_test(a_long_line_is_cut_at_1000_bytes_and_still_ends_well),
		cmocka_unit_test(a_text_that_just_fits_is_not_cut),
		cmocka_unit_test(errno_survives_a_line),
		cmocka_unit_test(levels_are_read_by_their_words_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
