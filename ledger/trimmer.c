/*
 * trimmer.c - one look and one call of trim.lua at a time; see trimmer.h.
 *
 * Redis that lost history shows in two ways. Its seq is below what SQL holds: trim.lua says LOST,
 * and has written what SQL holds first. Or it was lost while nobody looked, and sold from again
 * until its seq was beyond ours: then the stream holds entries that trim.lua had already let go.
 * Such an item must not be trimmed, because nobody has written down what its stream holds. But an
 * older copy has such entries as well, and must hear of SQL, for nothing else keeps a node that was
 * started anew from selling there. The stream's last id tells the two apart.
 */
#include "ledger/trimmer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/xmalloc.h"

enum {
	BUSY_MS = 100,  /* at most one call in this time for an item that is being written */
	IDLE_MS = 1000, /* at least one in this */
	GO_MOST = 200,  /* orders that trim.lua lets go at a time */
};

struct trimmer {
	struct redis *redis;
	struct roster *roster;
	char retain_ms[24];
	int64_t trims, entries;
};

struct trimmer *trimmer_open(struct redis *redis, struct roster *roster, int64_t retain_ms)
{
	struct trimmer *trimmer = xcalloc(1, sizeof(*trimmer));

	trimmer->redis = redis;
	trimmer->roster = roster;
	snprintf(trimmer->retain_ms, sizeof(trimmer->retain_ms), "%" PRId64, retain_ms);
	return trimmer;
}

void trimmer_close(struct trimmer *trimmer)
{
	free(trimmer);
}

/* The seq in the id of a stream's entry, "<seq>-0"; -1 when it is no such id. */
static int64_t trimmer_seq_of(const struct redis_reply *id)
{
	struct redis_word text = redis_reply_text(id);

	if (text.size < 3 || memcmp(text.text + text.size - 2, "-0", 2) != 0)
		return -1;
	return keys_count_read(text.text, text.size - 2);
}

static void trimmer_say_behind(struct roster_item *item, int64_t seq)
{
	roster_set_trouble(item, ROSTER_BEHIND,
			   "not recorded: Redis lost history. It holds events up to %" PRId64
			   ", SQL up to %" PRId64 "; nobody sells there until "
			   "penstockctl audit --rebuild makes it anew from SQL",
			   seq, item->state.seq);
}

/* Asks about the item's stream. NULL on REDIS_ANSWERED: its key is foreign, which was said. */
static enum redis_fate trimmer_ask(struct trimmer *trimmer, struct roster_item *item,
				   const struct redis_word *words, size_t count,
				   struct redis_reply **reply)
{
	enum redis_fate fate = redis_command(trimmer->redis, words, count, 0, reply);

	if (fate != REDIS_FAULTY)
		return fate;
	roster_set_trouble(item, ROSTER_FOREIGN, "not recorded: %s", redis_error(trimmer->redis));
	*reply = NULL;
	return REDIS_ANSWERED;
}

/* The stream begins with event `first`, which it had let go: is it an older copy, or another? */
static enum redis_fate trimmer_judge(struct trimmer *trimmer, struct roster_item *item,
				     int64_t first)
{
	char key[KEYS_NAME_BYTES];
	const struct redis_word words[] = {
		redis_word_of("XINFO"),
		redis_word_of("STREAM"),
		{ key, keys_name(key, item->name, KEYS_EVENTS) },
	};
	struct redis_reply *reply;
	enum redis_fate fate = trimmer_ask(trimmer, item, words, 3, &reply);
	int64_t last = -1;

	if (fate != REDIS_ANSWERED || reply == NULL)
		return fate;
	for (size_t i = 0; i + 1 < redis_reply_count(reply); i += 2) {
		if (redis_reply_is(redis_reply_at(reply, i), "last-generated-id"))
			last = trimmer_seq_of(redis_reply_at(reply, i + 1));
	}
	redis_reply_free(reply);
	if (last >= 0 && last < item->state.seq) {
		trimmer_say_behind(item, last);
		item->trimmed_ms = 0; /* trim.lua tells it now */
	} else {
		roster_set_trouble(
			item, ROSTER_REGROWN,
			"not recorded: Redis lost history. Its stream begins with event %" PRId64
			", though all up to %" PRId64 " had been written and trimmed; "
			"penstockctl audit --rebuild makes it anew from SQL",
			first, item->told);
	}
	return REDIS_ANSWERED;
}

/* Is what the stream begins with behind what was trimmed from it? Then history was lost. */
static enum redis_fate trimmer_look(struct trimmer *trimmer, struct roster_item *item)
{
	char key[KEYS_NAME_BYTES];
	const struct redis_word words[] = {
		redis_word_of("XRANGE"), { key, keys_name(key, item->name, KEYS_EVENTS) },
		redis_word_of("-"),      redis_word_of("+"),
		redis_word_of("COUNT"),  redis_word_of("1"),
	};
	struct redis_reply *reply;
	enum redis_fate fate = trimmer_ask(trimmer, item, words, 6, &reply);

	if (fate != REDIS_ANSWERED || reply == NULL)
		return fate;
	int64_t first = trimmer_seq_of(redis_reply_at(redis_reply_at(reply, 0), 0));
	bool is_old = redis_reply_count(reply) > 0 && first >= 0 && first <= item->told;

	redis_reply_free(reply);
	if (is_old)
		return trimmer_judge(trimmer, item, first);
	if (item->trouble == ROSTER_REGROWN || item->trouble == ROSTER_FOREIGN)
		roster_set_trouble(item, ROSTER_WELL, NULL);
	return REDIS_ANSWERED;
}

static void trimmer_take_answer(struct roster_item *item, const struct redis_reply *reply,
				int64_t now_ms)
{
	struct redis_word word = redis_reply_text(redis_reply_at(reply, 0));
	int64_t seq = redis_reply_number(redis_reply_at(reply, 4));

	if (redis_reply_is(redis_reply_at(reply, 0), "TRIMMED")) {
		item->told = item->state.seq;
		item->backlog = seq > item->told ? seq - item->told : 0;
		if (redis_reply_number(redis_reply_at(reply, 2)) >= GO_MOST)
			item->trimmed_ms = now_ms - IDLE_MS; /* there is more to let go */
		if (item->trouble == ROSTER_BEHIND || item->trouble == ROSTER_UNTRIMMED)
			roster_set_trouble(item, ROSTER_WELL, NULL);
		return;
	}
	if (redis_reply_is(redis_reply_at(reply, 0), "LOST"))
		trimmer_say_behind(item, redis_reply_number(redis_reply_at(reply, 1)));
	else
		roster_set_trouble(item, ROSTER_UNTRIMMED, "not trimmed: trim.lua says %.40s",
				   word.text ? word.text : "nothing");
}

static enum redis_fate trimmer_trim(struct trimmer *trimmer, struct roster_item *item,
				    int64_t now_ms)
{
	char seq[24], note[160];
	const struct events_item *state = &item->state;
	const struct redis_word words[] = {
		{ seq, (size_t)snprintf(seq, sizeof(seq), "%" PRId64, state->seq) },
		redis_word_of(trimmer->retain_ms),
		{ note, (size_t)snprintf(note, sizeof(note),
					 "%" PRId64 "|%" PRId64 "|%" PRId64 "|%" PRId64 "|%" PRId64
					 "|%" PRId64,
					 state->seq, state->epoch, state->total, state->held,
					 state->paid, state->outside) },
	};
	struct redis_reply *reply;
	enum redis_fate fate =
		redis_script(trimmer->redis, "trim", item->name, KEYS_PARTS, words, 3, &reply);

	item->trimmed_ms = now_ms;
	if (fate == REDIS_FAULTY) {
		roster_set_trouble(item, ROSTER_UNTRIMMED, "not trimmed: %s",
				   redis_error(trimmer->redis));
		return REDIS_ANSWERED;
	}
	if (fate == REDIS_ANSWERED) {
		int64_t entries = redis_reply_number(redis_reply_at(reply, 1));

		trimmer_take_answer(item, reply, now_ms);
		if (redis_reply_is(redis_reply_at(reply, 0), "TRIMMED")) {
			trimmer->trims++;
			trimmer->entries += entries > 0 ? entries : 0;
		}
	}
	redis_reply_free(reply);
	return fate;
}

static enum redis_fate trimmer_visit(struct trimmer *trimmer, struct roster_item *item,
				     int64_t now_ms, bool all)
{
	enum redis_fate fate = REDIS_ANSWERED;

	/* A new connection may lead to another Redis: first a look, then the rest. */
	if (item->looked_ms == 0 || now_ms - item->looked_ms >= IDLE_MS) {
		fate = trimmer_look(trimmer, item);
		item->looked_ms = now_ms;
	}
	bool is_ahead = item->state.seq > item->told;
	bool is_due = item->trimmed_ms == 0 ||
		      now_ms - item->trimmed_ms >= (is_ahead ? BUSY_MS : IDLE_MS);
	if (fate != REDIS_ANSWERED || item->state.seq == 0 || !(is_due || (all && is_ahead)))
		return fate;
	if (item->trouble == ROSTER_REGROWN || item->trouble == ROSTER_FOREIGN)
		return fate;
	return trimmer_trim(trimmer, item, now_ms);
}

enum redis_fate trimmer_work(struct trimmer *trimmer, int64_t now_ms, bool all)
{
	enum redis_fate fate = REDIS_ANSWERED;

	for (size_t i = 0; i < roster_count(trimmer->roster) && fate == REDIS_ANSWERED; i++)
		fate = trimmer_visit(trimmer, roster_at(trimmer->roster, i), now_ms, all);
	return fate;
}

void trimmer_count(const struct trimmer *trimmer, int64_t *trims, int64_t *entries)
{
	*trims = trimmer->trims;
	*entries = trimmer->entries;
}
