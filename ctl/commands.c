/*
 * commands.c - the commands of penstockctl, in one table; see commands.h.
 */
#include "ctl/commands.h"

#include <string.h>

#include "ctl/audit.h"
#include "ctl/draw.h"
#include "ctl/item.h"
#include "ctl/orders.h"
#include "ctl/report.h"
#include "ctl/token.h"

enum {
	ITEM_GROUPS = OPTIONS_REDIS | OPTIONS_JSON,
	LEDGER_GROUPS = OPTIONS_LEDGER | OPTIONS_ORDER_KEY | OPTIONS_JSON,
};

static const struct command table[] = {
	{ "item create", "NAME --total N [--price P] [--pay-window SPAN] ... [RULE=VALUE...]",
	  "Puts a new item on sale.",
	  "  penstockctl item create ticket --total 10000 --price 9900 --pay-window 5m\n"
	  "  penstockctl item create mug --total 500 --limit-units 2 --paused\n"
	  "  penstockctl item create cup --total 500 token=yes starts=2026-01-31T12:00:00Z\n",
	  &options_item_create, ITEM_GROUPS, 1, OPTIONS_WORDS_MAX, item_create },
	{ "item show", "NAME", "Shows all that Redis says of an item.",
	  "  penstockctl item show ticket\n"
	  "  penstockctl item show ticket --json | jq .left\n",
	  &options_none, ITEM_GROUPS, 1, 1, item_show },
	{ "item list", "", "Lists the items.", "  penstockctl item list\n", &options_none,
	  ITEM_GROUPS, 0, 0, item_list },
	{ "item set", "NAME RULE=VALUE...",
	  "Alters rules; a wrong one is answered with the list of all.",
	  "  penstockctl item set ticket pay-window=10m limit-units=2\n"
	  "  penstockctl item set ticket late-pay=retake\n"
	  "  penstockctl item set ticket token=yes starts=+10m ends=off\n",
	  &options_none, ITEM_GROUPS, 2, OPTIONS_WORDS_MAX, item_set },
	{ "item risk", "NAME",
	  "Shows how attempts were rolled by scores, in bands of ten points, since the nodes "
	  "started.",
	  "  penstockctl item risk ticket\n", &options_none, ITEM_GROUPS, 1, 1, item_risk },
	{ "item restock", "NAME +N|-N",
	  "Adds units, or takes away units that are not sold. Every node sells them within a tick.",
	  "  penstockctl item restock ticket +500\n"
	  "  penstockctl item restock ticket -100\n",
	  &options_none, ITEM_GROUPS, 2, 2, item_restock },
	{ "item pause", "NAME", "Stops selling for a while; what is held can still be paid.",
	  "  penstockctl item pause ticket\n", &options_none, ITEM_GROUPS, 1, 1, item_pause },
	{ "item resume", "NAME", "Sells again.", "  penstockctl item resume ticket\n",
	  &options_none, ITEM_GROUPS, 1, 1, item_resume },
	{ "item close", "NAME [--wait SPAN]",
	  "Ends the sale for ever, and archives it when nothing is held and all is recorded.",
	  "  penstockctl item close ticket\n"
	  "  penstockctl item close ticket --wait 10m\n",
	  &options_item_close, ITEM_GROUPS, 1, 1, item_close },
	{ "orders list", "ITEM [--state S] [--user U] [--limit N] [--after SEQ]",
	  "Lists orders, oldest first, as the ledger has them.",
	  "  penstockctl orders list ticket --state paid --limit 20\n"
	  "  penstockctl orders list ticket --user ada --json\n",
	  &options_orders_list, LEDGER_GROUPS, 1, 1, orders_list },
	{ "orders show", "NUMBER|ITEM:SEQ",
	  "Shows an order, in Redis and in the ledger, and its payments.",
	  "  penstockctl orders show ticket-00000042-9f0c5a7d21be\n"
	  "  penstockctl orders show ticket:42\n",
	  &options_none, OPTIONS_REDIS | LEDGER_GROUPS, 1, 1, orders_show },
	{ "orders refund", "NUMBER|ITEM:SEQ [--txn T]",
	  "Gives a payment back: the one that paid the order, or another that came for it.",
	  "  penstockctl orders refund ticket-00000042-9f0c5a7d21be\n"
	  "  penstockctl orders refund ticket:42 --txn 8f3a-second\n",
	  &options_orders_refund, OPTIONS_REDIS | OPTIONS_ORDER_KEY | OPTIONS_JSON, 1, 1,
	  orders_refund },
	{ "orders export", "ITEM [--format csv|jsonl]",
	  "Writes all orders on stdout, as the ledger has them.",
	  "  penstockctl orders export ticket --format csv > ticket.csv\n"
	  "  penstockctl orders export ticket --format jsonl | gzip > ticket.jsonl.gz\n",
	  &options_orders_export, OPTIONS_LEDGER | OPTIONS_ORDER_KEY, 1, 1, orders_export },
	{ "audit", "[ITEM...] [--stat-log GLOB] | --rebuild ITEM [--force] [--yes]",
	  "Checks every invariant on the live system, or makes an item anew from the ledger.",
	  "  penstockctl audit\n"
	  "  penstockctl audit ticket --stat-log 'run/node-*/stat.log'\n"
	  "  penstockctl audit --rebuild ticket\n",
	  &options_audit, OPTIONS_REDIS | LEDGER_GROUPS, 0, OPTIONS_WORDS_MAX, audit_run },
	{ "report", "ITEM [--out FILE] [--svg FOLDER] [--png FOLDER] ...",
	  "Writes a sale as one page with plots, from the ledger and stat.log.",
	  "  penstockctl report ticket --stat-log 'run/node-*/stat.log'\n"
	  "  penstockctl report ticket --language zh --out report.html --svg plots\n",
	  &options_report, OPTIONS_LEDGER | OPTIONS_JSON, 1, 1, report_run },
	{ "draw commit", "ITEM --seed-file F",
	  "Commits to the seed of an item's draw: its SHA-256 becomes a rule, and is told to all.",
	  "  (umask 77; openssl rand -hex 32 > seed)\n"
	  "  penstockctl item create cup --total 10 --paused draw-at=2026-01-31T12:00:00Z\n"
	  "  penstockctl draw commit cup --seed-file seed && penstockctl item resume cup\n",
	  &options_draw, ITEM_GROUPS, 1, 1, draw_commit },
	{ "draw hold", "ITEM --seed-file F",
	  "Ranks all who took part and reveals the seed; nodes then give the units out.",
	  "  penstockctl draw hold cup --seed-file seed\n", &options_draw, ITEM_GROUPS, 1, 1,
	  draw_hold },
	{ "draw publish", "ITEM", "Writes who took part and who won, for everybody to verify.",
	  "  penstockctl draw publish cup > cup.draw\n", &options_none, ITEM_GROUPS, 1, 1,
	  draw_publish },
	{ "draw verify", "FILE", "Checks a published list by its seed alone; needs no server.",
	  "  penstockctl draw verify cup.draw\n", &options_none, 0, 1, 1, draw_verify },
	{ "token issue", "USER [--score S] [--expires-in SPAN]",
	  "Prints a token that proves who a buyer is.",
	  "  penstockctl token issue ada\n"
	  "  penstockctl token issue ada --score 63.8 --expires-in 12h\n",
	  &options_token_issue, OPTIONS_TOKEN_KEY | OPTIONS_JSON, 1, 1, token_issue },
	{ "token show", "TOKEN", "Says whose a token is, and whether it is good.",
	  "  penstockctl token show \"$(penstockctl token issue ada)\"\n", &options_none,
	  OPTIONS_TOKEN_KEY | OPTIONS_JSON, 1, 1, token_show },
};

enum { COMMANDS = sizeof(table) / sizeof(table[0]) };

/* How many words of argv the name is; 0: it is not this one. */
static int match(const char *name, int argc, char **argv)
{
	int words = 0;

	for (const char *at = name; *at != '\0'; words++) {
		size_t size = strcspn(at, " ");

		if (words + 1 >= argc || strlen(argv[words + 1]) != size ||
		    memcmp(argv[words + 1], at, size) != 0)
			return 0;
		at += size + (at[size] == ' ');
	}
	return words;
}

const struct command *commands_find(int argc, char **argv, int *taken)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		*taken = match(table[i].name, argc, argv);
		if (*taken > 0)
			return &table[i];
	}
	return NULL;
}

static bool is_of(const struct command *command, const char *noun)
{
	size_t size = strcspn(command->name, " ");

	return noun == NULL || (strlen(noun) == size && memcmp(command->name, noun, size) == 0);
}

size_t commands_print(FILE *file, const char *noun)
{
	size_t printed = 0;

	for (size_t i = 0; i < COMMANDS; i++) {
		if (!is_of(&table[i], noun))
			continue;
		fprintf(file, "  penstockctl %s%s%s\n      %s\n", table[i].name,
			table[i].form[0] == '\0' ? "" : " ", table[i].form, table[i].summary);
		printed++;
	}
	return printed;
}
