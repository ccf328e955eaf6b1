/*
 * audit_redis.c - cuts of Redis: an item's seq and counts, beside what else is read; see
 * audit_parts.h.
 *
 * A cut is one MULTI, so the seq in it says exactly after which event everything else in it was as
 * it is. The book is brought to that seq, and then there is nothing to be tolerant about: no
 * change that came later is in the cut, and none that came before is missing.
 *
 * Counts that somebody has just typed are the exception: until a node takes them over (a tick) the
 * hash is not the log's. Such a cut is taken again, for a while.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ctl/audit_parts.h"
#include "ctl/say.h"

enum { MORE_MAX = 8, AGAIN_MS = 100, AGAIN_MOST = 30 };

/* Fields of the hash in the order in which they are read. */
enum {
	SEQ,
	TOTAL,
	SOLD,
	KNOWN_TOTAL,
	KNOWN_SOLD,
	PAID,
	OUTSIDE,
	EPOCH,
	LAST,
	RECORDED,
	ARCHIVED,
	REBUILDING,
	FIELDS,
};

static const char *const fields[FIELDS] = {
	[SEQ] = "seq",
	[TOTAL] = "ticket_total_nums",
	[SOLD] = "ticket_sold_nums",
	[KNOWN_TOTAL] = "known_total",
	[KNOWN_SOLD] = "known_sold",
	[PAID] = "paid_nums",
	[OUTSIDE] = "outside_nums",
	[EPOCH] = "epoch",
	[LAST] = "last_ms",
	[RECORDED] = "recorded_seq",
	[ARCHIVED] = "archived_ms",
	[REBUILDING] = "rebuilding",
};

/* A field that is not there, as a count; every other must be digits. */
static int64_t number_of(const struct redis_reply *hash, size_t field)
{
	const struct redis_reply *value = redis_reply_at(hash, field);

	return redis_reply_text(value).text == NULL ? 0 : redis_reply_number(value);
}

static bool is_there(const struct redis_reply *hash, size_t field)
{
	return redis_reply_text(redis_reply_at(hash, field)).text != NULL;
}

static bool is_same(const struct redis_reply *hash, size_t field, size_t other)
{
	struct redis_word a = redis_reply_text(redis_reply_at(hash, field));
	struct redis_word b = redis_reply_text(redis_reply_at(hash, other));

	return a.text != NULL && b.text != NULL && a.size == b.size &&
	       memcmp(a.text, b.text, a.size) == 0;
}

static enum verdict read_cut(struct audit *audit, const struct cut_command *more, size_t count,
			     struct redis_reply **reply)
{
	char key[KEYS_NAME_BYTES];
	struct redis_word words[2 + FIELDS] = { redis_word_of("HMGET") };
	struct cut_command commands[1 + MORE_MAX] = { { words, 2 + FIELDS } };

	words[1] = (struct redis_word){ key, keys_name(key, audit->item, KEYS_HASH) };
	for (size_t i = 0; i < FIELDS; i++)
		words[2 + i] = redis_word_of(fields[i]);
	for (size_t i = 0; i < count; i++)
		commands[1 + i] = more[i];
	audit->counts.cuts++;
	return cut_read(audit->tools, commands, 1 + count, reply);
}

static void wait_a_little(void)
{
	const struct timespec pause = { .tv_nsec = AGAIN_MS * 1000000L };

	nanosleep(&pause, NULL);
}

/* What keeps the hash from being the log's for now; NULL: nothing does. */
static const char *unsettled(const struct redis_reply *hash)
{
	if (is_there(hash, REBUILDING))
		return "it is being made anew by audit --rebuild";
	if (!is_there(hash, SEQ))
		return "its hash was typed anew and no node has taken it over";
	if (!is_same(hash, TOTAL, KNOWN_TOTAL))
		return "ticket_total_nums was typed and no node has taken it over";
	if (!is_same(hash, SOLD, KNOWN_SOLD))
		return "ticket_sold_nums was typed and no node has taken it over";
	return NULL;
}

/* The hash at its seq, against the book at the same. */
static enum verdict check_hash(struct audit *audit, const struct redis_reply *hash)
{
	const struct events_item *own = book_item(audit->book);
	const struct {
		size_t field;
		int64_t wanted;
	} counts[] = {
		{ TOTAL, own->total }, { SOLD, own->held + own->paid + own->outside },
		{ PAID, own->paid },   { OUTSIDE, own->outside },
		{ EPOCH, own->epoch },
	};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		int64_t has = number_of(hash, counts[i].field);

		if (has != counts[i].wanted)
			return audit_note(audit, 0, own->seq,
					  "I7: %s is %" PRId64 " in Redis and %" PRId64
					  " by the log at event %" PRId64,
					  fields[counts[i].field], has, counts[i].wanted, own->seq);
	}
	if (number_of(hash, LAST) < own->last_ms)
		return audit_note(audit, 0, own->seq,
				  "I7: last_ms is %" PRId64 ", before the newest event's %" PRId64,
				  number_of(hash, LAST), own->last_ms);
	if (number_of(hash, RECORDED) > own->seq)
		return audit_note(audit, 0, own->seq,
				  "I8: Redis is at event %" PRId64 " and was told that SQL holds "
				  "%" PRId64,
				  own->seq, number_of(hash, RECORDED));
	audit->recorded = number_of(hash, RECORDED);
	audit->is_archived = is_there(hash, ARCHIVED);
	return VERDICT_DONE;
}

static enum verdict note_unsettled(struct audit *audit, const struct redis_reply *hash,
				   const char *why)
{
	if (is_there(hash, REBUILDING)) {
		say("%s cannot be audited: %s", audit->item, why);
		return VERDICT_AWAY;
	}
	return audit_note(audit, 0, book_item(audit->book)->seq, "I7: %s", why);
}

static enum verdict check_cut(struct audit *audit, const struct redis_reply *hash)
{
	int64_t seq = number_of(hash, SEQ);
	enum verdict verdict;

	if (seq < book_item(audit->book)->seq)
		return audit_note(audit, 0, seq,
				  "I8: Redis went back: it is at event %" PRId64
				  " and was at %" PRId64,
				  seq, book_item(audit->book)->seq);
	verdict = audit_follow(audit, seq);
	return verdict == VERDICT_DONE ? check_hash(audit, hash) : verdict;
}

enum verdict audit_cut(struct audit *audit, const struct cut_command *more, size_t count,
		       struct redis_reply **reply)
{
	enum verdict verdict = read_cut(audit, more, count, reply);
	const char *why = NULL;

	for (int i = 0; verdict == VERDICT_DONE; i++) {
		why = unsettled(redis_reply_at(*reply, 0));
		if (why == NULL || i == AGAIN_MOST)
			break;
		redis_reply_free(*reply);
		wait_a_little();
		verdict = read_cut(audit, more, count, reply);
	}
	if (verdict != VERDICT_DONE)
		return verdict;
	const struct redis_reply *hash = redis_reply_at(*reply, 0);
	verdict = why == NULL ? check_cut(audit, hash) : note_unsettled(audit, hash, why);
	if (verdict != VERDICT_DONE) {
		redis_reply_free(*reply);
		*reply = NULL;
	}
	return verdict;
}

enum verdict audit_admit(struct audit *audit, int64_t cursor)
{
	struct redis_reply *reply;
	enum verdict verdict = read_cut(audit, NULL, 0, &reply);

	/* A hash without a seq goes on from the stream's last id when somebody takes it over. */
	for (int i = 0; verdict == VERDICT_DONE && i < AGAIN_MOST; i++) {
		const struct redis_reply *hash = redis_reply_at(reply, 0);

		if (is_there(hash, SEQ) || !is_there(hash, TOTAL))
			break;
		redis_reply_free(reply);
		wait_a_little();
		verdict = read_cut(audit, NULL, 0, &reply);
	}
	if (verdict != VERDICT_DONE)
		return verdict;
	const struct redis_reply *hash = redis_reply_at(reply, 0);
	int64_t seq = number_of(hash, SEQ);
	bool is_rebuilding = is_there(hash, REBUILDING), is_known = is_there(hash, TOTAL);
	redis_reply_free(reply);
	audit->started_at = seq;
	if (is_rebuilding) {
		say("%s cannot be audited: it is being made anew by audit --rebuild", audit->item);
		return VERDICT_AWAY;
	}
	if (seq < cursor)
		return audit_note(audit, 0, cursor,
				  "I8: Redis lost history: it is at event %" PRId64
				  " and SQL holds %" PRId64 "; audit --rebuild %s makes it anew",
				  seq, cursor, audit->item);
	if (!is_known && cursor == 0) {
		say("there is no item %s, neither in Redis nor in the ledger", audit->item);
		return VERDICT_AWAY;
	}
	return VERDICT_DONE;
}
