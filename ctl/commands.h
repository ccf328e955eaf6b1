/*
 * commands.h - the commands of penstockctl: a noun, perhaps a verb, and what they want.
 *
 * One table holds all of them; from it come --help, the check of words, and what main.c opens
 * before it runs one.
 *
 * Layer: above tools and the commands' own modules; below main.
 */
#ifndef PENSTOCK_CTL_COMMANDS_H
#define PENSTOCK_CTL_COMMANDS_H

#include <stddef.h>
#include <stdio.h>

#include "ctl/options.h"
#include "ctl/tools.h"

struct command {
	const char *name;    /* "item create" */
	const char *form;    /* its words and flags, for the usage line */
	const char *summary; /* a sentence */
	const char *examples;
	const struct options_rows *own;
	unsigned groups; /* an or of enum options_group */
	size_t words_least, words_most;
	enum verdict (*run)(struct tools *tools);
};

/*
 * The command that argv begins with, behind the program's name; *taken is how many words its name
 * has. NULL: there is none.
 */
const struct command *commands_find(int argc, char **argv, int *taken);

/*
 * Prints the list of commands: all, or those of one noun. `noun` may be NULL. Returns how many it
 * printed.
 */
size_t commands_print(FILE *file, const char *noun);

#endif
