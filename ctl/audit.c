/*
 * audit.c - penstockctl audit: items one after the other, the first violation of each; see audit.h.
 *
 * What each step looks at, and why a live sale does not disturb it, is in audit_parts.h.
 */
#include "ctl/audit.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "ctl/audit_parts.h"
#include "ctl/catalog.h"
#include "ctl/json.h"
#include "ctl/ledger.h"
#include "ctl/rebuild.h"
#include "ctl/say.h"

enum verdict audit_note(struct audit *audit, int64_t order, int64_t event, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(audit->fault.what, sizeof(audit->fault.what), format, args);
	va_end(args);
	audit->fault.is_there = true;
	audit->fault.order = order;
	audit->fault.event = event;
	return VERDICT_NO;
}

/* Folds one event of the feed. */
static enum verdict take_event(struct audit *audit, const struct feed_event *line)
{
	struct events_event event;
	const char *why = NULL;
	bool is_read = events_parse(line->seq, line->kind, line->words, &event, &why);

	if (line->from_stream)
		audit->counts.events_stream++;
	else
		audit->counts.events_sql++;
	if (is_read)
		why = book_apply(audit->book, &event);
	if (why == NULL && audit->on_event != NULL)
		audit->on_event(audit->owner, &event);
	if (why == NULL)
		return VERDICT_DONE;
	return audit_note(audit, is_read && events_is_about_order(&event) ? event.order : 0,
			  line->seq, "I5: event %" PRId64 " (%.*s) breaks the rules: %s", line->seq,
			  (int)(line->kind.size < 40 ? line->kind.size : 40), line->kind.at, why);
}

enum verdict audit_follow(struct audit *audit, int64_t seq)
{
	enum verdict verdict = VERDICT_DONE;
	struct feed_event line;
	const char *why;

	while (verdict == VERDICT_DONE && !feed_is_at(audit->feed, seq)) {
		switch (feed_next(audit->feed, seq, &line, &why)) {
		case FEED_EVENT:
			verdict = take_event(audit, &line);
			break;
		case FEED_MISSING:
			return audit_note(audit, 0, line.seq, "I5: %s", why);
		case FEED_DIFFERS:
			return audit_note(audit, 0, line.seq, "I5: %s", why);
		case FEED_AWAY:
			return VERDICT_AWAY;
		}
	}
	return verdict;
}

/* How the log's orders are, at the end. */
static void count_orders(struct audit *audit)
{
	struct audit_counts *counts = &audit->counts;

	counts->orders = (int64_t)book_orders(audit->book);
	counts->held = (int64_t)book_held(audit->book);
	for (size_t i = 0; i < book_orders(audit->book); i++) {
		const struct book_order *order = book_order_at(audit->book, i);

		counts->paid += order->order.state == EVENTS_IS_PAID;
		counts->in_redis += (order->seen & BOOK_IN_ORDERS) != 0;
		counts->unlined += (order->seen & BOOK_IN_STATLOG) == 0;
	}
	counts->ended = counts->orders - counts->held - counts->paid;
	counts->left_redis = counts->orders - counts->in_redis;
}

static enum verdict look(struct audit *audit)
{
	enum verdict verdict = audit_sql(audit);

	if (verdict == VERDICT_DONE)
		verdict = audit_keys(audit);
	if (verdict == VERDICT_DONE)
		verdict = audit_lines(audit);
	count_orders(audit);
	return verdict;
}

void audit_begin(struct audit *audit, struct tools *tools, const char *item)
{
	*audit = (struct audit){ .tools = tools, .item = item };
	audit->book = book_open();
	audit->feed = feed_open(tools, item);
}

void audit_end(struct audit *audit)
{
	feed_close(audit->feed);
	book_close(audit->book);
}

/* One item, and its part of the report. */
static enum verdict audit_item(struct tools *tools, const char *item, struct json *items)
{
	struct audit audit;
	enum verdict verdict, printed;

	audit_begin(&audit, tools, item);
	verdict = look(&audit);
	if (verdict != VERDICT_AWAY) {
		printed = audit_print(&audit, verdict == VERDICT_DONE, items);
		if (printed != VERDICT_DONE)
			verdict = printed;
	}
	audit_end(&audit);
	return verdict;
}

enum verdict audit_look(struct tools *tools, const char *item, char *why, size_t room)
{
	struct audit audit;
	enum verdict verdict;

	audit_begin(&audit, tools, item);
	verdict = audit_sql(&audit);
	if (verdict == VERDICT_DONE)
		verdict = audit_keys(&audit);
	snprintf(why, room, "%s", audit.fault.what);
	audit_end(&audit);
	return verdict;
}

struct names {
	char **items;
	size_t count;
};

static void take_name(void *owner, const char *item)
{
	struct names *names = owner;

	catalog_add(&names->items, &names->count, item);
}

/* Those that were named, or all that Redis or SQL knows. */
static enum verdict find_items(struct tools *tools, struct names *names)
{
	enum verdict verdict;

	*names = (struct names){ .items = NULL };
	for (size_t i = 0; i < tools->options->word_count; i++) {
		const char *item;

		if (!tools_item_word(tools, i, &item))
			return VERDICT_USAGE;
		catalog_add(&names->items, &names->count, item);
	}
	if (names->count > 0)
		return VERDICT_DONE;
	verdict = catalog_read(tools, &names->items, &names->count);
	if (verdict == VERDICT_DONE)
		verdict = ledger_items(tools, take_name, names);
	return verdict;
}

/* The worse of two: not looking is worse than a violation, for nobody knows what is behind it. */
static enum verdict worse(enum verdict a, enum verdict b)
{
	return a > b ? a : b;
}

static void print_all(const struct tools *tools, struct json *items, enum verdict verdict)
{
	struct json *json = json_object_open();

	json_put_truth(json, "clean", verdict == VERDICT_DONE);
	json_put(json, "items", items);
	if (tools->options->json)
		json_print(json, stdout);
	json_close(json);
}

enum verdict audit_one(struct tools *tools, const char *item)
{
	struct json *items = json_list_open();
	enum verdict verdict = audit_item(tools, item, items);

	print_all(tools, items, verdict);
	return verdict;
}

static enum verdict audit_items(struct tools *tools)
{
	struct names names;
	struct json *items = json_list_open();
	enum verdict verdict = find_items(tools, &names);

	/* Not all of them is none: what was not found could be what is wrong. */
	const size_t count = verdict == VERDICT_DONE ? names.count : 0;

	for (size_t i = 0; i < count; i++)
		verdict = worse(verdict, audit_item(tools, names.items[i], items));
	if (names.count == 0 && verdict == VERDICT_DONE && !tools->options->json)
		puts("there are no items");
	if (verdict != VERDICT_USAGE)
		print_all(tools, items, verdict);
	else
		json_close(items);
	catalog_free(names.items, names.count);
	return verdict;
}

enum verdict audit_run(struct tools *tools)
{
	const struct options *options = tools->options;

	if (!options->rebuild && (options->force || options->yes)) {
		say("--force and --yes belong to --rebuild");
		return VERDICT_USAGE;
	}
	if (!options->rebuild)
		return audit_items(tools);
	if (options->word_count != 1) {
		say("usage: penstockctl audit --rebuild ITEM [--force] [--yes]");
		return VERDICT_USAGE;
	}
	return rebuild_run(tools);
}
