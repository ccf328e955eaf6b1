/*
 * item_close.c - ending a sale: freeze it, then take its orders out of Redis; see item.h.
 *
 * Freezing is done at once. Archiving must wait until no order is held (nodes end holds at their
 * deadlines) and the ledger has recorded every event; until then the command says what it waits
 * for, and with --wait it looks again.
 */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "ctl/ask.h"
#include "ctl/item.h"
#include "ctl/moment.h"
#include "ctl/say.h"

enum { LOOK_MS = 200 };

static const struct sheet_column columns[] = {
	{ "item", "ITEM", SHEET_TEXT },     { "done", "DONE", SHEET_TEXT },
	{ "total", "TOTAL", SHEET_NUMBER }, { "left", "LEFT", SHEET_NUMBER },
	{ "held", "HELD", SHEET_NUMBER },   { "paid", "PAID", SHEET_NUMBER },
	{ "seq", "EVENTS", SHEET_NUMBER },  { "archived", "ARCHIVED ORDERS", SHEET_NUMBER },
};

static void print_state(const struct tools *tools, const char *item, const struct answer *answer)
{
	const struct view *view = &answer->view;
	bool is_archived = ask_is(answer, "ARCHIVED");
	struct sheet *sheet = sheet_open(columns, sizeof(columns) / sizeof(columns[0]));
	const char *done = is_archived ? "archived" : "closed";

	sheet_add_text(sheet, item, strlen(item));
	sheet_add_text(sheet, done, strlen(done));
	sheet_add_number(sheet, view->total);
	sheet_add_number(sheet, view->total - view->sold);
	sheet_add_number(sheet, view->sold - view->paid - view->outside);
	sheet_add_number(sheet, view->paid);
	sheet_add_number(sheet, view->seq);
	if (is_archived)
		sheet_add_number(sheet, ask_number(answer, 1));
	else
		sheet_add_nothing(sheet);
	tools_print_line(tools, sheet);
}

/* What archiving waits for; the item is closed whatever it is. */
static void say_waiting(const char *item, const struct answer *answer)
{
	if (ask_is(answer, "HELD"))
		say("%s is closed, but not archived yet: orders still held: %" PRId64 "; nodes end "
		    "them when their time is over; say it again then, or with --wait 10m",
		    item, ask_number(answer, 1));
	else if (ask_is(answer, "UNRECORDED"))
		say("%s is closed, but not archived yet: the ledger has recorded %" PRId64
		    " of %" PRId64 " events; see that penstock-ledger runs and say it again, or "
		    "with --wait 10m",
		    item, ask_number(answer, 2), ask_number(answer, 1));
	else if (ask_is(answer, "OPEN"))
		say("%s was opened again by a hand in Redis; it is not archived", item);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Asks until it is archived or the time is over. */
static enum verdict archive(struct tools *tools, const char *item, int64_t wait_ms,
			    struct answer *answer)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
	int64_t end_ms = now_ms() + wait_ms;
	enum verdict verdict = ask(tools, "archive", item, NULL, 0, answer);

	while (verdict == VERDICT_DONE && !ask_is(answer, "ARCHIVED") && now_ms() < end_ms) {
		ask_end(answer);
		nanosleep(&pause, NULL);
		verdict = ask(tools, "archive", item, NULL, 0, answer);
	}
	return verdict;
}

enum verdict item_close(struct tools *tools)
{
	const struct redis_word words[] = { redis_word_of("state"), redis_word_of("closed") };
	const char *wait = tools->options->wait;
	struct answer answer;
	const char *item;
	int64_t wait_ms = 0;
	enum verdict verdict;

	if (!tools_item_word(tools, 0, &item))
		return VERDICT_USAGE;
	if (wait[0] != '\0' && !moment_read_span(wait, &wait_ms)) {
		say("--wait \"%s\" is no span; give 30s or 10m", wait);
		return VERDICT_USAGE;
	}
	verdict = ask(tools, "item", item, words, 2, &answer);
	ask_end(&answer);
	if (verdict == VERDICT_DONE)
		verdict = archive(tools, item, wait_ms, &answer);
	if (verdict != VERDICT_DONE)
		return verdict;
	print_state(tools, item, &answer);
	say_waiting(item, &answer);
	/* To be closed was all that was asked, unless somebody waited for more. */
	verdict = wait_ms > 0 && !ask_is(&answer, "ARCHIVED") ? VERDICT_NO : VERDICT_DONE;
	ask_end(&answer);
	return verdict;
}
