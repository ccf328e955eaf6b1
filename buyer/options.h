/*
 * options.h - the settings of penstock-buyer: flags over environment over the file.
 *
 * Layer: above settings; below all others of this folder.
 */
#ifndef PENSTOCK_BUYER_OPTIONS_H
#define PENSTOCK_BUYER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/settings.h"

enum { OPTIONS_WORDS_MAX = 2 };

struct options {
	char *config;
	/* what to buy, and who */
	char *server, *item, *user, *token, *token_file;
	int64_t units;
	bool again;
	/* when */
	char *reserve_at, *buy_at;
	int64_t stop_after_minutes;
	/* how */
	int64_t workers, timeout_ms, samples;
	/* telling */
	char *notify_webhook, *smtp_url, *smtp_from, *smtp_to, *smtp_user, *smtp_password;
	int64_t remind_before_minutes;
	/* files and words */
	char *state_dir, *log_dir, *lang;
	const char *words[OPTIONS_WORDS_MAX]; /* borrowed from argv: the command, its word */
	size_t word_count;
};

/*
 * Reads argv, the environment and the file; see settings_read(). Folders that nobody gave are the
 * usual ones of the user, and `lang` is "zh" or "en" afterwards.
 */
enum settings_verdict options_read(int argc, char **argv, struct options *options)
	__attribute__((warn_unused_result));

/* Frees the texts; safe after any verdict. */
void options_free(struct options *options);

#endif
