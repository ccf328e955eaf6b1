/*
 * options.h - the settings of every command, in one place.
 *
 * A command has rows of its own and the groups of rows that it needs (where Redis is, where the
 * ledger is, which keys); options_program() puts them together for settings_read(). Only the
 * groups, --stat-log and --weights-from are read from the environment, as PENSTOCK_<FLAG>, and
 * --url as LEDGER_URL: a rule of one item must not come from a variable that was set for another.
 *
 * Layer: above settings; below commands.
 */
#ifndef PENSTOCK_CTL_OPTIONS_H
#define PENSTOCK_CTL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/settings.h"

enum { OPTIONS_WORDS_MAX = 64 };

struct options {
	/* groups */
	char *redis, *redis_user, *redis_password_file;
	int64_t timeout_ms;
	char *url, *order_key_file, *token_key_file;
	char *stat_log, *weights_from;
	bool json;
	/* own rows; texts that were not given are empty */
	int64_t total;
	char *price, *pay_window, *max_units, *limit_units, *late_pay, *backlog_max;
	bool paused;
	char *seed_file;
	char *wait;
	char *state, *user, *txn, *format;
	int64_t limit, after;
	char *score, *expires_in;
	bool rebuild, force, yes;
	char *out, *svg, *png, *language;
	/* words beside the flags, borrowed from argv */
	const char *words[OPTIONS_WORDS_MAX];
	size_t word_count;
};

/* Groups of rows, to be or-ed. */
enum options_group {
	OPTIONS_REDIS = 1,
	OPTIONS_LEDGER = 2,
	OPTIONS_ORDER_KEY = 4,
	OPTIONS_TOKEN_KEY = 8,
	OPTIONS_JSON = 16,
};

/* Own rows of a command. */
struct options_rows {
	const struct setting *rows;
	size_t count;
};

extern const struct options_rows options_none, options_item_create, options_item_close,
	options_draw, options_orders_list, options_orders_refund, options_orders_export,
	options_token_issue, options_audit, options_report;

/*
 * Puts the table of a command together: its own rows, then its groups (an or of enum
 * options_group), into *program, whose other members the caller has set. The table belongs to the
 * caller, who frees it after settings_free(). Returns it.
 */
struct setting *options_program(struct settings_program *program, const struct options_rows *own,
				unsigned groups);

#endif
