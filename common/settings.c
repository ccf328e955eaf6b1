/*
 * settings.c - one table of settings: flag over environment over file over default.
 *
 * Reading goes in passes: argv into `given`, then the environment into what argv left open, then
 * the file (whose path is known by then) and the defaults, then every text through its kind. Faults
 * do not stop a pass, so one start shows them all. What is shown of a private value is its name.
 *
 * An environment variable that is empty counts as not given: that is what compose makes of
 * `NAME=${NAME:-}`. It does not look for unknown variables: other programs share the prefix.
 */
#include "common/settings.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/settings_parts.h"
#include "common/xmalloc.h"

struct reading {
	const struct settings_program *program;
	void *values;
	struct settings_given *given; /* a place for each row of the table */
	bool asked[SETTINGS_WORDS];
	int faults;
	const char *file;     /* the path of the file that is read */
	bool file_is_private; /* closed to others */
	char **kept;          /* texts of the file, by row */
};

/* One sentence on stderr, in one piece; bytes that could play with a terminal are shown as '?'. */
static void say(struct reading *reading, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void say(struct reading *reading, const char *format, ...)
{
	char text[SETTINGS_WHY_BYTES * 2];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (char *c = text; *c != '\0'; c++) {
		if (settings_value_has_control(c, 1))
			*c = '?';
	}
	fprintf(stderr, "%s: %s\n", reading->program->name, text);
	reading->faults++;
}

static bool is_flag(const char *word)
{
	return word[0] == '-' && word[1] == '-' && word[2] != '\0';
}

/* The row of the flag `name` of `size` bytes; the table's count when there is none. */
static size_t find_row(const struct settings_program *program, const char *name, size_t size)
{
	for (size_t i = 0; i < program->count; i++) {
		const char *flag = program->table[i].flag;

		if (flag != NULL && strlen(flag) == size && memcmp(flag, name, size) == 0)
			return i;
	}
	return program->count;
}

/* `word` as it was given, `name` the flag that it may have meant. */
static void say_unknown(struct reading *reading, const char *word, const char *name, size_t size)
{
	char meant[SETTINGS_NAME_BYTES];
	const char *closest;

	snprintf(meant, sizeof(meant), "%.*s", (int)size, name);
	closest = settings_help_closest(reading->program, meant);
	if (closest != NULL)
		say(reading, "\"%s\" is not a setting; did you mean --%s?", word, closest);
	else
		say(reading, "\"%s\" is not a setting; --help lists them", word);
}

/* A word of --help's kind. */
static void take_asked(struct reading *reading, enum settings_word asked, const char *name,
		       const char *value)
{
	reading->asked[asked] = true;
	if (value != NULL)
		say(reading, "--%.*s takes no value", (int)strcspn(name, "="), name);
}

/* A row of the table, with the value that it was given; NULL: none. */
static void take_row(struct reading *reading, size_t row, const char *value)
{
	const struct setting *setting = &reading->program->table[row];

	if (value == NULL && setting->kind == SETTINGS_SWITCH)
		value = "yes";
	if (value == NULL)
		say(reading, "--%s needs a value; one that begins with -- is given as --%s=VALUE",
		    setting->flag, setting->flag);
	else if (setting->kind == SETTINGS_PRIVATE)
		say(reading,
		    "--%s is a secret, and a command line is seen by others: write it into the "
		    "file "
		    "of --%s",
		    setting->flag, reading->program->file_flag);
	else if (reading->given[row].source == SETTINGS_FLAG)
		say(reading, "--%s is given twice; give it once", setting->flag);
	else
		reading->given[row] = (struct settings_given){ value, SETTINGS_FLAG, 0 };
}

/* Reads a flag and perhaps the next word (NULL at the end); returns how many it took. */
static int read_flag(struct reading *reading, const char *word, const char *next)
{
	const struct settings_program *program = reading->program;
	const char *name = word + strspn(word, "-");
	size_t size = strcspn(name, "=");
	const char *value = name[size] == '=' ? name + size + 1 : NULL;
	bool next_is_value = value == NULL && next != NULL && !is_flag(next);
	enum settings_word asked = settings_help_word(program, name, size);
	size_t row = find_row(program, name, size);
	bool known = name == word + 2 && (asked != SETTINGS_WORDS || row < program->count);

	if (!known) {
		say_unknown(reading, word, name, size);
		return is_flag(word) && next_is_value ? 2 : 1;
	}
	if (asked != SETTINGS_WORDS) {
		take_asked(reading, asked, name, value);
		return 1;
	}
	next_is_value = next_is_value && program->table[row].kind != SETTINGS_SWITCH;
	take_row(reading, row, next_is_value ? next : value);
	return next_is_value ? 2 : 1;
}

/* Reads one word of argv and perhaps the next; returns how many it took. */
static int read_word(struct reading *reading, const char *word, const char *next)
{
	bool is_plain = word[0] != '-' || (word[1] >= '0' && word[1] <= '9');

	if (!is_plain || reading->program->take_word == NULL)
		return read_flag(reading, word, next);
	if (!reading->program->take_word(reading->values, word))
		say(reading, "\"%s\" is a word too many; --help shows the form", word);
	return 1;
}

/* What argv left open, from the environment. */
static void read_environment(struct reading *reading, size_t i)
{
	const struct setting *row = &reading->program->table[i];
	char name[SETTINGS_NAME_BYTES];
	const char *text;

	if (row->flag == NULL || row->kind == SETTINGS_PRIVATE ||
	    reading->given[i].source == SETTINGS_FLAG)
		return;
	text = settings_value_environment(name, reading->program, row) ? getenv(name) : NULL;
	if (text != NULL && text[0] != '\0')
		reading->given[i] = (struct settings_given){ text, SETTINGS_ENVIRONMENT, 0 };
}

/* The default of what nobody gave. */
static void read_default(struct reading *reading, size_t i)
{
	const struct setting *row = &reading->program->table[i];
	char name[SETTINGS_NAME_BYTES];

	if (row->flag == NULL || reading->given[i].source != SETTINGS_ABSENT)
		return;
	if (row->standard != NULL)
		reading->given[i] = (struct settings_given){ row->standard, SETTINGS_DEFAULT, 0 };
	else if (settings_value_environment(name, reading->program, row))
		say(reading, "--%s (or %s) must be given: %s", row->flag, name, row->help);
	else
		say(reading, "--%s must be given: %s", row->flag, row->help);
}

/* A value from the file for a row that may have one already, from there or from above. */
static void take_from_file(struct reading *reading, int line, size_t i, const char *value)
{
	const struct setting *row = &reading->program->table[i];

	if (reading->kept[i] != NULL) {
		say(reading, "%s:%d: \"%s\" stands there twice", reading->file, line, row->flag);
		return;
	}
	if (row->kind == SETTINGS_PRIVATE && value[0] != '\0' && !reading->file_is_private)
		say(reading,
		    "%s:%d: \"%s\" is a secret, and the file can be read by others; run chmod 600 "
		    "on it",
		    reading->file, line, row->flag);
	reading->kept[i] = xstrdup(value);
	if (reading->given[i].source == SETTINGS_ABSENT && value[0] != '\0')
		reading->given[i] =
			(struct settings_given){ reading->kept[i], SETTINGS_FILE, line };
}

/* A line of the file; see settings_line_cb. */
static void on_line(void *owner, int line, const char *name, const char *value)
{
	struct reading *reading = owner;
	const struct settings_program *program = reading->program;
	char flag[SETTINGS_NAME_BYTES];
	const char *closest;
	size_t row;

	if (name == NULL) {
		say(reading, "%s:%d: %s", reading->file, line, value);
		return;
	}
	snprintf(flag, sizeof(flag), "%s", name);
	for (char *c = flag; *c != '\0'; c++) {
		if (*c == '_')
			*c = '-';
	}
	row = find_row(program, flag, strlen(flag));
	if (row < program->count && strcmp(flag, program->file_flag) != 0) {
		take_from_file(reading, line, row, value);
		return;
	}
	closest = settings_help_closest(program, flag);
	say(reading, "%s:%d: \"%s\" is not a setting%s%s%s", reading->file, line, name,
	    closest != NULL ? "; did you mean " : "", closest != NULL ? closest : "",
	    closest != NULL ? "?" : "");
}

/* The file of settings; one that nobody named need not be there. */
static void read_file(struct reading *reading)
{
	const struct settings_program *program = reading->program;
	size_t i = find_row(program, program->file_flag, strlen(program->file_flag));
	const struct settings_given *given = &reading->given[i];
	const char *path =
		given->source == SETTINGS_ABSENT ? program->table[i].standard : given->text;
	struct stat facts;

	if (path == NULL || path[0] == '\0')
		return;
	reading->file = path;
	reading->file_is_private = stat(path, &facts) == 0 && (facts.st_mode & 077) == 0;
	if (!program->read_file(path, on_line, reading) &&
	    (given->source != SETTINGS_ABSENT || errno != ENOENT))
		say(reading, "the file of settings %s cannot be opened (%s)", path,
		    strerror(errno));
}

static void store(struct reading *reading, size_t i, void *values)
{
	const struct setting *row = &reading->program->table[i];
	const struct settings_given *given = &reading->given[i];
	char why[SETTINGS_WHY_BYTES];
	char name[SETTINGS_NAME_BYTES];

	if (given->source == SETTINGS_ABSENT || settings_value_store(row, given->text, values, why))
		return;
	(void)settings_value_environment(name, reading->program, row);
	if (given->source == SETTINGS_ENVIRONMENT)
		say(reading, "%s \"%s\" (in the environment) %s", name, given->text, why);
	else if (given->source == SETTINGS_FILE)
		say(reading, "%s:%d: %s \"%s\" %s", reading->file, given->line, row->flag,
		    row->kind == SETTINGS_PRIVATE ? "(secret)" : given->text, why);
	else
		say(reading, "--%s \"%s\"%s %s", row->flag, given->text,
		    given->source == SETTINGS_DEFAULT ? " (the default)" : "", why);
}

static enum settings_verdict decide(const struct reading *reading)
{
	const struct settings_program *program = reading->program;

	if (reading->faults > 0 || (program->complete && program->complete(reading->values) != 0))
		return SETTINGS_BAD;
	if (reading->asked[SETTINGS_WORD_CHECK]) {
		settings_help_check(program, reading->given, reading->values);
		return SETTINGS_DONE;
	}
	return reading->asked[SETTINGS_WORD_HEALTHCHECK] ? SETTINGS_HEALTH : SETTINGS_RUN;
}

static enum settings_verdict read_all(struct reading *reading, int argc, char **argv)
{
	const struct settings_program *program = reading->program;

	for (int i = 1; i < argc;)
		i += read_word(reading, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
	if (reading->asked[SETTINGS_WORD_HELP]) {
		settings_help_print(program);
		return SETTINGS_DONE;
	}
	if (reading->asked[SETTINGS_WORD_VERSION]) {
		printf("%s %s\n", program->name, program->version);
		return SETTINGS_DONE;
	}
	for (size_t i = 0; i < program->count; i++)
		read_environment(reading, i);
	if (program->read_file != NULL)
		read_file(reading);
	for (size_t i = 0; i < program->count; i++)
		read_default(reading, i);
	for (size_t i = 0; i < program->count; i++)
		store(reading, i, reading->values);
	return decide(reading);
}

/* A text of the file, which may be a secret. */
static void free_kept(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text));
	free(text);
}

enum settings_verdict settings_read(const struct settings_program *program, int argc, char **argv,
				    void *values)
{
	struct reading reading = { .program = program, .values = values };
	enum settings_verdict verdict;

	reading.given = xcalloc(program->count, sizeof(*reading.given));
	reading.kept = xcalloc(program->count, sizeof(*reading.kept));
	verdict = read_all(&reading, argc, argv);
	for (size_t i = 0; i < program->count; i++)
		free_kept(reading.kept[i]);
	free(reading.kept);
	free(reading.given);
	fflush(stdout);
	return verdict;
}

void settings_free(const struct settings_program *program, void *values)
{
	for (size_t i = 0; i < program->count; i++) {
		const struct setting *row = &program->table[i];
		char **text = (char **)((char *)values + row->offset);

		if (row->flag == NULL || !settings_value_is_text(row))
			continue;
		free(*text);
		*text = NULL;
	}
}
