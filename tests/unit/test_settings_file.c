/*
 * test_settings_file.c - the file of settings: below flag and environment, above the default.
 */
#include "common/settings_ini.h"
#include "tests/unit/settings_try.h"

static char file_path[] = "/tmp/test_settings_file.XXXXXX";

static const struct setting rows[] = {
	{ "config", SETTINGS_PATH, file_path, 0, 0, AT(weights_from), "the file" },
	{ "name", SETTINGS_TEXT, "node", 0, 0, AT(name), "whose" },
	{ "redis-timeout-ms", SETTINGS_NUMBER, "1000", 10, 60000, AT(timeout_ms), "milliseconds" },
	{ "token", SETTINGS_PRIVATE, "", 0, 0, AT(key_file), "a secret" },
};

static const struct settings_program with_file = {
	.name = "penstock-test",
	.summary = "a program for tests.",
	.prefix = "PENSTOCK",
	.version = "9.9",
	.table = rows,
	.count = sizeof(rows) / sizeof(rows[0]),
	.runs_once = true,
	.read_file = settings_ini_read,
	.file_flag = "config",
};

/* The file as it is from now on. */
static void write_file(const char *text, mode_t mode)
{
	FILE *file = fopen(file_path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	fclose(file);
	assert_int_equal(chmod(file_path, mode), 0);
}

static int make_file(void **state)
{
	int fd = mkstemp(file_path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int end_file(void **state)
{
	(void)state;
	return unlink(file_path);
}

static void forget_own(struct outcome *outcome)
{
	settings_free(&with_file, &outcome->values);
	free(outcome->said);
	free(outcome->printed);
}

/* Refused, with the sentence, however the file is closed. */
static void assert_refused(const char *text, mode_t mode, const char *sentence)
{
	struct outcome outcome;

	write_file(text, mode);
	outcome = read_with(&with_file, "");
	if (outcome.verdict != SETTINGS_BAD || strstr(outcome.said, sentence) == NULL)
		fail_msg("\"%s\": verdict %d, not \"%s\" but: %s", text, (int)outcome.verdict,
			 sentence, outcome.said);
	forget_own(&outcome);
}

static void a_file_is_below_flag_and_environment_and_above_the_default(void **state)
{
	struct outcome outcome;

	(void)state;
	write_file("; a remark\n[who]\nname = ada ; not grace\n[when]\nredis_timeout_ms=70\n",
		   0644);
	outcome = read_with(&with_file, "");
	assert_int_equal(outcome.verdict, SETTINGS_RUN);
	assert_string_equal(outcome.values.name, "ada");
	assert_int_equal(outcome.values.timeout_ms, 70);
	assert_string_equal(outcome.values.key_file, "");
	forget_own(&outcome);
	setenv("PENSTOCK_NAME", "grace", 1);
	outcome = read_with(&with_file, "--redis-timeout-ms 80");
	unsetenv("PENSTOCK_NAME");
	assert_string_equal(outcome.values.name, "grace");
	assert_int_equal(outcome.values.timeout_ms, 80);
	forget_own(&outcome);
}

static void a_file_that_nobody_named_need_not_be_there(void **state)
{
	struct outcome outcome;

	(void)state;
	assert_int_equal(unlink(file_path), 0);
	outcome = read_with(&with_file, "");
	assert_int_equal(outcome.verdict, SETTINGS_RUN);
	assert_string_equal(outcome.values.name, "node");
	forget_own(&outcome);
	outcome = read_with(&with_file, "--config /nowhere/at/all.ini");
	assert_int_equal(outcome.verdict, SETTINGS_BAD);
	assert_non_null(strstr(outcome.said, "/nowhere/at/all.ini cannot be opened (No such file"));
	forget_own(&outcome);
	outcome = read_with(&with_file, "--config /tmp");
	assert_int_equal(outcome.verdict, SETTINGS_BAD);
	forget_own(&outcome);
	write_file("", 0600);
}

static void a_secret_is_taken_from_a_closed_file_only(void **state)
{
	struct outcome outcome;

	(void)state;
	assert_refused("token = s3cret\n", 0640, "can be read by others; run chmod 600");
	write_file("token = s3cret\n", 0600);
	setenv("PENSTOCK_TOKEN", "other", 1);
	outcome = read_with(&with_file, "");
	unsetenv("PENSTOCK_TOKEN");
	assert_string_equal(outcome.values.key_file, "s3cret");
	forget_own(&outcome);
	outcome = read_with(&with_file, "--check");
	assert_non_null(strstr(outcome.printed, "token = (set)  (from file)\n"));
	assert_null(strstr(outcome.printed, "s3cret"));
	forget_own(&outcome);
	outcome = read_with(&with_file, "--token s3cret");
	assert_int_equal(outcome.verdict, SETTINGS_BAD);
	assert_non_null(strstr(outcome.said, "--token is a secret"));
	assert_null(strstr(outcome.said, "s3cret"));
	forget_own(&outcome);
	assert_refused("token = a\x01"
		       "b\n",
		       0600, "token \"(secret)\" holds control bytes");
}

static void a_fault_in_the_file_is_told_with_its_line(void **state)
{
	char long_line[600];

	(void)state;
	assert_refused("\nnmae = x\n", 0644, ":2: \"nmae\" is not a setting; did you mean name?\n");
	assert_refused("name = a\nname = b\n", 0644, ":2: \"name\" stands there twice\n");
	assert_refused("\n\nwhat is this\n", 0644, ":3: is neither a remark nor NAME = VALUE\n");
	assert_refused("redis-timeout-ms = soon\n", 0644,
		       ":1: redis-timeout-ms \"soon\" is not a whole number");
	assert_refused("config = /other.ini\n", 0644, "\"config\" is not a setting");
	memset(long_line, 'x', sizeof(long_line));
	memcpy(long_line, "name = ", 7);
	snprintf(long_line + sizeof(long_line) - 20, 20, "\nname = b\n");
	assert_refused(long_line, 0644, ":1: the line is too long");
	/* What a flag or the environment says is taken, and the file is looked at all the same. */
	setenv("PENSTOCK_NAME", "ada", 1);
	assert_refused("name = a\nname = b\n", 0644, "stands there twice");
	unsetenv("PENSTOCK_NAME");
}

static void help_tells_of_the_file(void **state)
{
	struct outcome outcome = read_with(&with_file, "--help");

	(void)state;
	assert_non_null(
		strstr(outcome.printed,
		       "A flag wins over the environment (PENSTOCK_CONFIG for --config), that "
		       "over the file (--config), and that over the [default].\n"));
	assert_non_null(strstr(outcome.printed, "a secret (in the file only)\n"));
	forget_own(&outcome);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_below_flag_and_environment_and_above_the_default),
		cmocka_unit_test(a_file_that_nobody_named_need_not_be_there),
		cmocka_unit_test(a_secret_is_taken_from_a_closed_file_only),
		cmocka_unit_test(a_fault_in_the_file_is_told_with_its_line),
		cmocka_unit_test(help_tells_of_the_file),
	};

	return cmocka_run_group_tests(tests, make_file, end_file);
}
