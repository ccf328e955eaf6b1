/*
 * settings_try.h - one table with every kind of setting, and a way to read words into it.
 *
 * Each reading catches what is said on stderr and printed on stdout. The secret that the table
 * demands lies in a file that the group's set-up makes.
 *
 * Layer: tests only, for test_settings*.c.
 */
#ifndef PENSTOCK_TESTS_SETTINGS_TRY_H
#define PENSTOCK_TESTS_SETTINGS_TRY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/log.h"
#include "common/settings.h"
#include "tests/unit/capture.h"

struct values {
	char *name;
	char *weights_from;
	char *password_file, *key_file;
	int64_t timeout_ms;
	char *redis;
	int64_t level;
	struct settings_share buffer;
	bool loud;            /* of a tool, test_settings_words.c */
	const char *words[2]; /* likewise */
	size_t word_count;
};

enum { WORDS_MAX = 20 };

#define AT(field) offsetof(struct values, field)

static const struct setting table[] = {
	{ .help = "The node" },
	{ "name", SETTINGS_TEXT, "node", 0, 0, AT(name), "name in the log" },
	{ "weights-from", SETTINGS_PATH, "", 0, 0, AT(weights_from),
	  "nginx.conf with the weights" },
	{ "buffer", SETTINGS_SHARE, "10%", 0, 0, AT(buffer), "stock beyond the share" },
	{ "log-level", SETTINGS_LEVEL, "info", 0, 0, AT(level), "least level that is logged" },
	{ .help = "Redis" },
	{ "redis", SETTINGS_ADDRESS, "127.0.0.1:6380", 0, 0, AT(redis), "where it listens" },
	{ "redis-password-file", SETTINGS_SECRET, NULL, 0, 0, AT(password_file), "its password" },
	{ "key-file", SETTINGS_SECRET, "", 0, 0, AT(key_file), "a key, if there is one" },
	{ "redis-timeout-ms", SETTINGS_NUMBER, "1000", 10, 60000, AT(timeout_ms), "milliseconds" },
};

static const struct settings_program program = {
	.name = "penstock-test",
	.summary = "a program for tests.",
	.prefix = "PENSTOCK",
	.version = "9.9",
	.table = table,
	.count = sizeof(table) / sizeof(table[0]),
};

/* What one reading gave; ended by forget(). */
struct outcome {
	enum settings_verdict verdict;
	struct values values;
	char *said;    /* on stderr */
	char *printed; /* on stdout */
};

static char secret_path[] = "/tmp/test_settings.XXXXXX";

/* Replaces what the secret file holds. */
static inline void write_secret(const char *text, size_t size, mode_t mode)
{
	FILE *file;

	assert_int_equal(chmod(secret_path, 0600), 0);
	file = fopen(secret_path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, size, file), size);
	fclose(file);
	assert_int_equal(chmod(secret_path, mode), 0);
}

/* The group's set-up: a good secret file. */
static inline int make_secret(void **state)
{
	int fd = mkstemp(secret_path);

	(void)state;
	if (fd < 0)
		return -1;
	close(fd);
	write_secret("s3cret\n", 7, 0600);
	return 0;
}

/* Its tear-down. */
static inline int end_secret(void **state)
{
	(void)state;
	return unlink(secret_path);
}

/* Reads the words (divided by blanks) behind the name of the program `of`. */
static inline struct outcome read_with(const struct settings_program *of, const char *words)
{
	struct outcome outcome = { .said = NULL };
	char name[] = "penstock-test";
	char *argv[WORDS_MAX + 1] = { name };
	char *copy = strdup(words);
	struct capture out, err;
	char *rest = copy;
	int argc = 0;

	while (argc < WORDS_MAX && argv[argc] != NULL)
		argv[++argc] = strtok_r(NULL, " ", &rest);
	out = capture_begin(STDOUT_FILENO);
	err = capture_begin(STDERR_FILENO);
	outcome.verdict = settings_read(of, argc, argv, &outcome.values);
	outcome.said = capture_end(&err);
	outcome.printed = capture_end(&out);
	free(copy);
	return outcome;
}

/* The same behind the name of `program`. */
static inline struct outcome read_only(const char *words)
{
	return read_with(&program, words);
}

/* The same with the secret that must be given. */
static inline struct outcome read_words(const char *words)
{
	char all[500];

	snprintf(all, sizeof(all), "--redis-password-file %s %s", secret_path, words);
	return read_only(all);
}

/* Frees it all. */
static inline void forget(struct outcome *outcome)
{
	settings_free(&program, &outcome->values);
	settings_free(&program, &outcome->values); /* allowed twice: texts are NULL then */
	free(outcome->said);
	free(outcome->printed);
}

/* Taken, with the secret that must be given. */
static inline void assert_good(const char *words)
{
	struct outcome outcome = read_words(words);

	if (outcome.verdict != SETTINGS_RUN)
		fail_msg("%s: %s", words, outcome.said);
	forget(&outcome);
}

/* Refused, with `sentence` on stderr and nothing on stdout. */
static inline void assert_bad(const char *words, const char *sentence)
{
	struct outcome outcome = read_words(words);

	if (outcome.verdict != SETTINGS_BAD || strstr(outcome.said, sentence) == NULL)
		fail_msg("%s: verdict %d, not \"%s\" but: %s", words, (int)outcome.verdict,
			 sentence, outcome.said);
	assert_string_equal(outcome.printed, "");
	forget(&outcome);
}

#endif
