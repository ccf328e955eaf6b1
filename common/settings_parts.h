/*
 * settings_parts.h - what the files behind settings.h share; for them alone.
 *
 * settings.c reads argv and the environment and decides; settings_value.c knows the kinds of
 * values; settings_secret.c reads the files of secrets; settings_help.c prints. A row of the
 * table whose flag is NULL is a heading of --help and nothing else.
 *
 * Layer: inside settings.
 */
#ifndef PENSTOCK_SETTINGS_PARTS_H
#define PENSTOCK_SETTINGS_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/settings.h"

enum {
	SETTINGS_WHY_BYTES = 512, /* room for one fault, with its NUL */
	SETTINGS_NAME_BYTES = 96, /* room for an environment variable's name, with its NUL */
	SETTINGS_SECRET_BYTES = 4096,
};

enum settings_source {
	SETTINGS_ABSENT, /* nobody gave it and there is no default */
	SETTINGS_FLAG,
	SETTINGS_ENVIRONMENT,
	SETTINGS_FILE,
	SETTINGS_DEFAULT,
};

/* The flags that every program has; they take no value and stand in no table. */
enum settings_word {
	SETTINGS_WORD_HELP,
	SETTINGS_WORD_VERSION,
	SETTINGS_WORD_CHECK,
	SETTINGS_WORD_HEALTHCHECK,
	SETTINGS_WORDS, /* how many; also: none of them */
};

/*
 * What a row of the table was given; `text` is borrowed from argv, the environment, the table, or
 * from what settings.c keeps of the file until the reading ends.
 */
struct settings_given {
	const char *text;
	enum settings_source source;
	int line; /* of the file */
};

/*
 * Checks `text` and stores it as the row's kind into `values`. False: nothing is stored and
 * `why` says what is wrong and what would be right, to be read behind the setting's name.
 */
bool settings_value_store(const struct setting *row, const char *text, void *values,
			  char why[SETTINGS_WHY_BYTES]);

/* Whether the row's value is a text that `values` owns. */
bool settings_value_is_text(const struct setting *row);

/* Whether a control byte (below space, or DEL) is among the `size` bytes. */
bool settings_value_has_control(const char *text, size_t size);

/*
 * Writes the row's name in the environment, PREFIX_UPPER_SNAKE or the program's own. False, and
 * an empty name: it has none.
 */
bool settings_value_environment(char into[SETTINGS_NAME_BYTES],
				const struct settings_program *program, const struct setting *row);

/*
 * Reads the secret at `path` into `into` (`room` bytes, NUL-terminated, trailing white space
 * cut) and sets *size. False: `why` says what is wrong with the file; `into` is wiped.
 */
bool settings_secret_load(const char *path, char *into, size_t room, size_t *size,
			  char why[SETTINGS_WHY_BYTES]);

/*
 * Which word of the program the `size` bytes at `name` (without dashes) are; SETTINGS_WORDS when
 * none.
 */
enum settings_word settings_help_word(const struct settings_program *program, const char *name,
				      size_t size);

/* Prints --help on stdout. */
void settings_help_print(const struct settings_program *program);

/* Prints the values in force on stdout, a line each; secrets as their path. */
void settings_help_check(const struct settings_program *program, const struct settings_given *given,
			 const void *values);

/* The flag or word (without dashes) nearest to `word`; NULL when nothing is near. */
const char *settings_help_closest(const struct settings_program *program, const char *word);

#endif
