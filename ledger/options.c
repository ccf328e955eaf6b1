/*
 * options.c - every setting of the ledger, once: flag, kind, default, bounds, and its line of help.
 *
 * docs/OPERATIONS.md lists the same flags; `make tidy` fails when one is missing there. In the
 * environment, what the ledger shares with the nodes has the nodes' name (PENSTOCK_REDIS), its own
 * begins with PENSTOCK_LEDGER_, and the database is LEDGER_URL, for penstockctl as well.
 */
#include "ledger/options.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "common/db.h"
#include "common/keys.h"
#include "common/tokens.h"
#include "ledger/webhook_post.h"

#define AT(member) offsetof(struct ledger_options, member)

static const struct setting table[] = {
	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "The database" },
	{ "url", SETTINGS_URL, NULL, 0, 0, AT(url),
	  "sqlite:/path, or postgresql://user@host:port/name (its password: PGPASSFILE)" },
	{ "batch-max", SETTINGS_NUMBER, "2000", 1, 100000, AT(batch_max),
	  "events in one transaction, about" },

	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "Redis" },
	{ "redis", SETTINGS_ADDRESS, "127.0.0.1:6380", 0, 0, AT(redis),
	  "address:port, or unix:/path (an address, not a name)" },
	{ "redis-user", SETTINGS_TEXT, "penstock-ledger", 0, 0, AT(redis_user),
	  "ACL user of the ledger" },
	{ "redis-password-file", SETTINGS_SECRET, NULL, 0, 0, AT(redis_password_file),
	  "file with its password" },
	{ "redis-timeout-ms", SETTINGS_NUMBER, "2000", 10, 60000, AT(redis_timeout_ms),
	  "silence after which the connection is given up, in ms" },
	{ "poll-ms", SETTINGS_NUMBER, "50", 1, 1000, AT(poll_ms),
	  "longest wait for new events before others have their turn, in ms" },
	{ "retain-s", SETTINGS_NUMBER, "3600", 0, 31536000, AT(retain_s),
	  "how long finished orders stay in Redis, in s" },
	{ "items", SETTINGS_TEXT, "", 0, 0, AT(items),
	  "items known from the start, separated by commas; others are found" },

	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "Answers" },
	{ "listen", SETTINGS_ADDRESS, "127.0.0.1:3100", 0, 0, AT(listen),
	  "host:port for orders that have left Redis; only nginx should reach it" },
	{ "order-key-file", SETTINGS_SECRET, NULL, 0, 0, AT(order_key_file),
	  "file with the 64 hex digits that sign order numbers; the nodes' own" },

	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "Webhook (off without a URL)" },
	{ "webhook-url", SETTINGS_URL, "", 0, 0, AT(webhook_url),
	  "http:// or https:// URL that is told of each event about an order" },
	{ "webhook-key-file", SETTINGS_SECRET, "", 0, 0, AT(webhook_key_file),
	  "file with the 64 hex digits that sign its messages" },
	{ "webhook-timeout-ms", SETTINGS_NUMBER, "5000", 100, 10000, AT(webhook_timeout_ms),
	  "patience with each message, in ms" },
	{ "webhook-allow-private", SETTINGS_NUMBER, "0", 0, 1, AT(webhook_allow_private),
	  "1: its address may be private, or this machine's" },

	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "Log and process" },
	{ "log-level", SETTINGS_LEVEL, "info", 0, 0, AT(log_level), "debug, info, warn or error" },
	{ "debuggable", SETTINGS_NUMBER, "0", 0, 1, AT(debuggable),
	  "1: debuggers of the same account may look into it, and cores may be left" },
};

/* What has another name in the environment than <PREFIX>_<FLAG>. */
static const struct {
	const char *flag, *name;
} names[] = {
	{ "url", "LEDGER_URL" },
	{ "batch-max", "PENSTOCK_LEDGER_BATCH_MAX" },
	{ "redis-user", "PENSTOCK_LEDGER_REDIS_USER" },
	{ "redis-timeout-ms", "PENSTOCK_LEDGER_REDIS_TIMEOUT_MS" },
	{ "poll-ms", "PENSTOCK_LEDGER_POLL_MS" },
	{ "retain-s", "PENSTOCK_LEDGER_RETAIN_S" },
	{ "items", "PENSTOCK_LEDGER_ITEMS" },
	{ "listen", "PENSTOCK_LEDGER_LISTEN" },
};

static const char *ledger_options_environment(const struct setting *row)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i].flag, row->flag) == 0)
			return names[i].name;
	}
	return "";
}

static int ledger_options_check_items(const char *items)
{
	for (const char *at = items; *at;) {
		size_t size = strcspn(at, ",");

		if (!keys_item_is_valid(at, size)) {
			fprintf(stderr,
				"penstock-ledger: --items: '%.*s' is no item name: use 1 to 32 of "
				"a-z 0-9 _ -, beginning with a letter or digit\n",
				(int)size, at);
			return -1;
		}
		at += size + (at[size] == ',');
	}
	return 0;
}

static int ledger_options_check_order_key(const char *path)
{
	char key[256];
	struct tokens *tokens = NULL;

	if (settings_read_secret(path, key, sizeof(key)) < 0)
		return -1;
	tokens = tokens_open(key);
	explicit_bzero(key, sizeof(key));
	tokens_close(tokens);
	if (tokens)
		return 0;
	fprintf(stderr, "penstock-ledger: --order-key-file %s: must hold 64 hex digits\n", path);
	return -1;
}

static int ledger_options_check_webhook(const struct ledger_options *options)
{
	if (!options->webhook_url[0])
		return 0;
	if (!webhook_post_url_is_valid(options->webhook_url)) {
		fprintf(stderr, "penstock-ledger: --webhook-url: give an http:// or https:// URL "
				"with a host\n");
		return -1;
	}
	if (!options->webhook_key_file[0]) {
		fprintf(stderr, "penstock-ledger: --webhook-url is set, so --webhook-key-file "
				"must be too\n");
		return -1;
	}
	return webhook_post_key_is_valid(options->webhook_key_file) ? 0 : -1;
}

static int ledger_options_complete(void *values)
{
	struct ledger_options *options = values;

	if (!db_url_is_valid(options->url)) {
		fprintf(stderr,
			"penstock-ledger: --url (LEDGER_URL): a database is sqlite:/path/to/file "
			"or postgresql://user@host:port/name\n");
		return -1;
	}
	if (ledger_options_check_items(options->items) != 0)
		return -1;
	if (ledger_options_check_order_key(options->order_key_file) != 0)
		return -1;
	return ledger_options_check_webhook(options);
}

const struct settings_program ledger_options_program = {
	.name = "penstock-ledger",
	.summary = "Writes the events of all items into SQL, and trims what is written.",
	.prefix = "PENSTOCK",
	.version = PENSTOCK_VERSION,
	.table = table,
	.count = sizeof(table) / sizeof(table[0]),
	.environment = ledger_options_environment,
	.complete = ledger_options_complete,
};
