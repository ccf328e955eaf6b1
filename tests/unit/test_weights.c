/*
 * test_weights.c - reading a weight where nginx reads it; and the other small pure files of a node.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/keys.h"
#include "common/redis_errors.h"
#include "common/weights.h"
#include "node/clock.h"
#include "node/store_reply.h"

static const char conf[] = "upstream nodes {\n"
			   "  zone nodes 256k;\n"
			   "  # server 127.0.0.1:3001 weight=9;\n"
			   "\tserver 127.0.0.1:3001 weight=1 max_fails=5;\n"
			   "  server node-b:3002 max_fails=1 weight=20;\n"
			   "  server 127.0.0.1:3003;\n"
			   "  server 127.0.0.1:3004 weight=0;\n"
			   "}\n";

static void the_line_of_the_port_states_the_weight(void **state)
{
	(void)state;
	assert_int_equal(weights_find(conf, 3001), 1);
	assert_int_equal(weights_find(conf, 3002), 20);
	assert_int_equal(weights_find(conf, 3003), 1);
}

static void a_port_without_a_valid_line_has_none(void **state)
{
	(void)state;
	assert_int_equal(weights_find(conf, 3004), 0);
	assert_int_equal(weights_find(conf, 300), 0);
	assert_int_equal(weights_find("", 3001), 0);
	assert_int_equal(weights_read("/nonexistent/nginx.conf", 3001), -1);
}

static void nodes_read_1_2_3_4_from_the_shipped_file(void **state)
{
	(void)state;
	for (unsigned port = 3001; port <= 3004; port++)
		assert_int_equal(weights_read("deploy/nginx.conf", port), port - 3000);
}

static void redis_time_runs_on_and_never_back(void **state)
{
	struct clock_view clock = { 0 };

	(void)state;
	assert_int_equal(clock_read(&clock, 5, 777), 777);
	clock_set(&clock, 1000000, 50);
	assert_int_equal(clock_read(&clock, 60, 777), 1000010);
	clock_set(&clock, 1000005, 60); /* told late */
	assert_int_equal(clock_read(&clock, 60, 777), 1000010);
	clock_set(&clock, 1000500, 60);
	assert_int_equal(clock_read(&clock, 61, 777), 1000501);
}

static void redis_time_that_was_an_hour_ahead_for_a_moment_is_put_right(void **state)
{
	struct clock_view clock = { 0 };

	(void)state;
	clock_set(&clock, 1000000, 0);
	clock_set(&clock, 4600000, 10);
	assert_int_equal(clock_read(&clock, 10, 777), 4600000);
	clock_set(&clock, 1000020, 20);
	assert_int_equal(clock_read(&clock, 30, 777), 1000030);
}

static void words_said_before_running_are_refusals_and_others_are_faults(void **state)
{
	(void)state;
	assert_int_equal(store_reply_error_fate("NOSCRIPT No matching script."), STORE_REFUSED);
	assert_int_equal(store_reply_error_fate("LOADING Redis is loading"), STORE_REFUSED);
	assert_int_equal(store_reply_error_fate("BUSY Redis is busy"), STORE_REFUSED);
	assert_int_equal(store_reply_error_fate("OOM command not allowed"), STORE_REFUSED);
	assert_int_equal(store_reply_error_fate("MISCONF Errors writing"), STORE_REFUSED);
	assert_int_equal(store_reply_error_fate("READONLY You can't write"), STORE_REFUSED);
	assert_int_equal(store_reply_error_fate("NOREPLICAS Not enough"), STORE_REFUSED);
	assert_int_equal(store_reply_error_fate("WRONGTYPE Operation"), STORE_FAULTY);
	assert_int_equal(store_reply_error_fate("ERR user_script:3: x"), STORE_FAULTY);
	assert_int_equal(store_reply_error_fate("BUSYKEY Target"), STORE_FAULTY);
	assert_int_equal(store_reply_error_fate(""), STORE_FAULTY);
}

static void what_passes_by_itself_is_told_from_what_must_be_mended(void **state)
{
	(void)state;
	assert_true(redis_error_is_passing("LOADING Redis is loading the dataset in memory"));
	assert_true(redis_error_is_passing("BUSY Redis is busy running a script."));
	assert_true(redis_error_is_passing("MASTERDOWN Link with MASTER is down"));
	assert_true(redis_error_is_passing("ERR max number of clients reached"));
	assert_false(redis_error_is_passing("BUSYKEY Target key name already exists."));
	assert_false(redis_error_is_passing("ERR unknown command"));
	assert_false(redis_error_is_passing("NOAUTH Authentication required."));
	assert_false(redis_error_is_passing(""));
}

static void only_digits_are_a_number(void **state)
{
	(void)state;
	assert_int_equal(keys_count_read("0", 1), 0);
	assert_int_equal(keys_count_read("1763814000123", 13), 1763814000123);
	assert_int_equal(keys_count_read("", 0), -1);
	assert_int_equal(keys_count_read("-1", 2), -1);
	assert_int_equal(keys_count_read("1e3", 3), -1);
	assert_int_equal(keys_count_read("9999999999999999999", 19), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_line_of_the_port_states_the_weight),
		cmocka_unit_test(a_port_without_a_valid_line_has_none),
		cmocka_unit_test(nodes_read_1_2_3_4_from_the_shipped_file),
		cmocka_unit_test(redis_time_runs_on_and_never_back),
		cmocka_unit_test(what_passes_by_itself_is_told_from_what_must_be_mended),
		cmocka_unit_test(redis_time_that_was_an_hour_ahead_for_a_moment_is_put_right),
		cmocka_unit_test(words_said_before_running_are_refusals_and_others_are_faults),
		cmocka_unit_test(only_digits_are_a_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
