/*
 * options.c - the settings of penstock-buyer; see options.h.
 *
 * docs/OPERATIONS.md lists the same flags; `make tidy` fails when one is missing there.
 */
#include "buyer/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/keys.h"
#include "common/settings_ini.h"
#include "common/xmalloc.h"

#define AT(member) offsetof(struct options, member)

enum { PATH_BYTES = 512 };

static const struct setting rows[] = {
	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "What to buy, and who buys" },
	{ "server", SETTINGS_URL, NULL, 0, 0, AT(server),
	  "the shop, as http://host:8080; nothing else is spoken to" },
	{ "item", SETTINGS_TEXT, "ticket", 0, 0, AT(item), "the item" },
	{ "units", SETTINGS_NUMBER, "2", 1, KEYS_UNITS_MAX, AT(units), "how many" },
	{ "user", SETTINGS_TEXT, "", 0, 0, AT(user),
	  "your name, where the shop wants no token (the token's)" },
	{ "token", SETTINGS_PRIVATE, "", 0, 0, AT(token), "your token, instead of login" },
	{ "token-file", SETTINGS_PATH, "", 0, 0, AT(token_file),
	  "where login keeps the token (in state-dir)" },
	{ "again", SETTINGS_SWITCH, "no", 0, 0, AT(again),
	  "buy once more, though this machine has bought it already" },
	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "When" },
	{ "reserve-at", SETTINGS_TEXT, "", 0, 0, AT(reserve_at),
	  "10:30, 2026-01-31 10:30:00 or unix ms (the shop's)" },
	{ "buy-at", SETTINGS_TEXT, "", 0, 0, AT(buy_at), "likewise (the shop's)" },
	{ "stop-after-minutes", SETTINGS_NUMBER, "2", 1, 1440, AT(stop_after_minutes),
	  "after the start" },
	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "How" },
	{ "workers", SETTINGS_NUMBER, "1", 1, 16, AT(workers), "attempts at a time, one order" },
	{ "timeout-ms", SETTINGS_NUMBER, "8000", 100, 60000, AT(timeout_ms),
	  "patience with each answer" },
	{ "samples", SETTINGS_NUMBER, "8", 3, 64, AT(samples), "of the server's clock" },
	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "Telling you" },
	{ "notify-webhook", SETTINGS_URL, "", 0, 0, AT(notify_webhook),
	  "http(s) URL that gets JSON" },
	{ "smtp-url", SETTINGS_URL, "", 0, 0, AT(smtp_url), "smtp://host:587 or smtps://host" },
	{ "smtp-from", SETTINGS_TEXT, "", 0, 0, AT(smtp_from), "a mail's sender" },
	{ "smtp-to", SETTINGS_TEXT, "", 0, 0, AT(smtp_to), "who gets it" },
	{ "smtp-user", SETTINGS_TEXT, "", 0, 0, AT(smtp_user), "login at the mail server" },
	{ "smtp-password", SETTINGS_PRIVATE, "", 0, 0, AT(smtp_password), "its password" },
	{ "remind-before-minutes", SETTINGS_NUMBER, "5", 0, 1440, AT(remind_before_minutes),
	  "before the pay deadline; 0: end after buying" },
	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "Files and words" },
	{ "config", SETTINGS_PATH, "", 0, 0, AT(config),
	  "file of settings (~/.config/penstock/buyer.ini)" },
	{ "state-dir", SETTINGS_PATH, "", 0, 0, AT(state_dir),
	  "keys and token (~/.local/state/penstock)" },
	{ "log-dir", SETTINGS_PATH, "", 0, 0, AT(log_dir),
	  "today's log, and yesterday's (state-dir)" },
	{ "lang", SETTINGS_TEXT, "auto", 0, 0, AT(lang), "zh, en, or auto: as the terminal" },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static bool take_word(void *values, const char *word)
{
	struct options *options = values;

	if (options->word_count == OPTIONS_WORDS_MAX)
		return false;
	options->words[options->word_count++] = word;
	return true;
}

/* The usual folder: $`variable`/penstock, else ~/`below`/penstock; "" where there is no home. */
static void usual_folder(char into[PATH_BYTES], const char *variable, const char *below)
{
	const char *base = getenv(variable), *home = getenv("HOME");

	into[0] = '\0';
	if (base != NULL && base[0] == '/')
		snprintf(into, PATH_BYTES, "%s/penstock", base);
	else if (home != NULL && home[0] == '/')
		snprintf(into, PATH_BYTES, "%s/%s/penstock", home, below);
}

static int fault(const char *sentence)
{
	fprintf(stderr, "penstock-buyer: %s\n", sentence);
	return -1;
}

/* "auto" becomes what the terminal speaks. */
static int complete_lang(struct options *options)
{
	const char *told = getenv("LC_ALL");

	if (told == NULL || told[0] == '\0')
		told = getenv("LC_MESSAGES");
	if (told == NULL || told[0] == '\0')
		told = getenv("LANG");
	if (strcmp(options->lang, "auto") == 0) {
		free(options->lang);
		options->lang = xstrdup(told != NULL && strncmp(told, "zh", 2) == 0 ? "zh" : "en");
	}
	if (strcmp(options->lang, "zh") != 0 && strcmp(options->lang, "en") != 0)
		return fault("--lang is zh, en or auto");
	return 0;
}

static void put(char **text, const char *value)
{
	free(*text);
	*text = xstrdup(value);
}

/* Folders and files that follow from others. */
static int complete_paths(struct options *options)
{
	char path[PATH_BYTES + 8];

	if (options->state_dir[0] == '\0') {
		usual_folder(path, "XDG_STATE_HOME", ".local/state");
		if (path[0] == '\0')
			return fault("--state-dir must be given where there is no HOME");
		put(&options->state_dir, path);
	}
	if (options->log_dir[0] == '\0')
		put(&options->log_dir, options->state_dir);
	if (options->token_file[0] == '\0') {
		snprintf(path, sizeof(path), "%.*s/token", PATH_BYTES, options->state_dir);
		put(&options->token_file, path);
	}
	return 0;
}

static int complete(void *values)
{
	struct options *options = values;

	if (!keys_item_is_valid(options->item, strlen(options->item)))
		return fault("--item is 1 to 32 of a-z 0-9 _ -");
	if (!keys_user_is_valid(options->user, strlen(options->user)))
		return fault("--user is at most 64 of A-Z a-z 0-9 . _ @ -");
	if (options->smtp_url[0] != '\0' &&
	    (options->smtp_from[0] == '\0' || options->smtp_to[0] == '\0'))
		return fault("--smtp-url wants --smtp-from and --smtp-to");
	if (complete_lang(options) != 0)
		return -1;
	return complete_paths(options);
}

enum settings_verdict options_read(int argc, char **argv, struct options *options)
{
	struct setting table[ROWS];
	char config[PATH_BYTES + 16];
	struct settings_program program = {
		.name = "penstock-buyer",
		.summary = "takes part in a sale of Penstock, and buys once.",
		.prefix = "PENSTOCK_BUYER",
		.version = PENSTOCK_VERSION,
		.table = table,
		.count = ROWS,
		.usage = "penstock-buyer [COMMAND] [--FLAGS]\n\n"
			 "  (none)     the whole job: log in, reserve, wait, rush, report\n"
			 "  login      get a token, and keep it\n"
			 "  reserve    reserve, and say so\n"
			 "  rush       wait for the start, and buy\n"
			 "  status     what the shop sells, and how you stand\n"
			 "  pay        pay what you hold, where the shop takes trial payments\n"
			 "  rehearse   measure clock and network against the shop\n",
		.examples = "  penstock-buyer --server http://localhost:8080 --user ada --units 1\n"
			    "  penstock-buyer rehearse --server http://localhost:8080\n"
			    "  penstock-buyer --config mug.ini\n",
		.runs_once = true,
		.take_word = take_word,
		.read_file = settings_ini_read,
		.file_flag = "config",
		.complete = complete,
	};
	enum settings_verdict verdict;

	usual_folder(config, "XDG_CONFIG_HOME", ".config");
	if (config[0] != '\0')
		strcat(config, "/buyer.ini");
	memcpy(table, rows, sizeof(rows));
	for (size_t i = 0; i < ROWS; i++) {
		if (table[i].flag != NULL && strcmp(table[i].flag, "config") == 0)
			table[i].standard = config;
	}
	verdict = settings_read(&program, argc, argv, options);
	return verdict;
}

void options_free(struct options *options)
{
	static const struct settings_program program = { .table = rows, .count = ROWS };

	if (options->token != NULL)
		explicit_bzero(options->token, strlen(options->token));
	if (options->smtp_password != NULL)
		explicit_bzero(options->smtp_password, strlen(options->smtp_password));
	settings_free(&program, options);
}
