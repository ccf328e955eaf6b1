/*
 * settings_help.c - what settings print: --help, --check, and the flag that was probably meant.
 *
 * All of it comes from the program's table, so it cannot fall behind.
 */
#include "common/settings_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	WORD_BYTES = 64, /* longest flag that is compared */
	NEAR = 3,        /* so many slips of the pen are still a guess worth making */
};

static const struct {
	const char *word;
	const char *help;
} words[SETTINGS_WORDS] = {
	[SETTINGS_WORD_HELP] = { "help", "print this and exit" },
	[SETTINGS_WORD_VERSION] = { "version", "print the version and exit" },
	[SETTINGS_WORD_CHECK] = { "check",
				  "print the values in force; exit 0, or 2 if one is bad" },
	[SETTINGS_WORD_HEALTHCHECK] = { "healthcheck", "ask the running program if it is well; "
						       "exit 0 or 1" },
};

/* The words that a program has: all, or all but the last. */
static size_t words_of(const struct settings_program *program)
{
	return program->runs_once ? SETTINGS_WORD_HEALTHCHECK : SETTINGS_WORDS;
}

enum settings_word settings_help_word(const struct settings_program *program, const char *name,
				      size_t size)
{
	for (size_t i = 0; i < words_of(program); i++) {
		if (strlen(words[i].word) == size && memcmp(words[i].word, name, size) == 0)
			return (enum settings_word)i;
	}
	return SETTINGS_WORDS;
}

/* In the order of enum settings_kind. */
static const char *placeholder(enum settings_kind kind)
{
	static const char *const holders[] = {
		"TEXT", "PATH", "FILE", "NUMBER", "HOST:PORT", "LEVEL", "UNITS|N%", "", "URL", "",
	};

	return holders[kind];
}

/* Columns of "flag PLACEHOLDER". */
static int width_of(const struct setting *row)
{
	return (int)(strlen(row->flag) + 1 + strlen(placeholder(row->kind)));
}

static int widest(const struct settings_program *program)
{
	int width = 0;

	for (size_t i = 0; i < program->count; i++) {
		const struct setting *row = &program->table[i];

		if (row->flag != NULL && width_of(row) > width)
			width = width_of(row);
	}
	return width;
}

static void print_row(const struct setting *row, int width)
{
	printf("  --%s %s%*s  %s", row->flag, placeholder(row->kind), width - width_of(row), "",
	       row->help);
	if (row->kind == SETTINGS_NUMBER)
		printf(" (%" PRId64 " to %" PRId64 ")", row->least, row->most);
	if (row->kind == SETTINGS_PRIVATE)
		printf(" (in the file only)");
	if (row->standard == NULL)
		printf(" [must be given]\n");
	else if (row->standard[0] == '\0' || row->kind == SETTINGS_SWITCH)
		printf("\n");
	else
		printf(" [%s]\n", row->standard);
}

/* How a setting is given, by the example of the first that the environment may give. */
static void print_usage(const struct settings_program *program)
{
	const struct setting *row = program->table;
	const struct setting *end = program->table + program->count;
	char name[SETTINGS_NAME_BYTES];

	printf("%s %s - %s\n\n", program->name, program->version, program->summary);
	if (program->usage != NULL)
		printf("Usage: %s\n", program->usage);
	else
		printf("Usage: %s [--FLAG VALUE]... (or --FLAG=VALUE)\n", program->name);
	while (row < end && (row->flag == NULL || !settings_value_environment(name, program, row)))
		row++;
	if (row < end)
		printf("A flag wins over the environment (%s for --%s), %s%s%sand that over the "
		       "[default].\n",
		       name, row->flag, program->read_file ? "that over the file (--" : "",
		       program->read_file ? program->file_flag : "",
		       program->read_file ? "), " : "");
	if (program->table->flag != NULL)
		printf("\nSettings\n");
}

void settings_help_print(const struct settings_program *program)
{
	int width = widest(program);

	print_usage(program);
	for (size_t i = 0; i < program->count; i++) {
		const struct setting *row = &program->table[i];

		if (row->flag == NULL)
			printf("\n%s\n", row->help);
		else
			print_row(row, width);
	}
	printf("\nInstead of working\n");
	for (size_t i = 0; i < words_of(program); i++)
		printf("  --%-*s  %s\n", width, words[i].word, words[i].help);
	if (program->examples != NULL)
		printf("\nExamples\n%s", program->examples);
}

static const char *source_word(enum settings_source source)
{
	if (source == SETTINGS_FLAG)
		return "flag";
	if (source == SETTINGS_FILE)
		return "file";
	return source == SETTINGS_ENVIRONMENT ? "environment" : "default";
}

/* The value in force, which may differ from what was given: some follow from others. */
static const char *effective(const struct setting *row, const void *values, const char *given,
			     char digits[24])
{
	const char *at = (const char *)values + row->offset;

	if (settings_value_is_text(row))
		return *(const char *const *)(const void *)at;
	if (row->kind != SETTINGS_NUMBER)
		return given;
	snprintf(digits, 24, "%lld", (long long)*(const int64_t *)(const void *)at);
	return digits;
}

/* Prints a URL, but for the password of `user:password@`. */
static void print_url(const char *text)
{
	const char *start = strstr(text, "://");
	const char *at = start ? strrchr(start + 3, '@') : NULL;
	const char *colon = at ? memchr(start + 3, ':', (size_t)(at - start - 3)) : NULL;

	if (colon)
		printf("%.*s:***%s", (int)(colon - text), text, at);
	else
		printf("%s", text);
}

void settings_help_check(const struct settings_program *program, const struct settings_given *given,
			 const void *values)
{
	for (size_t i = 0; i < program->count; i++) {
		const struct setting *row = &program->table[i];
		char digits[24];

		if (row->flag == NULL)
			continue;
		const char *text = effective(row, values, given[i].text, digits);
		bool follows =
			strcmp(text, given[i].text) != 0 && given[i].source == SETTINGS_DEFAULT;
		printf("%s = ", row->flag);
		if (row->kind == SETTINGS_URL)
			print_url(text);
		else if (row->kind == SETTINGS_PRIVATE)
			printf("%s", text[0] ? "(set)" : "");
		else
			printf("%s%s", text,
			       row->kind == SETTINGS_SECRET && text[0] ? " (set)" : "");
		printf("  (from %s)\n", follows ? "other settings" : source_word(given[i].source));
	}
}

static size_t least_of(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* Levenshtein's distance, over one row of his matrix. */
static size_t distance(const char *a, const char *b)
{
	size_t row[WORD_BYTES + 1];
	size_t size = strnlen(b, WORD_BYTES);

	for (size_t j = 0; j <= size; j++)
		row[j] = j;
	for (size_t i = 0; a[i] != '\0'; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < size; j++) {
			size_t above = row[j + 1];

			row[j + 1] = least_of(above + 1, row[j] + 1, diagonal + (a[i] != b[j]));
			diagonal = above;
		}
	}
	return row[size];
}

/* A flag begun right and not finished is as near as one slip. */
static size_t farness(const char *word, const char *flag)
{
	size_t size = strlen(word);

	return size > 2 && strncmp(word, flag, size) == 0 ? 1 : distance(word, flag);
}

const char *settings_help_closest(const struct settings_program *program, const char *word)
{
	const char *closest = NULL;
	size_t least = NEAR + 1;

	for (size_t i = 0; i < program->count + words_of(program); i++) {
		const char *flag = i < program->count ? program->table[i].flag
						      : words[i - program->count].word;
		size_t far = flag == NULL ? least : farness(word, flag);

		if (far < least) {
			least = far;
			closest = flag;
		}
	}
	return closest;
}
