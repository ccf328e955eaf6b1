/*
 * rebuild.c - audit --rebuild; see rebuild.h and rebuild_parts.h.
 *
 *   look ─▶ ask the operator ─▶ begin ─▶ rows ─▶ finish ─▶ audit
 *             ▲                   │        │        │
 *             └── the ledger has recorded more meanwhile
 *
 * From begin to finish the item is not sold and no script writes: rebuild.lua leaves no counts in
 * the hash. A rebuild that stops between is begun again by the same command; nothing is lost by
 * it, for everything comes from the ledger: what Redis still has is not even read, but to find out
 * (rebuild_look.c) whether something of it is nowhere else, which is dropped only if the operator
 * insists.
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
#include "ctl/ledger.h"
#include "ctl/rebuild_parts.h"
#include "ctl/say.h"

enum {
	LOOKS_MOST = 50, /* for the ledger to record what the stream still holds */
	LOOK_MS = 200,
	TRIES = 5,
	BACKLOG_STANDARD = 1000000,
	NODES_MOST = 64, /* each with batches of 256 under way */
	BATCH_MOST = 256,
};

static void begin(struct rebuild *rebuild, struct tools *tools, const char *item)
{
	unsigned char random[16];

	*rebuild = (struct rebuild){
		.tools = tools,
		.sql = { .options = tools->options, .db = tools->db },
		.audit = { .tools = &rebuild->sql, .item = item },
	};
	rebuild->audit.book = book_open();
	rebuild->audit.feed = feed_open(&rebuild->sql, item);
	seal_random(random, sizeof(random));
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(rebuild->token + 2 * i, 3, "%02x", random[i]);
}

static void end(struct rebuild *rebuild)
{
	feed_close(rebuild->audit.feed);
	book_close(rebuild->audit.book);
}

/* Says what will be done, and reads the operator's word. */
static bool is_confirmed(const struct rebuild *rebuild, const struct rebuild_finding *finding)
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
	if (rebuild->tools->options->yes)
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
	enum verdict verdict = ledger_read_item(rebuild->tools, rebuild->audit.item, &row);

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

/* Has the ledger recorded more than the book has? Waits a while for it. */
static bool ledger_moves(const struct rebuild *rebuild)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
	struct ledger_item row = { .is_there = false };

	for (int i = 0; i < LOOKS_MOST; i++) {
		if (ledger_read_item(rebuild->tools, rebuild->audit.item, &row) != VERDICT_DONE ||
		    interrupt_has_come(rebuild->interrupt))
			return false;
		if (row.state.seq > rebuild->from)
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

/* Numbers up to here may have been given out. */
static int64_t next_seq(const struct rebuild *rebuild, const struct rebuild_finding *finding,
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
static enum rebuild_result rebuild_once(struct rebuild *rebuild,
					const struct rebuild_finding *finding, int64_t *seq,
					enum verdict *verdict)
{
	struct rebuild_rules rules;
	enum rebuild_result result;

	*verdict = rebuild_read_rules(rebuild, &rules);
	if (*verdict != VERDICT_DONE)
		return REBUILD_REFUSED;
	result = rebuild_begin(rebuild, rebuild->tools->options->force, verdict);
	if (result != REBUILD_DONE)
		return result;
	result = rebuild_rows(rebuild, verdict);
	if (result != REBUILD_DONE)
		return result;
	*seq = next_seq(rebuild, finding, &rules);
	return rebuild_finish(rebuild, *seq, &rules, verdict);
}

static void say_done(const struct rebuild *rebuild, const struct rebuild_finding *finding,
		     int64_t seq)
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

/* Reads the ledger anew, which has recorded more meanwhile. */
static enum verdict read_again(struct rebuild *rebuild)
{
	struct rebuild old = *rebuild;

	end(rebuild);
	begin(rebuild, old.tools, old.audit.item);
	rebuild->interrupt = old.interrupt;
	rebuild->now_ms = old.now_ms;
	return read_ledger(rebuild);
}

/* Tries until the ledger stands still. */
static enum rebuild_result try_all(struct rebuild *rebuild, const struct rebuild_finding *finding,
				   int64_t *seq, bool *has_begun, enum verdict *verdict)
{
	enum rebuild_result result = rebuild_once(rebuild, finding, seq, verdict);

	for (int i = 1; i < TRIES && result == REBUILD_AGAIN; i++) {
		*has_begun = *has_begun || rebuild->highest > 0;
		if (!ledger_moves(rebuild))
			break;
		*verdict = read_again(rebuild);
		if (*verdict != VERDICT_DONE)
			return REBUILD_REFUSED;
		result = rebuild_once(rebuild, finding, seq, verdict);
	}
	*has_begun = *has_begun || rebuild->highest > 0;
	return interrupt_has_come(rebuild->interrupt) && result == REBUILD_AGAIN ? REBUILD_STOPPED
										 : result;
}

static enum verdict rebuild_item(struct rebuild *rebuild, const struct rebuild_finding *finding)
{
	const char *item = rebuild->audit.item;
	enum verdict verdict = VERDICT_DONE;
	bool has_begun = finding->is_unfinished;
	int64_t seq = 0;

	switch (try_all(rebuild, finding, &seq, &has_begun, &verdict)) {
	case REBUILD_DONE:
		say_done(rebuild, finding, seq);
		return VERDICT_DONE;
	case REBUILD_STOPPED:
		return say_stopped(rebuild, has_begun);
	case REBUILD_AGAIN:
		say("%s: the stream holds events that the ledger has not recorded: see that "
		    "penstock-ledger runs and say it again; --force drops them",
		    item);
		return VERDICT_NO;
	case REBUILD_REFUSED:
		break;
	}
	if (has_begun)
		say("%s is not on sale: its rebuild did not come to its end; say it again", item);
	return verdict;
}

enum verdict rebuild_run(struct tools *tools)
{
	struct rebuild rebuild;
	struct rebuild_finding finding;
	const char *item;
	enum verdict verdict;

	if (!tools_item_word(tools, 0, &item))
		return VERDICT_USAGE;
	begin(&rebuild, tools, item);
	verdict = read_ledger(&rebuild);
	if (verdict == VERDICT_DONE)
		verdict = rebuild_look(&rebuild, &finding);
	if (verdict == VERDICT_DONE && !is_confirmed(&rebuild, &finding))
		verdict = VERDICT_NO;
	if (verdict == VERDICT_DONE) {
		rebuild.interrupt = interrupt_open();
		verdict = rebuild_item(&rebuild, &finding);
		interrupt_close(rebuild.interrupt);
	}
	end(&rebuild);
	return verdict == VERDICT_DONE ? audit_one(tools, item) : verdict;
}
