/*
 * test_settings_words.c - settings of a tool: words beside the flags, switches, its own --help.
 */
#include "tests/unit/settings_try.h"

static const struct setting rows[] = {
	{ "loud", SETTINGS_SWITCH, "no", 0, 0, AT(loud), "say it loudly" },
	{ "name", SETTINGS_TEXT, "", 0, 0, AT(name), "whose" },
	{ "redis", SETTINGS_ADDRESS, "127.0.0.1:6380", 0, 0, AT(redis), "where it listens" },
};

static bool take_word(void *values, const char *word)
{
	struct values *own = values;

	if (own->word_count == sizeof(own->words) / sizeof(own->words[0]))
		return false;
	own->words[own->word_count++] = word;
	return true;
}

static const char *environment(const struct setting *row)
{
	if (strcmp(row->flag, "redis") == 0)
		return "";
	return strcmp(row->flag, "name") == 0 ? "WHOSE" : NULL;
}

static const struct settings_program tool = {
	.name = "tool show",
	.summary = "shows.",
	.prefix = "TOOL",
	.version = "9.9",
	.table = rows,
	.count = sizeof(rows) / sizeof(rows[0]),
	.usage = "tool show NAME",
	.examples = "  tool show ticket\n",
	.runs_once = true,
	.take_word = take_word,
	.environment = environment,
};

/* Refused with the sentence. */
static void assert_refused(const char *words, const char *sentence)
{
	struct outcome outcome = read_with(&tool, words);

	assert_int_equal(outcome.verdict, SETTINGS_BAD);
	assert_non_null(strstr(outcome.said, sentence));
	forget(&outcome);
}

static void words_stand_anywhere_between_the_flags(void **state)
{
	/* argv itself is what is borrowed, so the words are looked at as far as they are told. */
	char name[] = "tool", first[] = "one", flag[] = "--loud", second[] = "-2";
	char *argv[] = { name, first, flag, second, NULL };
	struct values values = { .loud = false };

	(void)state;
	assert_int_equal(settings_read(&tool, 4, argv, &values), SETTINGS_RUN);
	assert_int_equal(values.word_count, 2);
	assert_ptr_equal(values.words[0], first);
	assert_ptr_equal(values.words[1], second);
	assert_true(values.loud);
	settings_free(&tool, &values);
}

static void a_word_without_a_place_is_refused(void **state)
{
	(void)state;
	assert_refused("one two three", "\"three\" is a word too many; --help shows the form");
	assert_refused("-x", "\"-x\" is not a setting");
	assert_refused("-", "\"-\" is not a setting");
}

static void a_switch_takes_no_word_behind_it(void **state)
{
	struct outcome outcome = read_with(&tool, "--loud one");

	(void)state;
	assert_int_equal(outcome.verdict, SETTINGS_RUN);
	assert_true(outcome.values.loud);
	assert_int_equal(outcome.values.word_count, 1);
	forget(&outcome);
	outcome = read_with(&tool, "--loud=no");
	assert_int_equal(outcome.verdict, SETTINGS_RUN);
	assert_false(outcome.values.loud);
	forget(&outcome);
	assert_refused("--loud=1", "--loud \"1\" is neither yes nor no");
	assert_refused("--loud --loud", "--loud is given twice");
}

static void the_program_says_what_a_row_is_called_in_the_environment(void **state)
{
	struct outcome outcome;

	(void)state;
	setenv("TOOL_LOUD", "yes", 1);
	setenv("TOOL_NAME", "by-the-usual-name", 1);
	setenv("TOOL_REDIS", "10.0.0.1:1", 1);
	outcome = read_with(&tool, "");
	assert_false(outcome.values.loud);
	assert_string_equal(outcome.values.name, "");
	assert_string_equal(outcome.values.redis, "10.0.0.1:1");
	forget(&outcome);
	setenv("WHOSE", "mine", 1);
	outcome = read_with(&tool, "");
	assert_string_equal(outcome.values.name, "mine");
	forget(&outcome);
	unsetenv("TOOL_LOUD");
	unsetenv("TOOL_NAME");
	unsetenv("TOOL_REDIS");
	unsetenv("WHOSE");
}

static void help_shows_usage_and_examples_and_no_healthcheck(void **state)
{
	struct outcome outcome = read_with(&tool, "--help");

	(void)state;
	assert_int_equal(outcome.verdict, SETTINGS_DONE);
	assert_string_equal(
		outcome.printed,
		"tool show 9.9 - shows.\n\n"
		"Usage: tool show NAME\n"
		"A flag wins over the environment (WHOSE for --name), and that over the "
		"[default].\n"
		"\nSettings\n"
		"  --loud             say it loudly\n"
		"  --name TEXT        whose\n"
		"  --redis HOST:PORT  where it listens [127.0.0.1:6380]\n"
		"\nInstead of working\n"
		"  --help             print this and exit\n"
		"  --version          print the version and exit\n"
		"  --check            print the values in force; exit 0, or 2 if one is bad\n"
		"\nExamples\n"
		"  tool show ticket\n");
	forget(&outcome);
	assert_refused("--healthcheck", "\"--healthcheck\" is not a setting");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_stand_anywhere_between_the_flags),
		cmocka_unit_test(a_word_without_a_place_is_refused),
		cmocka_unit_test(a_switch_takes_no_word_behind_it),
		cmocka_unit_test(the_program_says_what_a_row_is_called_in_the_environment),
		cmocka_unit_test(help_shows_usage_and_examples_and_no_healthcheck),
	};

	return cmocka_run_group_tests(tests, make_secret, end_secret);
}
