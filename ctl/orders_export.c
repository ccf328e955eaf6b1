/*
 * orders_export.c - all orders of an item as CSV or JSON lines; see orders.h.
 *
 * Read in pages of a thousand by their seq, each row written as it comes: memory does not grow with
 * the sale. Each page is of one instant, the next of a later one, so an order that moves while
 * the export runs is as it was when its page was read.
 *
 * CSV has times as people read them, JSON lines in unix ms; JSON lines have every text as it is.
 */
#include <string.h>

#include "ctl/csv.h"
#include "ctl/json.h"
#include "ctl/ledger.h"
#include "ctl/moment.h"
#include "ctl/orders.h"
#include "ctl/say.h"
#include "common/text.h"

#include <stdlib.h>

enum { PAGE_ROWS = 1000 };

struct export
{
	const struct tools *tools;
	const char *item;
	FILE *file;
	bool as_json;
	int64_t last;   /* seq of the newest row written */
	size_t written; /* rows of this page */
};

static void csv_time(FILE *file, int64_t ms)
{
	char text[MOMENT_BYTES];

	csv_write_comma(file);
	if (ms > 0)
		fputs(moment_write(text, ms), file);
}

static void csv_text(FILE *file, struct events_text text)
{
	csv_write_comma(file);
	csv_write_text(file, text.at, text.size);
}

static void csv_number(FILE *file, int64_t number)
{
	csv_write_comma(file);
	csv_write_number(file, number);
}

static void write_csv(FILE *file, const char *number, const struct ledger_order *row)
{
	const struct events_order *order = &row->order;

	fputs(number, file);
	csv_number(file, order->seq);
	csv_number(file, order->epoch);
	csv_write_comma(file);
	fputs(events_state_word(order->state), file);
	csv_number(file, order->units);
	csv_number(file, order->amount);
	csv_time(file, order->created_ms);
	csv_time(file, order->deadline_ms);
	csv_time(file, order->moved_ms);
	csv_text(file, row->user);
	csv_text(file, row->key);
	csv_text(file, row->txn);
	csv_write_comma(file);
	fputs(order->refund_due ? "yes" : "no", file);
	csv_end_line(file);
}

static void put_text(struct json *object, const char *name, struct events_text text)
{
	char *clean = text_clean(text.at, text.size);

	json_put_text(object, name, text.size == 0 ? NULL : clean);
	free(clean);
}

static void write_json(FILE *file, const char *number, const struct ledger_order *row)
{
	const struct events_order *order = &row->order;
	struct json *object = json_object_open();

	json_put_text(object, "number", number);
	json_put_number(object, "seq", order->seq);
	json_put_number(object, "epoch", order->epoch);
	json_put_text(object, "state", events_state_word(order->state));
	json_put_number(object, "units", order->units);
	json_put_number(object, "amount", order->amount);
	json_put_number(object, "created_ms", order->created_ms);
	json_put_number(object, "deadline_ms", order->deadline_ms);
	json_put_number(object, "moved_ms", order->moved_ms);
	put_text(object, "user", row->user);
	put_text(object, "key", row->key);
	put_text(object, "txn", row->txn);
	json_put_truth(object, "refund_due", order->refund_due);
	json_print(object, file);
	json_close(object);
}

static bool export_order(void *owner, const struct ledger_order *row)
{
	struct export *export = owner;
	char number[TOKENS_NUMBER_BYTES];

	(void)tokens_write_number(export->tools->tokens, number, export->item, row->order.seq);
	if (export->as_json)
		write_json(export->file, number, row);
	else
		write_csv(export->file, number, row);
	export->last = row->order.seq;
	export->written++;
	return !ferror(export->file);
}

/* Page after page, until one is not full or nobody reads any more. */
static enum verdict export_pages(struct tools *tools, struct export *export)
{
	struct ledger_wish wish = { export->item, "", "", 0, PAGE_ROWS };
	enum verdict verdict;

	do {
		export->written = 0;
		wish.after = export->last;
		verdict = ledger_orders(tools, &wish, export_order, export);
	} while (verdict == VERDICT_DONE && export->written == PAGE_ROWS && !ferror(export->file));
	return verdict;
}

enum verdict orders_export(struct tools *tools)
{
	struct export export = { .tools = tools, .file = stdout };

	if (!tools_item_word(tools, 0, &export.item))
		return VERDICT_USAGE;
	export.as_json = strcmp(tools->options->format, "jsonl") == 0;
	if (!export.as_json && strcmp(tools->options->format, "csv") != 0) {
		say("--format \"%s\" is none: csv or jsonl", tools->options->format);
		return VERDICT_USAGE;
	}
	if (!export.as_json) {
		fputs("number,seq,epoch,state,units,amount,created,pay_before,moved,user,key,"
		      "payment,refund_due",
		      export.file);
		csv_end_line(export.file);
	}
	return export_pages(tools, &export);
}
