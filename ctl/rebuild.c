/*
 * rebuild.c - audit --rebuild; see rebuild.h and rebuild_parts.h.
 *
 *   look ─▶ ask the operator ─▶ begin ─▶ rows ─▶ finish ─▶ audit
 *             ▲                   │        │        │
 *             └── the ledger has recorded more meanwhile
 *
 * From begin to finish the item is not sold and no script writes: rebuild.lua leaves no counts in
 * the hash. A rebuild that stops between is begun again by the same command; nothing is lost by
 * it, for everything comes from the ledger.
 *
 * What Redis had decided and the ledger had not recorded is gone with Redis. Its order numbers may
 * have been told to buyers, so they are never given again: the new seq lies so far ahead that it
 * is beyond all of them.
 */
#include "ctl/rebuild.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/seal.h"
#include "ctl/audit.h"
#include "ctl/facts.h"
#include "ctl/ledger.h"
#include "ctl/rebuild_parts.h"
#include "ctl/say.h"

enum {
	WHY_BYTES = 400,
	LOOKS_MOST = 50, /* for the ledger to record what the stream still holds */
	LOOK_MS = 200,
	TRIES = 5,
	BACKLOG_STANDARD = 1000000,
	NODES_MOST = 64, /* each with batches of 256 under way */
	BATCH_MOST = 256,
};

/* What was found before anything is changed. */
struct finding {
	bool is_lost;       /* Redis has fewer events than the ledger, or cannot say */
	bool is_unfinished; /* a rebuild began and did not finish */
	int64_t seq;        /* of Redis; 0: it has none */
	int64_t waiting;    /* entries in the stream */
	char why[WHY_BYTES];
};

static void begin(struct rebuild *rebuild, struct tools *tools, const char *item)
{
	unsigned char random[16];

	*rebuild = (struct rebuild){ .audit = { .tools = tools, .item = item } };
	rebuild->audit.book = book_open();
	rebuild->audit.feed = feed_open(tools, item);
	seal_random(random, sizeof(random));
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(rebuild->token + 2 * i, 3, "%02x", random[i]);
}

static void end(struct rebuild *rebuild)
{
	feed_close(rebuild->audit.feed);
	book_close(rebuild->audit.book);
}

/* What Redis is like now. */
static enum verdict read_redis(struct tools *tools, const char *item, struct finding *finding,
			       int64_t *now_ms)
{
	struct facts facts;
	enum verdict verdict = facts_read(tools, item, &facts);

	if (verdict != VERDICT_DONE)
		return verdict;
	finding->seq = facts_number(&facts, "seq", 0);
	finding->waiting = facts.waiting;
	finding->is_unfinished = facts_text(&facts, "rebuilding") != NULL;
	*now_ms = facts.now_ms;
	facts_end(&facts);
	return VERDICT_DONE;
}

/* Is there any need? VERDICT_NO: it was said that there is none. */
static enum verdict look(struct tools *tools, const char *item, int64_t from,
			 struct finding *finding)
{
	enum verdict verdict;
	int64_t now_ms;

	*finding = (struct finding){ .seq = 0 };
	verdict = read_redis(tools, item, finding, &now_ms);
	if (verdict != VERDICT_DONE)
		return verdict;
	finding->is_lost = finding->is_unfinished || finding->seq < from;
	if (finding->is_lost) {
		snprintf(finding->why, sizeof(finding->why), "%s",
			 finding->is_unfinished ? "an earlier rebuild was not finished"
						: "Redis lost history");
		return VERDICT_DONE;
	}
	verdict = audit_look(tools, item, finding->why, sizeof(finding->why));
	if (verdict == VERDICT_NO)
		return VERDICT_DONE;
	if (verdict != VERDICT_DONE)
		return verdict;
	snprintf(finding->why, sizeof(finding->why), "nothing is wrong with it");
	if (tools->options->force) {
		finding->is_lost = true; /* who insists may know of more than can be seen here */
		return VERDICT_DONE;
	}
	say("%s is well: Redis is at event %" PRId64 " and the ledger at %" PRId64
	    ", and they agree; --force rebuilds it all the same",
	    item, finding->seq, from);
	return VERDICT_NO;
}

/* Says what will be done, and reads the operator's word. */
static bool is_confirmed(const struct rebuild *rebuild, const struct finding *finding)
{
	const struct events_item *item = book_item(rebuild->audit.book);
	const char *name = rebuild->audit.item;
	char line[KEYS_ITEM_BYTES + 3] = "";

	fprintf(stderr,
		"%s: %s.\n"
		"Redis is at event %" PRId64 ", the ledger at %" PRId64
		": %zu orders; total %" PRId64 ", held %" PRId64 ", paid %" PRId64
		", outside %" PRId64 ".\n"
		"Everything that Redis has of %s will be dropped and made anew from the ledger.\n",
		name, finding->why, finding->seq, rebuild->from, book_orders(rebuild->audit.book),
		item->total, item->held, item->paid, item->outside, name);
	if (rebuild->audit.tools->options->yes)
		return true;
	fprintf(stderr, "Type the item's name to go on: ");
	if (fgets(line, sizeof(line), stdin) == NULL)
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (strcmp(line, name) == 0)
		return true;
	say("nothing was changed");
	return false;
}

/* The log up to what SQL holds now, and its rows, which must be the same. */
static enum verdict read_ledger(struct rebuild *rebuild)
{
	struct ledger_item row;
	enum verdict verdict = ledger_read_item(rebuild->audit.tools, rebuild->audit.item, &row);

	if (verdict != VERDICT_DONE)
		return verdict;
	if (!row.is_there) {
		say("the ledger knows no item %s: there is nothing to make it from",
		    rebuild->audit.item);
		return VERDICT_NO;
	}
	rebuild->from = row.state.seq;
	verdict = audit_sql_rows(&rebuild->audit);
	if (verdict == VERDICT_NO)
		say("the ledger itself is not right, nothing is made from it: %s",
		    rebuild->audit.fault.what);
	else if (verdict == VERDICT_DONE)
		rebuild->from = book_item(rebuild->audit.book)->seq;
	return verdict;
}

/* Waits for the ledger to record what the stream still holds beyond the book's seq. */
static void wait_for_ledger(const struct rebuild *rebuild)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
	struct ledger_item row = { .is_there = false };

	for (int i = 0; i < LOOKS_MOST; i++) {
		if (ledger_read_item(rebuild->audit.tools, rebuild->audit.item, &row) !=
			    VERDICT_DONE ||
		    row.state.seq > rebuild->from || interrupt_has_come(rebuild->interrupt))
			return;
		nanosleep(&pause, NULL);
	}
}

/* Numbers up to here may have been given out. */
static int64_t next_seq(const struct rebuild *rebuild, const struct finding *finding,
			const struct rebuild_rules *rules)
{
	int64_t highest = rebuild->highest > rebuild->from ? rebuild->highest : rebuild->from;
	int64_t backlog = BACKLOG_STANDARD;

	if (!finding->is_lost)
		return highest + 1;
	for (size_t i = 0; i < rules->count; i++) {
		if (strcmp(rules->fields[i], "backlog_max") == 0)
			backlog = strtoll(rules->values[i], NULL, 10);
	}
	if (backlog < BACKLOG_STANDARD)
		backlog = BACKLOG_STANDARD;
	return highest + backlog + NODES_MOST * BATCH_MOST;
}

/* Begin to finish, once. */
static enum rebuild_result rebuild_once(struct rebuild *rebuild, const struct finding *finding,
					int64_t *seq, enum verdict *verdict)
{
	struct rebuild_rules rules;
	enum rebuild_result result;

	*verdict = rebuild_read_rules(rebuild, &rules);
	if (*verdict != VERDICT_DONE)
		return REBUILD_REFUSED;
	result = rebuild_begin(rebuild, rebuild->audit.tools->options->force, verdict);
	if (result != REBUILD_DONE)
		return result;
	result = rebuild_rows(rebuild, verdict);
	if (result != REBUILD_DONE)
		return result;
	*seq = next_seq(rebuild, finding, &rules);
	return rebuild_finish(rebuild, *seq, &rules, verdict);
}

static void say_done(const struct rebuild *rebuild, const struct finding *finding, int64_t seq)
{
	say("%s was made anew from %" PRId64 " events: %" PRId64 " orders (%" PRId64
	    " held), %" PRId64 " keys, %" PRId64 " buyers, %" PRId64
	    " payments; the next number is %" PRId64,
	    rebuild->audit.item, rebuild->from, rebuild->orders, rebuild->deadlines, rebuild->keys,
	    rebuild->buyers, rebuild->payments, seq + 1);
	if (finding->is_lost)
		say("what Redis had accepted after event %" PRId64
		    " and the ledger had not recorded is lost: such orders are not there, their "
		    "units are for sale, their numbers are not given again; audit --stat-log shows "
		    "those that a node has written down",
		    rebuild->from);
}

static enum verdict say_stopped(const struct rebuild *rebuild, bool has_begun)
{
	if (has_begun)
		say("%s is not on sale: its rebuild was stopped between two steps; say it again",
		    rebuild->audit.item);
	else
		say("nothing was changed");
	return VERDICT_STOPPED;
}

/* Tries until the ledger stands still. The book is read anew each time. */
static enum verdict rebuild_item(struct rebuild *rebuild, struct tools *tools, const char *item,
				 struct finding *finding)
{
	enum rebuild_result result = REBUILD_AGAIN;
	enum verdict verdict = VERDICT_DONE;
	bool has_begun = finding->is_unfinished;
	int64_t seq = 0;

	for (int i = 0; i < TRIES && result == REBUILD_AGAIN; i++) {
		struct interrupt *interrupt = rebuild->interrupt;
		int64_t now_ms = rebuild->now_ms;

		if (i > 0) {
			wait_for_ledger(rebuild);
			end(rebuild);
			begin(rebuild, tools, item);
			rebuild->interrupt = interrupt;
			rebuild->now_ms = now_ms;
			verdict = read_ledger(rebuild);
			if (verdict != VERDICT_DONE)
				return verdict;
		}
		result = rebuild_once(rebuild, finding, &seq, &verdict);
		has_begun = has_begun || rebuild->highest > 0;
	}
	if (result == REBUILD_STOPPED)
		return say_stopped(rebuild, has_begun);
	if (result == REBUILD_AGAIN) {
		say("%s: the stream holds events that the ledger has not recorded: see that "
		    "penstock-ledger runs and say it again; --force drops them",
		    item);
		return VERDICT_NO;
	}
	if (result == REBUILD_REFUSED) {
		if (has_begun)
			say("%s is not on sale: its rebuild did not come to its end; say it again",
			    item);
		return verdict;
	}
	say_done(rebuild, finding, seq);
	return VERDICT_DONE;
}

enum verdict rebuild_run(struct tools *tools)
{
	struct rebuild rebuild;
	struct finding finding;
	const char *item;
	enum verdict verdict;

	if (!tools_item_word(tools, 0, &item))
		return VERDICT_USAGE;
	begin(&rebuild, tools, item);
	verdict = read_ledger(&rebuild);
	if (verdict == VERDICT_DONE)
		verdict = look(tools, item, rebuild.from, &finding);
	if (verdict == VERDICT_DONE)
		verdict = read_redis(tools, item, &finding, &rebuild.now_ms);
	if (verdict == VERDICT_DONE && !is_confirmed(&rebuild, &finding))
		verdict = VERDICT_NO;
	if (verdict == VERDICT_DONE) {
		rebuild.interrupt = interrupt_open();
		verdict = rebuild_item(&rebuild, tools, item, &finding);
		interrupt_close(rebuild.interrupt);
	}
	end(&rebuild);
	return verdict == VERDICT_DONE ? audit_one(tools, item) : verdict;
}
