/*
 * test_settings.c - where a setting comes from, what is said of a wrong one, and what is printed.
 *
 * What each kind of value takes is in test_settings_values.c.
 */
#include "tests/unit/settings_try.h"

static void defaults_hold_when_nothing_is_said(void **state)
{
	struct outcome outcome = read_words("");

	(void)state;
	assert_int_equal(outcome.verdict, SETTINGS_RUN);
	assert_string_equal(outcome.values.name, "node");
	assert_string_equal(outcome.values.weights_from, "");
	assert_string_equal(outcome.values.redis, "127.0.0.1:6380");
	assert_string_equal(outcome.values.password_file, secret_path);
	assert_int_equal(outcome.values.timeout_ms, 1000);
	assert_int_equal(outcome.values.level, LOG_INFO);
	assert_int_equal(outcome.values.buffer.percent, 10);
	assert_int_equal(outcome.values.buffer.units, -1);
	assert_string_equal(outcome.said, "");
	assert_string_equal(outcome.printed, "");
	forget(&outcome);
}

static void a_flag_wins_over_the_environment_and_that_over_the_default(void **state)
{
	struct outcome outcome;

	(void)state;
	setenv("PENSTOCK_REDIS_TIMEOUT_MS", "77", 1);
	setenv("PENSTOCK_NAME", "from-environment", 1);
	outcome = read_words("--redis-timeout-ms 88");
	assert_int_equal(outcome.verdict, SETTINGS_RUN);
	assert_int_equal(outcome.values.timeout_ms, 88);
	assert_string_equal(outcome.values.name, "from-environment");
	forget(&outcome);
	setenv("PENSTOCK_NAME", "", 1); /* empty: as if it were not there */
	outcome = read_words("");
	assert_string_equal(outcome.values.name, "node");
	forget(&outcome);
	unsetenv("PENSTOCK_REDIS_TIMEOUT_MS");
	unsetenv("PENSTOCK_NAME");
}

static void a_value_stands_behind_a_blank_or_an_equals_sign(void **state)
{
	struct outcome outcome = read_words("--redis-timeout-ms=20 --name=a=b --weights-from=");

	(void)state;
	assert_int_equal(outcome.verdict, SETTINGS_RUN);
	assert_int_equal(outcome.values.timeout_ms, 20);
	assert_string_equal(outcome.values.name, "a=b");
	assert_string_equal(outcome.values.weights_from, "");
	forget(&outcome);
	assert_good("--name=--x");
	assert_good("--name -x");
}

static void a_word_that_is_no_setting_is_answered_with_the_closest(void **state)
{
	(void)state;
	assert_bad("--redis-timeout 5", "\"--redis-timeout\" is not a setting; "
					"did you mean --redis-timeout-ms?\n");
	assert_bad("--redis-pass x", "did you mean --redis-password-file?");
	assert_bad("--weight-from x", "did you mean --weights-from?");
	assert_bad("--hlep", "did you mean --help?");
	assert_bad("-name x", "\"-name\" is not a setting; did you mean --name?");
	assert_bad("---name x", "\"---name\" is not a setting; did you mean --name?");
	assert_bad("name=x", "\"name=x\" is not a setting; did you mean --name?");
	assert_bad("--quite-another-thing 3", "is not a setting; --help lists them");
	assert_bad("start", "\"start\" is not a setting; --help lists them");
	assert_bad("-", "\"-\" is not a setting");
	assert_bad("--", "\"--\" is not a setting");
	assert_bad("--=x", "\"--=x\" is not a setting");
	assert_bad("--name\x1b[2J", "\"--name?[2J\" is not a setting");
}

static void a_flag_needs_its_value_once(void **state)
{
	(void)state;
	assert_bad("--name", "--name needs a value");
	assert_bad("--name --redis-timeout-ms 50", "--name needs a value");
	assert_bad("--name a --name a", "--name is given twice");
	assert_bad("--name=a --name b", "--name is given twice");
	assert_bad("--check=yes", "--check takes no value");
}

static void every_fault_is_said_at_once(void **state)
{
	struct outcome outcome = read_only("--nmae x --redis-timeout-ms 5 --redis here");

	(void)state;
	assert_int_equal(outcome.verdict, SETTINGS_BAD);
	assert_string_equal(
		outcome.said,
		"penstock-test: \"--nmae\" is not a setting; did you mean --name?\n"
		"penstock-test: --redis-password-file (or PENSTOCK_REDIS_PASSWORD_FILE) must be "
		"given: its password\n"
		"penstock-test: --redis \"here\" is not an address; give host:port with a port of "
		"1 to 65535, or unix:/path\n"
		"penstock-test: --redis-timeout-ms \"5\" is out of range; give 10 to 60000\n");
	forget(&outcome);
}

static void a_bad_value_names_where_it_came_from(void **state)
{
	(void)state;
	setenv("PENSTOCK_REDIS_TIMEOUT_MS", "soon", 1);
	assert_bad("", "PENSTOCK_REDIS_TIMEOUT_MS \"soon\" (in the environment) is not a whole "
		       "number; give digits only, 10 to 60000\n");
	assert_good("--redis-timeout-ms 50");
	unsetenv("PENSTOCK_REDIS_TIMEOUT_MS");
}

static void check_prints_what_is_in_force_and_from_where(void **state)
{
	struct outcome outcome;
	char expected[600];

	(void)state;
	setenv("PENSTOCK_NAME", "n1", 1);
	outcome = read_words("--check --buffer=5");
	unsetenv("PENSTOCK_NAME");
	assert_int_equal(outcome.verdict, SETTINGS_DONE);
	snprintf(expected, sizeof(expected),
		 "name = n1  (from environment)\n"
		 "weights-from =   (from default)\n"
		 "buffer = 5  (from flag)\n"
		 "log-level = info  (from default)\n"
		 "redis = 127.0.0.1:6380  (from default)\n"
		 "redis-password-file = %s (set)  (from flag)\n"
		 "key-file =   (from default)\n"
		 "redis-timeout-ms = 1000  (from default)\n",
		 secret_path);
	assert_string_equal(outcome.printed, expected);
	assert_string_equal(outcome.said, "");
	forget(&outcome);
	assert_bad("--check --redis-timeout-ms 1", "is out of range");
}

static void healthcheck_reads_everything_and_says_so(void **state)
{
	struct outcome outcome = read_words("--healthcheck --name n7");

	(void)state;
	assert_int_equal(outcome.verdict, SETTINGS_HEALTH);
	assert_string_equal(outcome.values.name, "n7");
	forget(&outcome);
	assert_bad("--healthcheck --redis x", "is not an address");
}

static void version_needs_no_good_settings(void **state)
{
	struct outcome outcome = read_only("--redis x --version");

	(void)state;
	assert_int_equal(outcome.verdict, SETTINGS_DONE);
	assert_string_equal(outcome.printed, "penstock-test 9.9\n");
	forget(&outcome);
}

static void help_is_grouped_and_aligned(void **state)
{
	struct outcome outcome = read_only("--help");

	(void)state;
	assert_int_equal(outcome.verdict, SETTINGS_DONE);
	assert_string_equal(
		outcome.printed,
		"penstock-test 9.9 - a program for tests.\n"
		"\n"
		"Usage: penstock-test [--FLAG VALUE]... (or --FLAG=VALUE)\n"
		"A flag wins over the environment (PENSTOCK_NAME for --name), and that over the "
		"[default].\n"
		"\n"
		"The node\n"
		"  --name TEXT                 name in the log [node]\n"
		"  --weights-from PATH         nginx.conf with the weights\n"
		"  --buffer UNITS|N%           stock beyond the share [10%]\n"
		"  --log-level LEVEL           least level that is logged [info]\n"
		"\n"
		"Redis\n"
		"  --redis HOST:PORT           where it listens [127.0.0.1:6380]\n"
		"  --redis-password-file FILE  its password [must be given]\n"
		"  --key-file FILE             a key, if there is one\n"
		"  --redis-timeout-ms NUMBER   milliseconds (10 to 60000) [1000]\n"
		"\n"
		"Instead of working\n"
		"  --help                      print this and exit\n"
		"  --version                   print the version and exit\n"
		"  --check                     print the values in force; exit 0, or 2 if one is "
		"bad\n"
		"  --healthcheck               ask the running program if it is well; exit 0 or "
		"1\n");
	forget(&outcome);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_hold_when_nothing_is_said),
		cmocka_unit_test(a_flag_wins_over_the_environment_and_that_over_the_default),
		cmocka_unit_test(a_value_stands_behind_a_blank_or_an_equals_sign),
		cmocka_unit_test(a_word_that_is_no_setting_is_answered_with_the_closest),
		cmocka_unit_test(a_flag_needs_its_value_once),
		cmocka_unit_test(every_fault_is_said_at_once),
		cmocka_unit_test(a_bad_value_names_where_it_came_from),
		cmocka_unit_test(check_prints_what_is_in_force_and_from_where),
		cmocka_unit_test(healthcheck_reads_everything_and_says_so),
		cmocka_unit_test(version_needs_no_good_settings),
		cmocka_unit_test(help_is_grouped_and_aligned),
	};

	return cmocka_run_group_tests(tests, make_secret, end_secret);
}
