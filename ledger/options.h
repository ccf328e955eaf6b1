/*
 * options.h - the settings of the ledger.
 *
 * Layer: above settings, db, tokens, webhook_post; below main.
 */
#ifndef PENSTOCK_LEDGER_OPTIONS_H
#define PENSTOCK_LEDGER_OPTIONS_H

#include "common/settings.h"

struct ledger_options {
	char *url, *listen, *items;
	char *redis, *redis_user, *redis_password_file;
	int64_t redis_timeout_ms;
	char *order_key_file;
	int64_t batch_max, retain_s, poll_ms, log_level;
	int64_t debuggable;
	char *webhook_url, *webhook_key_file; /* empty: off */
	int64_t webhook_timeout_ms, webhook_allow_private;
};

/*
 * The table and the words around it, for settings_read(). Completing them checks the URL's form,
 * item names, the order key, and what a webhook needs.
 */
extern const struct settings_program ledger_options_program;

#endif
