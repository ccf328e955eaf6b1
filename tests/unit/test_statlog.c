/*
 * test_statlog.c - stat.log: exact lines, gathered in a buffer, in a file that may be rotated.
 *
 * What a full or broken disk does is in test_statlog_disk.c.
 */
#include "tests/unit/statlog_place.h"

static void a_line_has_the_article_s_prefix_and_then_our_fields(void **state)
{
	struct place *place = *state;
	struct statlog *sl = statlog_open(place->path);
	const struct statlog_line sold = { 1, 145, 1763814000123, 3001,   "ticket", "ACCEPTED", 200,
					   1, 42,  812,           "a:b~c" };
	const struct statlog_line refused = {
		0, 151, 0, 3004, "-", "BAD_REQUEST", 400, 0, 0, 0, "-"
	};
	char *text;

	statlog_add(sl, &sold);
	statlog_add(sl, &refused);
	statlog_close(sl);
	text = text_of(place->path);
	assert_string_equal(text,
			    "result:1,localSales:145,time:1763814000123,port:3001,item:ticket,"
			    "reason:ACCEPTED,status:200,units:1,order:42,micros:812,key:a:b~c\n"
			    "result:0,localSales:151,time:0,port:3004,item:-,"
			    "reason:BAD_REQUEST,status:400,units:0,order:-,micros:0,key:-\n");
	free(text);
}

static void the_largest_numbers_and_longest_words_are_whole(void **state)
{
	struct place *place = *state;
	struct statlog *sl = statlog_open(place->path);
	char item[33], reason[33], key[65], expected[600];
	struct statlog_line line = { 1,          UINT64_MAX, INT64_MAX, UINT32_MAX, item, reason,
				     UINT32_MAX, UINT32_MAX, INT64_MAX, INT64_MAX,  key };
	char *text;

	memset(item, 'i', 32);
	memset(reason, 'R', 32);
	memset(key, 'k', 64);
	item[32] = reason[32] = key[64] = '\0';
	statlog_add(sl, &line);
	line.time_ms = line.micros = line.order_seq = -5;
	statlog_add(sl, &line);
	statlog_close(sl);
	snprintf(expected, sizeof(expected),
		 "result:1,localSales:18446744073709551615,time:9223372036854775807,"
		 "port:4294967295,item:%s,reason:%s,status:4294967295,units:4294967295,"
		 "order:9223372036854775807,micros:9223372036854775807,key:%s\n",
		 item, reason, key);
	text = text_of(place->path);
	assert_memory_equal(text, expected, strlen(expected));
	assert_non_null(strstr(text + strlen(expected), ",time:0,"));
	assert_non_null(strstr(text + strlen(expected), ",order:-,micros:0,"));
	free(text);
}

static void lines_wait_for_a_flush(void **state)
{
	struct place *place = *state;
	struct statlog *sl = statlog_open(place->path);

	assert_false(statlog_is_waiting(sl));
	add(sl, 1, 100);
	assert_true(statlog_is_waiting(sl));
	assert_lines(place->path, 1, 0);
	statlog_flush(sl);
	assert_false(statlog_is_waiting(sl));
	assert_lines(place->path, 1, 100);
	statlog_flush(sl);
	assert_lines(place->path, 1, 100);
	add(sl, 101, 101);
	statlog_close(sl);
	assert_lines(place->path, 1, 101);
}

static void half_a_buffer_is_written_without_a_flush(void **state)
{
	struct place *place = *state;
	struct statlog *sl = statlog_open(place->path);
	struct stat st;

	add(sl, 1, 10000);
	assert_int_equal(stat(place->path, &st), 0);
	assert_true(st.st_size > 10000 * LINE_BYTES_LEAST - 32 * 1024);
	assert_int_equal(statlog_dropped(sl), 0);
	statlog_close(sl);
	assert_lines(place->path, 1, 10000);
}

static void an_existing_file_is_continued_with_mode_0644(void **state)
{
	struct place *place = *state;
	mode_t mask = umask(022);
	struct stat st;

	for (uint64_t i = 1; i <= 2; i++) {
		struct statlog *sl = statlog_open(place->path);

		add(sl, i, i);
		statlog_close(sl);
	}
	umask(mask);
	assert_lines(place->path, 1, 2);
	assert_int_equal(stat(place->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
}

static void half_a_line_left_by_a_crash_is_ended_and_not_continued(void **state)
{
	struct place *place = *state;
	struct statlog *sl;
	char *text;
	FILE *file = fopen(place->path, "w");

	assert_non_null(file);
	fputs("result:1,localSa", file);
	fclose(file);
	sl = statlog_open(place->path);
	add(sl, 1, 1);
	statlog_close(sl);
	text = text_of(place->path);
	assert_memory_equal(text, "result:1,localSa\nresult:1,localSales:1,", 39);
	assert_int_equal(count(text, "\n"), 2);
	free(text);
}

static void a_rotated_file_is_let_go(void **state)
{
	struct place *place = *state;
	struct statlog *sl = statlog_open(place->path);

	add(sl, 1, 10);
	assert_int_equal(rename(place->path, place->other), 0);
	add(sl, 11, 20);
	statlog_reopen(sl);
	add(sl, 21, 30);
	statlog_close(sl);
	assert_lines(place->other, 1, 20);
	assert_lines(place->path, 21, 30);
}

static void closing_nothing_is_allowed(void **state)
{
	(void)state;
	statlog_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PLACE(a_line_has_the_article_s_prefix_and_then_our_fields),
		WITH_PLACE(the_largest_numbers_and_longest_words_are_whole),
		WITH_PLACE(lines_wait_for_a_flush),
		WITH_PLACE(half_a_buffer_is_written_without_a_flush),
		WITH_PLACE(an_existing_file_is_continued_with_mode_0644),
		WITH_PLACE(half_a_line_left_by_a_crash_is_ended_and_not_continued),
		WITH_PLACE(a_rotated_file_is_let_go),
		cmocka_unit_test(closing_nothing_is_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
