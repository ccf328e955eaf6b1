/*
 * main.c - penstock-buyer, the buyer's tool: reads the settings, finds the command, runs it.
 *
 *     penstock-buyer [COMMAND] [--FLAGS]
 *
 * Results go to stdout, notes to stderr; the exit code is one of verdict.h.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "buyer/commands.h"
#include "buyer/options.h"

struct command {
	const char *name;
	enum verdict (*run)(struct job *job);
};

/* clang-format off */
static const struct command table[] = {
	{ "", whole_run },
	{ "login", login_run },
	{ "reserve", reserve_run },
	{ "rush", rush_command },
	{ "status", status_run },
	{ "pay", pay_run },
	{ "rehearse", rehearse_run },
};
/* clang-format on */

enum { COMMANDS = sizeof(table) / sizeof(table[0]) };

static const struct command *find(const struct options *options)
{
	const char *name = options->word_count > 0 ? options->words[0] : "";

	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	}
	fprintf(stderr, "penstock-buyer: there is no command \"%s\"; --help lists them\n", name);
	return NULL;
}

static enum verdict run(const struct options *options)
{
	const struct command *command = find(options);
	enum verdict verdict;
	struct job job;

	if (command == NULL)
		return VERDICT_USAGE;
	verdict = job_open(&job, options);
	if (verdict == VERDICT_DONE)
		verdict = command->run(&job);
	job_close(&job);
	return verdict;
}

/* Whether what was printed has arrived. */
static enum verdict finish(enum verdict verdict)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return verdict;
	fprintf(stderr, "penstock-buyer: the output could not be written\n");
	return verdict;
}

int main(int argc, char **argv)
{
	struct options options = { .word_count = 0 };
	enum verdict verdict = VERDICT_USAGE;

	signal(SIGPIPE, SIG_IGN); /* a reader that leaves early shows as a failed write */
	switch (options_read(argc, argv, &options)) {
	case SETTINGS_RUN:
		verdict = run(&options);
		break;
	case SETTINGS_DONE:
		verdict = VERDICT_DONE;
		break;
	case SETTINGS_HEALTH: /* a tool has none */
	case SETTINGS_BAD:
		break;
	}
	options_free(&options);
	return (int)finish(verdict);
}
