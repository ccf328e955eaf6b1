/*
 * options.c - every setting of a node, once: flag, kind, default, bounds, and its line of help.
 *
 * docs/OPERATIONS.md lists the same flags; `make tidy` fails when one is missing there.
 */
#include "node/options.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/keys.h"
#include "common/seal.h"
#include "common/weights.h"
#include "common/xmalloc.h"

#define AT(member) offsetof(struct options, member)

static const struct setting table[] = {
	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "This node" },
	{ "name", SETTINGS_TEXT, "", 0, 0, AT(name),
	  "name in Redis and in logs (default: node-<port>)" },
	{ "listen", SETTINGS_ADDRESS, "127.0.0.1:3001", 0, 0, AT(listen),
	  "host:port to serve on; only nginx should reach it" },
	{ "weight", SETTINGS_NUMBER, "0", 0, 1000000, AT(weight),
	  "weight of its share (0: from --weights-from, else 1)" },
	{ "weights-from", SETTINGS_PATH, "", 0, 0, AT(weights_from),
	  "nginx.conf whose upstream states the weights" },
	{ "buffer", SETTINGS_SHARE, "10%", 0, 1000000000, AT(buffer),
	  "stock beyond its share: percent of the share, or units" },
	{ "items", SETTINGS_TEXT, "ticket", 0, 0, AT(items),
	  "items known from the start, separated by commas" },
	{ "items-max", SETTINGS_NUMBER, "64", 1, 1024, AT(items_max), "items known at a time" },
	{ "drain-ms", SETTINGS_NUMBER, "5000", 0, 600000, AT(drain_ms),
	  "patience at SIGTERM for requests under way, in ms" },
	{ "log-level", SETTINGS_LEVEL, "info", 0, 0, AT(log_level), "debug, info, warn or error" },
	{ "debuggable", SETTINGS_NUMBER, "0", 0, 1, AT(debuggable),
	  "1: debuggers of the same account may look into it, and cores may be left" },

	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "Redis and secrets" },
	{ "redis", SETTINGS_ADDRESS, "127.0.0.1:6380", 0, 0, AT(redis),
	  "address:port, or unix:/path (an address, not a name)" },
	{ "redis-user", SETTINGS_TEXT, "penstock", 0, 0, AT(redis_user), "ACL user of the nodes" },
	{ "redis-password-file", SETTINGS_SECRET, NULL, 0, 0, AT(redis_password_file),
	  "file with its password" },
	{ "redis-timeout-ms", SETTINGS_NUMBER, "1000", 10, 60000, AT(redis_timeout_ms),
	  "silence after which the connection is given up, in ms" },
	{ "order-key-file", SETTINGS_SECRET, NULL, 0, 0, AT(order_key_file),
	  "file with 64 hex digits that sign order numbers" },

	{ "token-key-file", SETTINGS_SECRET, "", 0, 0, AT(token_key_file),
	  "file with 64 hex digits that sign users' tokens (none: every token is refused)" },
	{ "token-key-old-file", SETTINGS_SECRET, "", 0, 0, AT(token_key_old_file),
	  "the key before it, believed as well until the tokens it signed have expired" },
	{ "operator-token-file", SETTINGS_SECRET, "", 0, 0, AT(operator_token_file),
	  "file with the token by which an operator alters items over HTTP (none: refused)" },

	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "Payments" },
	{ "payment-key-file", SETTINGS_SECRET, "", 0, 0, AT(payment_key_file),
	  "file with 64 hex digits that sign payment callbacks (none: they are refused)" },
	{ "payment-key-old-file", SETTINGS_SECRET, "", 0, 0, AT(payment_key_old_file),
	  "the key before it, believed as well while the provider changes over" },
	{ "trial-pay", SETTINGS_NUMBER, "0", 0, 1, AT(trial_pay),
	  "1: POST /orders/{number}/pay marks an order paid, without money" },
	{ "desk-max", SETTINGS_NUMBER, "5000", 1, 1000000, AT(desk_max),
	  "requests about orders kept waiting at a time; beyond: 503" },

	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "Device logins" },
	{ "device-login", SETTINGS_NUMBER, "0", 0, 1, AT(device_login),
	  "1: devices may log in by a code (RFC 8628); needs --token-key-file" },
	{ "device-trial", SETTINGS_NUMBER, "0", 0, 1, AT(device_trial),
	  "1: whoever types a name on the page /device/ is believed; for trials only" },
	{ "device-url", SETTINGS_TEXT, "http://localhost:8080", 0, 0, AT(device_url),
	  "where people find nginx: scheme and host, without a path" },
	{ "device-code-s", SETTINGS_NUMBER, "600", 30, 3600, AT(device_code_s),
	  "seconds until a code expires" },
	{ "device-interval-s", SETTINGS_NUMBER, "5", 1, 60, AT(device_interval_s),
	  "seconds that a device waits between two questions" },
	{ "device-token-s", SETTINGS_NUMBER, "43200", 60, 31536000, AT(device_token_s),
	  "longest life of a token given to a device" },
	{ "device-open-max", SETTINGS_NUMBER, "1000", 1, 100000, AT(device_open_max),
	  "logins open at a time; beyond: 503" },
	{ "device-guesses", SETTINGS_NUMBER, "10", 1, 1000, AT(device_guesses),
	  "wrong codes a user may type within the life of a code" },
	{ "device-guesses-all", SETTINGS_NUMBER, "1000", 1, 1000000, AT(device_guesses_all),
	  "wrong codes that all users together may type within it" },

	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "Purchases" },
	{ "tick-ms", SETTINGS_NUMBER, "100", 10, 10000, AT(tick_ms),
	  "time between two looks at Redis for each item, in ms" },
	{ "deadline-ms", SETTINGS_NUMBER, "3000", 10, 60000, AT(deadline_ms),
	  "longest time a buyer is kept waiting, in ms" },
	{ "queue-max", SETTINGS_NUMBER, "20000", 1, 1000000, AT(queue_max),
	  "buyers kept waiting at a time; beyond: 503" },
	{ "batch-max", SETTINGS_NUMBER, "256", 1, 256, AT(batch_max),
	  "purchases in one script call" },
	{ "batches-in-flight", SETTINGS_NUMBER, "2", 1, 64, AT(batches_in_flight),
	  "script calls in flight for an item" },
	{ "batch-gap-us", SETTINGS_NUMBER, "0", 0, 1000000, AT(batch_gap_us),
	  "least time between two calls for an item unless many wait, in us" },

	{ "shield", SETTINGS_NUMBER, "0", 0, 1, AT(shield),
	  "1: nginx may repeat a sold-out answer to the crowd until the second ends; stat.log "
	  "does not see those requests" },

	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "Connections and files" },
	{ "connections-max", SETTINGS_NUMBER, "16384", 16, 1000000, AT(connections_max),
	  "connections at a time" },
	{ "connection-memory", SETTINGS_NUMBER, "8192", 2048, 1048576, AT(connection_memory),
	  "bytes of a connection's buffer; bounds its headers" },
	{ "idle-timeout-s", SETTINGS_NUMBER, "75", 1, 86400, AT(idle_timeout_s),
	  "seconds until an idle connection is closed; more than nginx' upstream "
	  "keepalive_timeout" },
	{ "stat-log", SETTINGS_PATH, "stat.log", 0, 0, AT(stat_log),
	  "file for one line a request" },
	{ "stat-flush-ms", SETTINGS_NUMBER, "5", 1, 10000, AT(stat_flush_ms),
	  "longest time a line waits to be written, in ms: what a crash can lose" },
};

static int options_check_items(const char *items)
{
	for (const char *at = items; *at;) {
		size_t size = strcspn(at, ",");

		if (!keys_item_is_valid(at, size)) {
			fprintf(stderr,
				"penstock-node: --items: '%.*s' is no item name: use 1 to 32 of "
				"a-z 0-9 _ -, beginning with a letter or digit\n",
				(int)size, at);
			return -1;
		}
		at += size + (at[size] == ',');
	}
	return 0;
}

static int options_find_weight(struct options *options, unsigned port)
{
	if (options->weight)
		return 0;
	options->weight = 1;
	if (!options->weights_from[0])
		return 0;
	int64_t weight = weights_read(options->weights_from, port);
	if (weight > 0) {
		options->weight = weight;
		return 0;
	}
	fprintf(stderr, "penstock-node: --weights-from %s: %s %u; add one, or give --weight\n",
		options->weights_from,
		weight < 0 ? strerror(errno) : "no `server` line with a weight has port", port);
	return -1;
}

/* A key of 64 hex digits in the file of `flag`; "" is no file, and good. */
static int options_check_key(const char *flag, const char *path)
{
	unsigned char secret[SEAL_SECRET_BYTES];
	char key[256];

	if (!path[0])
		return 0;
	if (settings_read_secret(path, key, sizeof(key)) < 0)
		return -1;
	bool good = seal_read_secret(key, secret);
	explicit_bzero(key, sizeof(key));
	explicit_bzero(secret, sizeof(secret));
	if (good)
		return 0;
	fprintf(stderr, "penstock-node: --%s %s: must hold 64 hex digits\n", flag, path);
	return -1;
}

/* Device logins need a key to sign tokens with, and a place to send people to. */
static int options_check_device(const struct options *options)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789.-:[]";
	const char *url = options->device_url;
	size_t scheme = strncmp(url, "https://", 8) == 0  ? 8
			: strncmp(url, "http://", 7) == 0 ? 7
							  : 0;

	if (options->device_login && !options->token_key_file[0]) {
		fprintf(stderr, "penstock-node: --device-login: needs --token-key-file\n");
		return -1;
	}
	if (!scheme || !url[scheme] || url[scheme + strspn(url + scheme, plain)] ||
	    strlen(url) > OPTIONS_URL_BYTES) {
		fprintf(stderr,
			"penstock-node: --device-url: must be http:// or https:// and a host, "
			"perhaps with a port, without a path\n");
		return -1;
	}
	return 0;
}

static int options_complete(void *values)
{
	struct options *options = values;
	const char *colon = strrchr(options->listen, ':');
	unsigned port = colon ? (unsigned)strtoul(colon + 1, NULL, 10) : 0;

	if (!colon || strncmp(options->listen, "unix:", 5) == 0) {
		fprintf(stderr, "penstock-node: --listen must be host:port\n");
		return -1;
	}
	if (!options->name[0]) {
		free(options->name);
		options->name = xmalloc(32);
		snprintf(options->name, 32, "node-%u", port);
	}
	if (!keys_request_is_valid(options->name, strlen(options->name))) {
		fprintf(stderr, "penstock-node: --name must be 1 to 64 of A-Z a-z 0-9 _ . : ~ -\n");
		return -1;
	}
	if (options_check_items(options->items) != 0 ||
	    options_check_key("order-key-file", options->order_key_file) != 0 ||
	    options_check_key("token-key-file", options->token_key_file) != 0 ||
	    options_check_key("token-key-old-file", options->token_key_old_file) != 0 ||
	    options_check_key("payment-key-file", options->payment_key_file) != 0 ||
	    options_check_key("payment-key-old-file", options->payment_key_old_file) != 0 ||
	    options_check_device(options) != 0)
		return -1;
	return options_find_weight(options, port);
}

const struct settings_program options_program = {
	.name = "penstock-node",
	.summary = "One worker of a flash sale: sells what Redis grants, behind nginx.",
	.prefix = "PENSTOCK",
	.version = PENSTOCK_VERSION,
	.table = table,
	.count = sizeof(table) / sizeof(table[0]),
	.complete = options_complete,
};
