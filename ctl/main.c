/*
 * main.c - penstockctl, the operator's tool: finds the command, reads its settings, runs it.
 *
 *     penstockctl NOUN VERB [WORDS] [--FLAGS]
 *
 * The command stands first; its own flags and words follow in any order. Answers go to stdout, as
 * tables or with --json, sentences to stderr; the exit code is one of verdict.h.
 *
 * Every change is one call of a script, which happens whole or not at all, so Ctrl-C is safe at any
 * time; the one command of many steps (audit --rebuild) says how it is gone on with.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/settings.h"
#include "ctl/commands.h"
#include "ctl/options.h"
#include "ctl/say.h"
#include "ctl/tools.h"
#include "ctl/verdict.h"

static bool take_word(void *values, const char *word)
{
	struct options *options = values;

	if (options->word_count == OPTIONS_WORDS_MAX)
		return false;
	options->words[options->word_count++] = word;
	return true;
}

static void print_help(FILE *file)
{
	fprintf(file,
		"penstockctl %s - the operator's tool of Penstock: items, orders, tokens, the "
		"audit.\n\n"
		"Usage: penstockctl NOUN VERB [WORDS] [--FLAGS]; each has a --help of its own\n\n",
		PENSTOCK_VERSION);
	commands_print(file, NULL);
	fprintf(file, "\nExit codes\n"
		      "  0    done; an audit: clean\n"
		      "  1    refused by a rule, or not there; an audit, a report: a violation\n"
		      "  2    bad words, flags or secrets: nothing was asked\n"
		      "  3    Redis, the ledger or the output cannot be had: nothing was changed\n"
		      "  4    sent and not answered: it may or may not have been done\n"
		      "  130  stopped by Ctrl-C between two steps\n");
}

/* What argv says instead of a command. */
static enum verdict answer_no_command(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";

	if (strcmp(word, "--help") == 0) {
		print_help(stdout);
		return VERDICT_DONE;
	}
	if (strcmp(word, "--version") == 0) {
		printf("penstockctl %s\n", PENSTOCK_VERSION);
		return VERDICT_DONE;
	}
	if (argc == 1) {
		print_help(stderr);
	} else if (strncmp(word, "--", 2) == 0) {
		say("the command stands first, flags behind it; penstockctl --help lists them");
	} else if (commands_print(stderr, word) == 0) {
		say("there is no command \"%s\"; penstockctl --help lists them", word);
	} else if (argc == 3 && strcmp(argv[2], "--help") == 0) {
		return VERDICT_DONE;
	} else if (argc > 2) {
		say("there is no command \"%s %s\"", word, argv[2]);
	}
	return VERDICT_USAGE;
}

/* Does it have as many words as it wants? */
static bool words_are_enough(const struct command *command, const struct options *options)
{
	bool is_good = options->word_count >= command->words_least &&
		       options->word_count <= command->words_most;

	if (!is_good)
		say("usage: penstockctl %s %s", command->name, command->form);
	return is_good;
}

static enum verdict run(const struct command *command, const struct options *options)
{
	struct tools tools;
	enum verdict verdict = tools_open(&tools, options, command->groups);

	if (verdict == VERDICT_DONE)
		verdict = command->run(&tools);
	tools_close(&tools);
	return verdict;
}

/* Whether what was printed has arrived. */
static enum verdict finish(enum verdict verdict)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return verdict;
	say("the output could not be written");
	return verdict == VERDICT_DONE ? VERDICT_AWAY : verdict;
}

static enum verdict read_and_run(const struct command *command, int argc, char **argv)
{
	struct options options = { .word_count = 0 };
	char name[64], usage[256];
	struct settings_program program = {
		.name = name,
		.summary = command->summary,
		.version = PENSTOCK_VERSION,
		.usage = usage,
		.examples = command->examples,
		.runs_once = true,
		.take_word = take_word,
	};
	struct setting *table = options_program(&program, command->own, command->groups);
	enum verdict verdict = VERDICT_USAGE;

	snprintf(name, sizeof(name), "penstockctl %s", command->name);
	snprintf(usage, sizeof(usage), "%s%s%s", name, command->form[0] == '\0' ? "" : " ",
		 command->form);
	switch (settings_read(&program, argc, argv, &options)) {
	case SETTINGS_RUN:
		if (words_are_enough(command, &options))
			verdict = run(command, &options);
		break;
	case SETTINGS_DONE:
		verdict = VERDICT_DONE;
		break;
	case SETTINGS_HEALTH: /* a tool has none */
	case SETTINGS_BAD:
		break;
	}
	settings_free(&program, &options);
	free(table);
	return verdict;
}

int main(int argc, char **argv)
{
	const struct command *command;
	int taken = 0;

	signal(SIGPIPE, SIG_IGN); /* a reader that leaves early shows as a failed write */
	command = commands_find(argc, argv, &taken);
	if (command == NULL)
		return (int)finish(answer_no_command(argc, argv));
	return (int)finish(read_and_run(command, argc - taken, argv + taken));
}
