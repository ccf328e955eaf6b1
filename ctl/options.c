/*
 * options.c - the settings of every command, in one place; see options.h.
 *
 * docs/OPERATIONS.md lists the same flags; `make tidy` fails when one is missing there.
 */
#include "ctl/options.h"

#include <string.h>

#include "common/xmalloc.h"

#define AT(member) offsetof(struct options, member)
/* clang-format off */
#define ROWS(table) { table, sizeof(table) / sizeof((table)[0]) }
/* clang-format on */

static const struct setting redis_rows[] = {
	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "Redis" },
	{ "redis", SETTINGS_ADDRESS, "127.0.0.1:6380", 0, 0, AT(redis),
	  "address:port, or unix:/path" },
	{ "redis-user", SETTINGS_TEXT, "penstock-ctl", 0, 0, AT(redis_user),
	  "ACL user of penstockctl" },
	{ "redis-password-file", SETTINGS_SECRET, NULL, 0, 0, AT(redis_password_file),
	  "file with its password" },
	{ "timeout-ms", SETTINGS_NUMBER, "5000", 100, 600000, AT(timeout_ms),
	  "patience with each answer of Redis, in ms" },
};

static const struct setting ledger_rows[] = {
	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "The ledger" },
	{ "url", SETTINGS_URL, NULL, 0, 0, AT(url),
	  "its database: sqlite:/path or postgresql://user@host:port/name" },
};

static const struct setting order_key_rows[] = {
	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "Order numbers" },
	{ "order-key-file", SETTINGS_SECRET, NULL, 0, 0, AT(order_key_file),
	  "file with the 64 hex digits that sign them" },
};

static const struct setting token_key_rows[] = {
	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "Tokens" },
	{ "token-key-file", SETTINGS_SECRET, NULL, 0, 0, AT(token_key_file),
	  "file with the 64 hex digits that sign them" },
};

static const struct setting json_rows[] = {
	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "Output" },
	{ "json", SETTINGS_SWITCH, "no", 0, 0, AT(json), "JSON for programs instead of tables" },
};

static const struct setting item_create_rows[] = {
	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "The item" },
	{ "total", SETTINGS_NUMBER, NULL, 0, 2000000000, AT(total), "units to be sold" },
	{ "price", SETTINGS_TEXT, "", 0, 0, AT(price), "of a unit, in the smallest coin (0)" },
	{ "pay-window", SETTINGS_TEXT, "", 0, 0, AT(pay_window),
	  "how long an order is held unpaid, as 90s or 5m (5m)" },
	{ "max-units", SETTINGS_TEXT, "", 0, 0, AT(max_units), "units in one order (any)" },
	{ "limit-units", SETTINGS_TEXT, "", 0, 0, AT(limit_units),
	  "units a named buyer may have (any)" },
	{ "late-pay", SETTINGS_TEXT, "", 0, 0, AT(late_pay),
	  "what a late payment gets: refund or retake (refund)" },
	{ "backlog-max", SETTINGS_TEXT, "", 0, 0, AT(backlog_max),
	  "events that may wait for the ledger (1000000)" },
	{ "paused", SETTINGS_SWITCH, "no", 0, 0, AT(paused), "do not sell before `item resume`" },
};

static const struct setting item_close_rows[] = {
	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "Closing" },
	{ "wait", SETTINGS_TEXT, "", 0, 0, AT(wait),
	  "wait so long until it is archived, as 10m (not at all)" },
};

static const struct setting draw_rows[] = {
	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "The draw" },
	{ "seed-file", SETTINGS_TEXT, "", 0, 0, AT(seed_file),
	  "file with the 64 hex digits of its seed, readable by you alone" },
};

static const struct setting orders_list_rows[] = {
	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "Which orders" },
	{ "state", SETTINGS_TEXT, "", 0, 0, AT(state),
	  "held, paid, expired, cancelled or refunded (any)" },
	{ "user", SETTINGS_TEXT, "", 0, 0, AT(user), "of this buyer (any)" },
	{ "limit", SETTINGS_NUMBER, "50", 1, 10000, AT(limit), "so many" },
	{ "after", SETTINGS_NUMBER, "0", 0, 999999999999999, AT(after),
	  "with a seq beyond this one" },
};

static const struct setting orders_refund_rows[] = {
	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "The payment" },
	{ "txn", SETTINGS_TEXT, "", 0, 0, AT(txn),
	  "its transaction id (the one that the order has)" },
};

static const struct setting orders_export_rows[] = {
	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "The file" },
	{ "format", SETTINGS_TEXT, "csv", 0, 0, AT(format), "csv or jsonl" },
};

static const struct setting token_issue_rows[] = {
	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "The token" },
	{ "score", SETTINGS_TEXT, "0", 0, 0, AT(score), "credit score, as 96 or 63.8" },
	{ "expires-in", SETTINGS_TEXT, "30d", 0, 0, AT(expires_in), "how long it is good" },
};

static const struct setting audit_rows[] = {
	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "The audit" },
	{ "stat-log", SETTINGS_TEXT, "", 0, 0, AT(stat_log),
	  "files to cross, as 'run/node-*/stat.log'; commas between several (none)" },
	{ "rebuild", SETTINGS_SWITCH, "no", 0, 0, AT(rebuild),
	  "make the item anew in Redis from the ledger" },
	{ "force", SETTINGS_SWITCH, "no", 0, 0, AT(force),
	  "rebuild even if Redis has all that the ledger has" },
	{ "yes", SETTINGS_SWITCH, "no", 0, 0, AT(yes), "do not ask before rebuilding" },
};

static const struct setting report_rows[] = {
	{ NULL, SETTINGS_TEXT, NULL, 0, 0, 0, "The report" },
	{ "out", SETTINGS_TEXT, "", 0, 0, AT(out), "its file; - is stdout (ITEM-report.html)" },
	{ "svg", SETTINGS_TEXT, "", 0, 0, AT(svg),
	  "folder for the plots, each as an SVG file (not at all)" },
	{ "png", SETTINGS_TEXT, "", 0, 0, AT(png),
	  "folder for the plots as PNG files, drawn by rsvg-convert (not at all)" },
	{ "language", SETTINGS_TEXT, "en", 0, 0, AT(language), "en or zh" },
	{ "stat-log", SETTINGS_TEXT, "", 0, 0, AT(stat_log),
	  "files to read, as 'run/node-*/stat.log'; commas between several (none)" },
	{ "weights-from", SETTINGS_TEXT, "", 0, 0, AT(weights_from),
	  "nginx.conf that states the nodes' weights (none)" },
};

const struct options_rows options_none = { NULL, 0 };
const struct options_rows options_item_create = ROWS(item_create_rows);
const struct options_rows options_item_close = ROWS(item_close_rows);
const struct options_rows options_draw = ROWS(draw_rows);
const struct options_rows options_orders_list = ROWS(orders_list_rows);
const struct options_rows options_orders_refund = ROWS(orders_refund_rows);
const struct options_rows options_orders_export = ROWS(orders_export_rows);
const struct options_rows options_token_issue = ROWS(token_issue_rows);
const struct options_rows options_audit = ROWS(audit_rows);
const struct options_rows options_report = ROWS(report_rows);

static const struct {
	enum options_group group;
	struct options_rows rows;
} groups_of_rows[] = {
	{ OPTIONS_REDIS, ROWS(redis_rows) },         { OPTIONS_LEDGER, ROWS(ledger_rows) },
	{ OPTIONS_ORDER_KEY, ROWS(order_key_rows) }, { OPTIONS_TOKEN_KEY, ROWS(token_key_rows) },
	{ OPTIONS_JSON, ROWS(json_rows) },
};

enum { GROUPS = sizeof(groups_of_rows) / sizeof(groups_of_rows[0]) };

/* Only what stands before the own rows is found in the environment. */
static const char *options_environment(const struct setting *row)
{
	if (row->offset >= AT(total))
		return NULL;
	return row->offset == AT(url) ? "LEDGER_URL" : "";
}

static struct setting *options_append(struct setting *at, const struct options_rows *rows)
{
	if (rows->count > 0)
		memcpy(at, rows->rows, rows->count * sizeof(*at));
	return at + rows->count;
}

struct setting *options_program(struct settings_program *program, const struct options_rows *own,
				unsigned groups)
{
	size_t room = own->count;
	struct setting *table, *end;

	for (size_t i = 0; i < GROUPS; i++)
		room += groups_of_rows[i].rows.count;
	table = xcalloc(room, sizeof(*table));
	end = options_append(table, own);
	for (size_t i = 0; i < GROUPS; i++) {
		if (groups & (unsigned)groups_of_rows[i].group)
			end = options_append(end, &groups_of_rows[i].rows);
	}
	program->prefix = "PENSTOCK";
	program->table = table;
	program->count = (size_t)(end - table);
	program->environment = options_environment;
	return table;
}
