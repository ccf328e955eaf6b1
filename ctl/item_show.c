/*
 * item_show.c - looking at items: one upright, or all in a list; see item.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/keys.h"
#include "common/xmalloc.h"
#include "ctl/catalog.h"
#include "ctl/facts.h"
#include "ctl/item.h"
#include "ctl/say.h"

enum { LIVE_MS = 1000, NODES_BYTES = 1000 }; /* LIVE_MS: as lua/sync.lua has it */

static const struct sheet_column list_columns[] = {
	{ "item", "ITEM", SHEET_TEXT },     { "state", "STATE", SHEET_TEXT },
	{ "total", "TOTAL", SHEET_NUMBER }, { "left", "LEFT", SHEET_NUMBER },
	{ "held", "HELD", SHEET_NUMBER },   { "paid", "PAID", SHEET_NUMBER },
	{ "seq", "EVENTS", SHEET_NUMBER },  { "unrecorded", "UNRECORDED", SHEET_NUMBER },
};

static const struct sheet_column show_columns[] = {
	{ "item", "item", SHEET_TEXT },
	{ "state", "state", SHEET_TEXT },
	{ "total", "total", SHEET_NUMBER },
	{ "left", "left", SHEET_NUMBER },
	{ "held", "held", SHEET_NUMBER },
	{ "paid", "paid", SHEET_NUMBER },
	{ "outside", "sold outside", SHEET_NUMBER },
	{ "price", "price", SHEET_NUMBER },
	{ "pay_window_ms", "pay window", SHEET_SPAN },
	{ "max_units", "units an order", SHEET_NUMBER },
	{ "limit_units", "units a buyer", SHEET_NUMBER },
	{ "late_pay", "late payments", SHEET_TEXT },
	{ "backlog_max", "backlog bound", SHEET_NUMBER },
	{ "token_required", "tokens required", SHEET_TEXT },
	{ "starts_ms", "starts at", SHEET_TIME },
	{ "ends_ms", "ends at", SHEET_TIME },
	{ "reserve_required", "to be reserved", SHEET_TEXT },
	{ "reserve_starts_ms", "  from", SHEET_TIME },
	{ "reserve_ends_ms", "  until", SHEET_TIME },
	{ "reserve_quota", "  at most", SHEET_NUMBER },
	{ "group", "group", SHEET_TEXT },
	{ "group_units", "  units a buyer", SHEET_NUMBER },
	{ "group_days", "  within days", SHEET_NUMBER },
	{ "risk", "risk", SHEET_TEXT },
	{ "risk_shares", "  shares", SHEET_TEXT },
	{ "draw", "draw", SHEET_TEXT },
	{ "draw_ends_ms", "  at", SHEET_TIME },
	{ "draw_seed", "  seed", SHEET_TEXT },
	{ "epoch", "epoch", SHEET_NUMBER },
	{ "seq", "events", SHEET_NUMBER },
	{ "recorded_seq", "recorded", SHEET_NUMBER },
	{ "recorded_ms", "recorded at", SHEET_TIME },
	{ "last_ms", "last event at", SHEET_TIME },
	{ "orders", "orders in Redis", SHEET_NUMBER },
	{ "unpaid", "orders held", SHEET_NUMBER },
	{ "payments", "payments", SHEET_NUMBER },
	{ "reserved", "reservations", SHEET_NUMBER },
	{ "archived_ms", "archived at", SHEET_TIME },
	{ "nodes", "nodes", SHEET_TEXT },
};

static void add(struct sheet *sheet, int64_t number)
{
	if (number < 0)
		sheet_add_nothing(sheet);
	else
		sheet_add_number(sheet, number);
}

static void add_time(struct sheet *sheet, int64_t ms)
{
	if (ms <= 0)
		sheet_add_nothing(sheet);
	else
		sheet_add_number(sheet, ms);
}

static void add_text(struct sheet *sheet, const char *text)
{
	sheet_add_text(sheet, text, strlen(text));
}

/* A difference of two counts; nothing when one is no digits. */
static int64_t less(int64_t a, int64_t b)
{
	return a < 0 || b < 0 ? -1 : a - b;
}

/* total, left, held, paid. */
static void add_counts(struct sheet *sheet, const struct facts *facts)
{
	int64_t total = facts_number(facts, "ticket_total_nums", -1);
	int64_t sold = facts_number(facts, "ticket_sold_nums", -1);
	int64_t paid = facts_number(facts, "paid_nums", 0);
	int64_t outside = facts_number(facts, "outside_nums", 0);

	add(sheet, total);
	add(sheet, less(total, sold));
	add(sheet, less(less(sold, paid), outside));
	add(sheet, paid);
}

/* The nodes' names, those that are silent marked. */
static void add_nodes(struct sheet *sheet, const struct facts *facts)
{
	char text[NODES_BYTES] = "";
	const char *name, *entry;
	size_t used = 0;

	for (size_t i = 0; facts_node(facts, i, &name, &entry) && used < sizeof(text) - 1; i++) {
		if (name[0] == '=') /* the ledger's, and counts */
			continue;
		const char *beat = strchr(entry, '|');
		int64_t seen_ms = beat == NULL ? 0 : strtoll(beat + 1, NULL, 10);
		int size =
			snprintf(text + used, sizeof(text) - used, "%s%s%s", used > 0 ? ", " : "",
				 name, facts->now_ms - seen_ms > LIVE_MS ? " (silent)" : "");

		used += (size_t)size;
	}
	add_text(sheet, text[0] == '\0' ? "none" : text);
}

static void add_rules(struct sheet *sheet, const struct facts *facts)
{
	const char *late_pay = facts_text(facts, "late_pay");

	add(sheet, facts_number(facts, "price", 0));
	add(sheet, facts_number(facts, "pay_window_ms", 300000));
	add(sheet, facts_number(facts, "max_units", 2000000000));
	add(sheet, facts_number(facts, "limit_units", 0));
	add_text(sheet, late_pay == NULL ? "refund" : late_pay);
	add(sheet, facts_number(facts, "backlog_max", 1000000));
}

/* A rule that is a word. */
static void add_word(struct sheet *sheet, const struct facts *facts, const char *field,
		     const char *standard)
{
	const char *text = facts_text(facts, field);

	add_text(sheet, text == NULL ? standard : text);
}

/* Who may buy, and when. */
static void add_buyers_rules(struct sheet *sheet, const struct facts *facts)
{
	add_text(sheet, facts_number(facts, "token_required", 0) > 0 ? "yes" : "no");
	add_time(sheet, facts_number(facts, "starts_ms", 0));
	add_time(sheet, facts_number(facts, "ends_ms", 0));
	add_text(sheet, facts_number(facts, "reserve_required", 0) > 0 ? "yes" : "no");
	add_time(sheet, facts_number(facts, "reserve_starts_ms", 0));
	add_time(sheet, facts_number(facts, "reserve_ends_ms", 0));
	add(sheet, facts_number(facts, "reserve_quota", 0));
	add_word(sheet, facts, "group", "off");
	add(sheet, facts_number(facts, "group_units", 0));
	add(sheet, facts_number(facts, "group_days", 0));
	add_word(sheet, facts, "risk", "off");
	add_word(sheet, facts, "risk_shares", "-");
	add_word(sheet, facts, "draw", "off");
	add_time(sheet, facts_number(facts, "draw_ends_ms", 0));
	add_word(sheet, facts, "draw_seed", "-");
}

static void print_item(const struct tools *tools, const char *item, const struct facts *facts)
{
	struct sheet *sheet =
		sheet_open(show_columns, sizeof(show_columns) / sizeof(*show_columns));

	add_text(sheet, item);
	add_text(sheet, facts_state(facts));
	add_counts(sheet, facts);
	add(sheet, facts_number(facts, "outside_nums", 0));
	add_rules(sheet, facts);
	add_buyers_rules(sheet, facts);
	add(sheet, facts_number(facts, "epoch", 0));
	add(sheet, facts_number(facts, "seq", 0));
	add(sheet, facts_number(facts, "recorded_seq", 0));
	add_time(sheet, facts_number(facts, "recorded_ms", 0));
	add_time(sheet, facts_number(facts, "last_ms", 0));
	add(sheet, facts->orders);
	add(sheet, facts->unpaid);
	add(sheet, facts->payments);
	add(sheet, facts->reserved);
	add_time(sheet, facts_number(facts, "archived_ms", 0));
	add_nodes(sheet, facts);
	tools_print_one(tools, sheet);
}

enum verdict item_show(struct tools *tools)
{
	struct facts facts;
	const char *item;
	enum verdict verdict;

	if (!tools_item_word(tools, 0, &item))
		return VERDICT_USAGE;
	verdict = facts_read(tools, item, &facts);
	if (verdict != VERDICT_DONE)
		return verdict;
	if (facts_are_there(&facts)) {
		print_item(tools, item, &facts);
	} else {
		say("there is no item %s; penstockctl item list shows those that are there", item);
		verdict = VERDICT_NO;
	}
	facts_end(&facts);
	return verdict;
}

static enum verdict list_one(struct tools *tools, struct sheet *sheet, const char *item)
{
	struct facts facts;
	enum verdict verdict = facts_read(tools, item, &facts);

	if (verdict != VERDICT_DONE)
		return verdict;
	if (facts_are_there(&facts)) {
		int64_t seq = facts_number(&facts, "seq", 0);

		add_text(sheet, item);
		add_text(sheet, facts_state(&facts));
		add_counts(sheet, &facts);
		add(sheet, seq);
		add(sheet, less(seq, facts_number(&facts, "recorded_seq", 0)));
	}
	facts_end(&facts);
	return VERDICT_DONE;
}

enum verdict item_list(struct tools *tools)
{
	struct sheet *sheet;
	char **items = NULL;
	size_t count = 0;
	enum verdict verdict = catalog_read(tools, &items, &count);

	if (verdict != VERDICT_DONE)
		return verdict;
	sheet = sheet_open(list_columns, sizeof(list_columns) / sizeof(*list_columns));
	for (size_t i = 0; i < count && verdict == VERDICT_DONE; i++)
		verdict = list_one(tools, sheet, items[i]);
	catalog_free(items, count);
	if (verdict == VERDICT_DONE)
		tools_print_list(tools, sheet);
	else
		sheet_close(sheet);
	return verdict;
}
