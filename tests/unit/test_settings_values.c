/*
 * test_settings_values.c - what each kind of setting takes, and the files of secrets.
 */
#include "tests/unit/settings_try.h"

static void numbers_are_digits_in_range(void **state)
{
	static const char *const bad[] = { "-50", "+50", "0x50", "1e3", "50.0", "nan", "5O" };
	static const char *const out[] = { "9", "60001", "9223372036854775808",
					   "18446744073709551666", "99999999999999999999999999" };
	char words[100];

	(void)state;
	assert_good("--redis-timeout-ms 10");
	assert_good("--redis-timeout-ms 60000");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(words, sizeof(words), "--redis-timeout-ms=%s", bad[i]);
		assert_bad(words, "is not a whole number");
	}
	for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++) {
		snprintf(words, sizeof(words), "--redis-timeout-ms %s", out[i]);
		assert_bad(words, "is out of range; give 10 to 60000");
	}
	assert_bad("--redis-timeout-ms=", "is not a whole number");
}

static void addresses_are_host_and_port_or_a_socket(void **state)
{
	static const char *const good[] = { "127.0.0.1:1", "localhost:65535", "[::1]:3001",
					    "redis-0.sale_x:6380", "unix:/run/redis.sock" };
	static const char *const bad[] = { "127.0.0.1",   ":3001",      "host:",   "host:0",
					   "host:65536",  "host:3001x", "host:-1", "a,b:1",
					   "::1:3001",    "[]:3001",    "[::1]",   "[host]:1",
					   "unix:",       "unix:run/x", "unix:/",  "host/x:1",
					   "http://h:80", "host:3001:" };
	char words[100];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		snprintf(words, sizeof(words), "--redis=%s", good[i]);
		assert_good(words);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(words, sizeof(words), "--redis=%s", bad[i]);
		assert_bad(words, "is not an address");
	}
}

static void assert_share(const char *words, int64_t percent, int64_t units)
{
	struct outcome outcome = read_words(words);

	assert_int_equal(outcome.verdict, SETTINGS_RUN);
	assert_int_equal(outcome.values.buffer.percent, percent);
	assert_int_equal(outcome.values.buffer.units, units);
	forget(&outcome);
}

static void a_share_is_percent_or_units(void **state)
{
	static const char *const bad[] = { "1001%", "-1", "%", "5%%", "1.5%", "x", "2000000001" };
	char words[100];

	(void)state;
	assert_share("--buffer 0%", 0, -1);
	assert_share("--buffer 1000%", 1000, -1);
	assert_share("--buffer 0", -1, 0);
	assert_share("--buffer 2000000000", -1, 2000000000);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(words, sizeof(words), "--buffer=%s", bad[i]);
		assert_bad(words, "is not a share; give 0% to 1000%, or units");
	}
}

static void levels_and_texts_are_checked(void **state)
{
	struct outcome outcome = read_words("--log-level error");

	(void)state;
	assert_int_equal(outcome.values.level, LOG_ERROR);
	forget(&outcome);
	assert_bad("--log-level loud", "is not a level; give debug, info, warn or error");
	assert_bad("--name a\nb", "--name \"a?b\" holds control bytes");
	assert_bad("--weights-from a\x7f", "holds control bytes");
}

static void a_secret_s_file_must_be_there_closed_and_filled(void **state)
{
	(void)state;
	write_secret("x", 1, 0640);
	assert_bad("", "can be read by others than its owner (mode 0640); run chmod 600 on it");
	write_secret("x", 1, 0604);
	assert_bad("", "(mode 0604)");
	write_secret("x", 1, 0400);
	assert_good("");
	write_secret("", 0, 0600);
	assert_bad("", "is empty; put the secret into it");
	write_secret(" \n", 2, 0600);
	assert_bad("", "is empty");
	write_secret("s3cret\nmore\n", 12, 0600);
	assert_bad("", "holds more than one line");
	write_secret("s3c\0ret", 7, 0600);
	assert_bad("", "holds more than one line");
	write_secret("s3cret\n", 7, 0600);
	struct outcome outcome = read_only("--redis-password-file /nowhere/at/all");
	assert_int_equal(outcome.verdict, SETTINGS_BAD);
	assert_non_null(strstr(outcome.said, "cannot be opened (No such file or directory)"));
	forget(&outcome);
	outcome = read_only("--redis-password-file /tmp");
	assert_non_null(strstr(outcome.said, "is not a regular file"));
	forget(&outcome);
}

static void a_secret_that_is_not_needed_may_lack_but_not_be_a_bad_one(void **state)
{
	struct outcome outcome = read_words("");

	(void)state;
	assert_int_equal(outcome.verdict, SETTINGS_RUN);
	assert_string_equal(outcome.values.key_file, "");
	forget(&outcome);
	assert_good("--key-file=");
	assert_bad("--redis-timeout-ms 50 --key-file /nowhere/at/all", "cannot be opened");
	outcome = read_only("--redis-password-file=");
	assert_int_equal(outcome.verdict, SETTINGS_BAD);
	assert_non_null(strstr(outcome.said, "cannot be opened"));
	forget(&outcome);
}

/* The content is in nothing that was printed. */
static int read_secret(char *into, size_t room, const char *sentence)
{
	struct capture err = capture_begin(STDERR_FILENO);
	int size = settings_read_secret(secret_path, into, room);
	char *text = capture_end(&err);

	assert_null(strstr(text, "s3cret"));
	if (strstr(text, sentence) == NULL || (sentence[0] == '\0' && text[0] != '\0'))
		fail_msg("not \"%s\" but: %s", sentence, text);
	free(text);
	return size;
}

static void a_secret_is_read_without_its_trailing_white_space(void **state)
{
	char secret[8];

	(void)state;
	write_secret("s3cret\r\n", 8, 0600);
	assert_int_equal(read_secret(secret, sizeof(secret), "is too long"), -1);
	assert_memory_equal(secret, "\0\0\0\0\0\0\0\0", 8); /* nothing is left behind */
	write_secret("s3cret\n", 7, 0600);
	assert_int_equal(read_secret(secret, sizeof(secret), ""), 6);
	assert_string_equal(secret, "s3cret");
	write_secret("s3cretx", 7, 0600);
	assert_int_equal(read_secret(secret, sizeof(secret), ""), 7);
	write_secret("s3cretxx", 8, 0600);
	assert_int_equal(read_secret(secret, sizeof(secret), "is too long"), -1);
	write_secret(" a b\t\n\n", 7, 0600);
	assert_int_equal(read_secret(secret, sizeof(secret), ""), 4);
	assert_string_equal(secret, " a b");
	write_secret("s3cret", 6, 0644);
	assert_int_equal(read_secret(secret, sizeof(secret), secret_path), -1);
	write_secret("s3cret\n", 7, 0600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_digits_in_range),
		cmocka_unit_test(addresses_are_host_and_port_or_a_socket),
		cmocka_unit_test(a_share_is_percent_or_units),
		cmocka_unit_test(levels_and_texts_are_checked),
		cmocka_unit_test(a_secret_s_file_must_be_there_closed_and_filled),
		cmocka_unit_test(a_secret_that_is_not_needed_may_lack_but_not_be_a_bad_one),
		cmocka_unit_test(a_secret_is_read_without_its_trailing_white_space),
	};

	return cmocka_run_group_tests(tests, make_secret, end_secret);
}
