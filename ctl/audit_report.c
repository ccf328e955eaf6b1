/*
 * audit_report.c - what an audit of an item counted, and its violation with its neighbourhood; see
 * audit_parts.h.
 *
 * The neighbourhood is read when the report is made, a moment after the violation was found: the
 * events about the spot, and what the log, Redis and SQL say of the order.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/audit_parts.h"
#include "ctl/ledger.h"
#include "ctl/moment.h"
#include "common/text.h"

enum { AROUND = 3, NAME_BYTES = 64, LINE_BYTES = 400 };

static const struct sheet_column count_columns[] = {
	{ "what", "COUNTED", SHEET_TEXT },
	{ "count", "NUMBER", SHEET_NUMBER },
};

static const struct sheet_column around_columns[] = {
	{ "where", "WHERE", SHEET_TEXT },
	{ "what", "WHAT", SHEET_TEXT },
	{ "says", "SAYS", SHEET_TEXT },
};

struct count_name {
	const char *name, *title;
	int64_t count;
};

enum { COUNTS = 20 };

static void name_counts(const struct audit_counts *counts, struct count_name names[COUNTS])
{
	const struct count_name all[COUNTS] = {
		{ "events_sql", "events in SQL", counts->events_sql },
		{ "events_stream", "events in the stream", counts->events_stream },
		{ "orders", "orders", counts->orders },
		{ "held", "  held", counts->held },
		{ "paid", "  paid", counts->paid },
		{ "ended", "  ended", counts->ended },
		{ "in_redis", "  in Redis", counts->in_redis },
		{ "left_redis", "  gone from Redis", counts->left_redis },
		{ "keys", "keys", counts->keys },
		{ "buyers", "buyers with units", counts->buyers },
		{ "deadlines", "deadlines", counts->deadlines },
		{ "finished", "finished in Redis", counts->finished },
		{ "payments", "payments", counts->payments },
		{ "sql_orders", "orders in SQL", counts->sql_orders },
		{ "sql_payments", "payments in SQL", counts->sql_payments },
		{ "cuts", "cuts of Redis", counts->cuts },
		{ "files", "stat.log files", counts->files },
		{ "lines", "  lines", counts->lines },
		{ "sold_lines", "  lines that sold", counts->sold_lines },
		{ "torn_lines", "  torn lines", counts->torn_lines },
	};

	memcpy(names, all, sizeof(all));
}

static void add(struct sheet *sheet, const char *where, const char *what, struct events_text says)
{
	sheet_add_text(sheet, where, strlen(where));
	sheet_add_text(sheet, what, strlen(what));
	sheet_add_text(sheet, says.at == NULL ? "-" : says.at, says.at == NULL ? 1 : says.size);
}

struct events_around {
	struct sheet *sheet;
	int64_t last;
};

static bool add_event(void *owner, const struct feed_event *event)
{
	const struct events_around *around = owner;
	char what[NAME_BYTES], says[LINE_BYTES];
	int size;

	if (event->seq > around->last)
		return false;
	snprintf(what, sizeof(what), "event %" PRId64, event->seq);
	size = snprintf(says, sizeof(says), "%.*s|%.*s", (int)event->kind.size, event->kind.at,
			(int)event->words.size, event->words.at);
	size = size < (int)sizeof(says) ? size : (int)sizeof(says) - 1;
	add(around->sheet, event->from_stream ? "stream" : "SQL", what,
	    (struct events_text){ says, (size_t)size });
	return true;
}

static enum verdict add_events(struct audit *audit, struct sheet *sheet, int64_t from, int64_t to)
{
	struct events_around around = { sheet, to };
	int64_t after = from > 0 ? from - 1 : 0;
	enum verdict verdict =
		ledger_events(audit->tools, audit->item, after, to - after, add_event, &around);

	if (verdict == VERDICT_DONE)
		verdict = feed_show_stream(audit->tools, audit->item, after, add_event, &around);
	return verdict;
}

static bool add_row(void *owner, const struct ledger_order *row)
{
	const struct events_order *order = &row->order;
	char what[NAME_BYTES], says[LINE_BYTES];

	snprintf(what, sizeof(what), "order %" PRId64, order->seq);
	snprintf(says, sizeof(says),
		 "%s|%" PRId64 "|%" PRId64 "|%" PRId64 "|%" PRId64 "|%" PRId64 "|%.*s|%.*s|%" PRId64
		 "|%.*s",
		 events_state_word(order->state), order->units, order->amount, order->created_ms,
		 order->deadline_ms, order->epoch, (int)row->user.size, row->user.at,
		 (int)row->key.size, row->key.at, order->moved_ms, (int)row->txn.size, row->txn.at);
	add(owner, "SQL", what, (struct events_text){ says, strlen(says) });
	return false;
}

/* What the log makes of the order; its texts are not kept. */
static void add_book(struct audit *audit, struct sheet *sheet, int64_t seq)
{
	const struct book_order *own = book_find(audit->book, seq);
	char what[NAME_BYTES], says[LINE_BYTES];

	if (own == NULL)
		return;
	snprintf(what, sizeof(what), "order %" PRId64, seq);
	snprintf(says, sizeof(says),
		 "%s|%" PRId64 "|%" PRId64 "|%" PRId64 "|%" PRId64 "|%" PRId64 "|...|%" PRId64,
		 events_state_word(own->order.state), own->order.units, own->order.amount,
		 own->order.created_ms, own->order.deadline_ms, own->order.epoch,
		 own->order.moved_ms);
	add(sheet, "log", what, (struct events_text){ says, strlen(says) });
}

static enum verdict add_order(struct audit *audit, struct sheet *sheet, int64_t seq)
{
	char key[KEYS_NAME_BYTES], digits[NAME_BYTES], what[NAME_BYTES];
	struct redis_reply *reply;
	bool found;
	enum verdict verdict;

	add_book(audit, sheet, seq);
	(void)keys_name(key, audit->item, KEYS_ORDERS);
	snprintf(digits, sizeof(digits), "%" PRId64, seq);
	snprintf(what, sizeof(what), "order %" PRId64, seq);
	verdict = cut_ask(audit->tools, &reply, "HGET", key, digits, (char *)NULL);
	if (verdict != VERDICT_DONE)
		return verdict;
	struct redis_word record = redis_reply_text(reply);
	add(sheet, "Redis", what, (struct events_text){ record.text, record.size });
	redis_reply_free(reply);
	return ledger_order(audit->tools, audit->item, seq, add_row, sheet, &found);
}

/* Everything that may tell what happened. */
static enum verdict find_around(struct audit *audit, struct sheet *sheet)
{
	const struct audit_fault *fault = &audit->fault;
	const struct book_order *own = book_find(audit->book, fault->order);
	enum verdict verdict = VERDICT_DONE;

	if (own != NULL && own->order.seq < fault->event - AROUND)
		verdict = add_events(audit, sheet, own->order.seq, own->order.seq);
	if (verdict == VERDICT_DONE)
		verdict = add_events(audit, sheet, fault->event - AROUND, fault->event + AROUND);
	if (verdict == VERDICT_DONE && fault->order > 0)
		verdict = add_order(audit, sheet, fault->order);
	return verdict;
}

static void print_people(const struct audit *audit, bool is_clean, const struct sheet *around)
{
	struct count_name names[COUNTS];
	struct sheet *sheet = sheet_open(count_columns, 2);
	int64_t seq = book_item(audit->book)->seq;
	char when[MOMENT_BYTES];

	printf("%s: %s at event %" PRId64 " of %s\n", audit->item, is_clean ? "clean" : "VIOLATION",
	       seq, moment_write(when, book_item(audit->book)->last_ms));
	name_counts(&audit->counts, names);
	for (size_t i = 0; i < COUNTS; i++) {
		bool is_of_files = i >= COUNTS - 4;

		if (is_of_files && audit->counts.files == 0)
			continue;
		sheet_add_text(sheet, names[i].title, strlen(names[i].title));
		sheet_add_number(sheet, names[i].count);
	}
	sheet_print(sheet, stdout);
	sheet_close(sheet);
	if (!is_clean) {
		char *clean = text_clean(audit->fault.what, strlen(audit->fault.what));

		printf("\n%s\n\n", clean);
		free(clean);
		sheet_print(around, stdout);
	}
	puts("");
}

static struct json *json_of(const struct audit *audit, bool is_clean, const struct sheet *around)
{
	struct json *json = json_object_open(), *counted = json_object_open();
	struct count_name names[COUNTS];

	name_counts(&audit->counts, names);
	for (size_t i = 0; i < COUNTS; i++)
		json_put_number(counted, names[i].name, names[i].count);
	if (audit->counts.files > 0)
		json_put_number(counted, "orders_without_line", audit->counts.unlined);
	json_put_text(json, "item", audit->item);
	json_put_truth(json, "clean", is_clean);
	json_put_number(json, "seq", book_item(audit->book)->seq);
	json_put(json, "counted", counted);
	if (!is_clean) {
		struct json *fault = json_object_open();
		char *clean = text_clean(audit->fault.what, strlen(audit->fault.what));

		json_put_text(fault, "what", clean);
		json_put_number(fault, "order", audit->fault.order);
		json_put_number(fault, "event", audit->fault.event);
		json_put(fault, "around", sheet_json(around));
		json_put(json, "violation", fault);
		free(clean);
	}
	return json;
}

enum verdict audit_print(struct audit *audit, bool is_clean, struct json *items)
{
	struct sheet *around = sheet_open(around_columns, 3);
	enum verdict verdict = is_clean ? VERDICT_DONE : find_around(audit, around);

	if (!audit->tools->options->json)
		print_people(audit, is_clean, around);
	else
		json_add(items, json_of(audit, is_clean, around));
	sheet_close(around);
	return verdict;
}
