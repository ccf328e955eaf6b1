/*
 * tail.c - SCAN and XREAD, and the forms of their answers; see tail.h.
 *
 *   XREAD ─▶ [[stream, [[id, [seq, "kind|words", ...]], ...]], ...]
 *
 * An entry's id is "<seq of its last event>-0", so its events are the last so many numbers up to
 * it, whatever its fields say; a field that says another number makes its event poison.
 *
 * COUNT bounds entries, and an entry holds up to some hundred events, so it is learned: as many
 * entries as made about one batch of late.
 */
#include "ledger/tail.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/xmalloc.h"

enum {
	SCAN_CALLS_MAX = 64, /* in one turn; the rest is for the next */
	ENTRIES_LEAST = 8,
	TROUBLE_MS = 1000, /* a stream with a gap is looked at again so often */
	WORDS_MAX = 6 + 2 * ROSTER_MAX,
	NUMBER_BYTES = 24,
};

static const char pattern[] = "{*_hash_key}:events";

struct tail {
	struct redis *redis;
	struct roster *roster;
	struct book *book;
	struct tail_settings settings;
	int64_t entries;           /* COUNT */
	char cursor[NUMBER_BYTES]; /* SCAN's */
	/* Of the XREAD under way: its words, and which items it is about. */
	struct redis_word words[WORDS_MAX];
	char keys[ROSTER_MAX][KEYS_NAME_BYTES], ids[ROSTER_MAX][NUMBER_BYTES];
	struct roster_item *items[ROSTER_MAX];
	size_t item_count;
	struct histogram latency;
};

struct tail *tail_open(struct redis *redis, struct roster *roster, struct book *book,
		       const struct tail_settings *settings)
{
	struct tail *tail = xcalloc(1, sizeof(*tail));

	tail->redis = redis;
	tail->roster = roster;
	tail->book = book;
	tail->settings = *settings;
	tail->entries = ENTRIES_LEAST;
	strcpy(tail->cursor, "0");
	histogram_open_us(&tail->latency);
	return tail;
}

void tail_close(struct tail *tail)
{
	free(tail);
}

/* -- finding ---------------------------------------------------------------------------------- */

/* "{<item>_hash_key}:events" */
static void tail_take_key(struct tail *tail, struct redis_word key)
{
	static const char tail_text[] = "_hash_key}:events";
	size_t tail_size = sizeof(tail_text) - 1;

	if (key.size <= 1 + tail_size || key.text[0] != '{' ||
	    memcmp(key.text + key.size - tail_size, tail_text, tail_size) != 0)
		return;
	if (keys_item_is_valid(key.text + 1, key.size - 1 - tail_size))
		(void)roster_take(tail->roster, key.text + 1, key.size - 1 - tail_size);
}

enum redis_fate tail_discover(struct tail *tail)
{
	enum redis_fate fate = REDIS_ANSWERED;

	for (int call = 0; call < SCAN_CALLS_MAX && fate == REDIS_ANSWERED; call++) {
		const struct redis_word words[] = {
			redis_word_of("SCAN"),  redis_word_of(tail->cursor), redis_word_of("MATCH"),
			redis_word_of(pattern), redis_word_of("COUNT"),      redis_word_of("1000"),
			redis_word_of("TYPE"),  redis_word_of("stream"),
		};
		struct redis_reply *reply;

		fate = redis_command(tail->redis, words, 8, 0, &reply);
		const struct redis_reply *found = redis_reply_at(reply, 1);

		for (size_t i = 0; i < redis_reply_count(found); i++)
			tail_take_key(tail, redis_reply_text(redis_reply_at(found, i)));
		struct redis_word cursor = redis_reply_text(redis_reply_at(reply, 0));
		bool is_last = cursor.size == 0 || cursor.size >= sizeof(tail->cursor) ||
			       strcmp(cursor.text, "0") == 0;

		strcpy(tail->cursor, is_last ? "0" : cursor.text);
		redis_reply_free(reply);
		if (is_last)
			break;
	}
	return fate;
}

/* -- reading ---------------------------------------------------------------------------------- */

/* May this item be read now? */
static bool tail_wants(const struct roster_item *item, int64_t now_ms)
{
	if (item->looked_ms == 0)
		return false;
	return item->trouble <= ROSTER_UNTRIMMED ||
	       (item->trouble == ROSTER_GAP && now_ms >= item->read_ms);
}

/* Puts XREAD together; returns the number of its words, 0 when there is nothing to read. */
static size_t tail_ask(struct tail *tail, int64_t now_ms, char count[NUMBER_BYTES],
		       char wait[NUMBER_BYTES])
{
	size_t used = 6;

	tail->item_count = 0;
	for (size_t i = 0; i < roster_count(tail->roster); i++) {
		struct roster_item *item = roster_at(tail->roster, i);

		if (tail_wants(item, now_ms))
			tail->items[tail->item_count++] = item;
	}
	if (tail->item_count == 0)
		return 0;
	snprintf(count, NUMBER_BYTES, "%" PRId64, tail->entries);
	snprintf(wait, NUMBER_BYTES, "%" PRId64, tail->settings.poll_ms);
	tail->words[0] = redis_word_of("XREAD");
	tail->words[1] = redis_word_of("COUNT");
	tail->words[2] = redis_word_of(count);
	tail->words[3] = redis_word_of("BLOCK");
	tail->words[4] = redis_word_of(wait);
	tail->words[5] = redis_word_of("STREAMS");
	for (size_t i = 0; i < tail->item_count; i++) {
		size_t size = keys_name(tail->keys[i], tail->items[i]->name, KEYS_EVENTS);

		tail->words[used++] = (struct redis_word){ tail->keys[i], size };
	}
	for (size_t i = 0; i < tail->item_count; i++) {
		snprintf(tail->ids[i], NUMBER_BYTES, "%" PRId64 "-0", tail->items[i]->state.seq);
		tail->words[used++] = redis_word_of(tail->ids[i]);
	}
	return used;
}

/* The seq of an entry's id; -1 when no script gave it. */
static int64_t tail_read_id(struct redis_word id)
{
	if (id.size < 3 || memcmp(id.text + id.size - 2, "-0", 2) != 0)
		return -1;
	return keys_count_read(id.text, id.size - 2);
}

/* One event: the field must be its number, the value is "kind|words". */
static void tail_take_event(struct tail *tail, struct roster_item *item, int64_t seq,
			    struct redis_word field, struct redis_word value)
{
	struct events_text kind = { "?", 1 }, words = { value.text ? value.text : "", value.size };
	const char *bar = value.size > 0 ? memchr(value.text, '|', value.size) : NULL;

	if (bar && keys_count_read(field.text, field.size) == seq) {
		kind = (struct events_text){ value.text, (size_t)(bar - value.text) };
		words = (struct events_text){ bar + 1, value.size - kind.size - 1 };
	}
	book_add(tail->book, item, seq, kind, words);
}

/* One entry; false when the item is in trouble and nothing more of it is to be read. */
static bool tail_take_entry(struct tail *tail, struct roster_item *item,
			    const struct redis_reply *entry)
{
	struct redis_word id = redis_reply_text(redis_reply_at(entry, 0));
	const struct redis_reply *fields = redis_reply_at(entry, 1);
	int64_t last = tail_read_id(id);
	size_t count = redis_reply_count(fields) / 2;

	if (last < 0 || count == 0 || (int64_t)count > last) {
		roster_set_trouble(item, ROSTER_GAP,
				   "not recorded: no script wrote the entry %.40s of its stream",
				   id.text ? id.text : "?");
		return false;
	}
	for (size_t i = 0; i < count; i++)
		tail_take_event(tail, item, last - (int64_t)count + 1 + (int64_t)i,
				redis_reply_text(redis_reply_at(fields, 2 * i)),
				redis_reply_text(redis_reply_at(fields, 2 * i + 1)));
	return true;
}

static int64_t tail_clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

const struct histogram *tail_latency(const struct tail *tail)
{
	return &tail->latency;
}

/* Writes the batch when it is large enough, or at the end of what was read. */
static enum db_result tail_write(struct tail *tail, struct db *db, bool is_end)
{
	if (!is_end && (int64_t)book_size(tail->book) < tail->settings.batch_max)
		return DB_DONE;
	if (book_size(tail->book) == 0)
		return DB_DONE;
	int64_t start_us = tail_clock_us();
	enum db_result result = book_write(tail->book, db);

	if (result == DB_DONE)
		histogram_add(&tail->latency, tail_clock_us() - start_us);
	return result;
}

static enum db_result tail_take_stream(struct tail *tail, struct db *db, struct roster_item *item,
				       const struct redis_reply *entries, size_t *events)
{
	enum db_result result = DB_DONE;
	enum roster_trouble before = item->trouble;

	for (size_t i = 0; i < redis_reply_count(entries) && result == DB_DONE; i++) {
		size_t size = book_size(tail->book);

		if (!tail_take_entry(tail, item, redis_reply_at(entries, i)))
			break;
		*events += book_size(tail->book) - size;
		result = tail_write(tail, db, false);
		if (item->trouble != before) /* a gap: the rest lies behind it */
			break;
	}
	return result;
}

/* The item of a stream in the answer; streams come in the order in which they were asked for. */
static struct roster_item *tail_item_of(struct tail *tail, struct redis_word key, size_t *place)
{
	for (; *place < tail->item_count; (*place)++) {
		if (strlen(tail->keys[*place]) == key.size &&
		    memcmp(tail->keys[*place], key.text, key.size) == 0)
			return tail->items[*place];
	}
	return NULL;
}

/* As many entries next time as would have made one batch this time. */
static void tail_learn(struct tail *tail, size_t entries, size_t events)
{
	int64_t most = tail->settings.batch_max;

	if ((int64_t)events >= 2 * most)
		tail->entries /= 2;
	else if ((int64_t)events < most && (int64_t)entries >= tail->entries)
		tail->entries *= 2;
	if (tail->entries < ENTRIES_LEAST)
		tail->entries = ENTRIES_LEAST;
	if (tail->entries > most && most >= ENTRIES_LEAST)
		tail->entries = most;
}

static enum db_result tail_take_answer(struct tail *tail, struct db *db,
				       const struct redis_reply *reply, size_t *events)
{
	size_t place = 0, entries = 0;
	enum db_result result = DB_DONE;

	for (size_t i = 0; i < redis_reply_count(reply) && result == DB_DONE; i++) {
		const struct redis_reply *stream = redis_reply_at(reply, i);
		struct redis_word key = redis_reply_text(redis_reply_at(stream, 0));
		struct roster_item *item = tail_item_of(tail, key, &place);

		if (!item)
			break;
		entries += redis_reply_count(redis_reply_at(stream, 1));
		result = tail_take_stream(tail, db, item, redis_reply_at(stream, 1), events);
	}
	if (result == DB_DONE)
		result = tail_write(tail, db, true);
	tail_learn(tail, entries, *events);
	return result;
}

struct tail_turn tail_read(struct tail *tail, struct db *db, int64_t now_ms)
{
	struct tail_turn turn = { REDIS_ANSWERED, DB_DONE, 0, false };
	char count[NUMBER_BYTES], wait[NUMBER_BYTES];
	size_t words = tail_ask(tail, now_ms, count, wait);
	struct redis_reply *reply;

	if (words == 0)
		return turn;
	turn.has_asked = true;
	turn.redis = redis_command(tail->redis, tail->words, words,
				   (uint32_t)tail->settings.poll_ms, &reply);
	if (turn.redis == REDIS_ANSWERED)
		turn.sql = tail_take_answer(tail, db, reply, &turn.events);
	book_drop(tail->book); /* nothing of it may outlive the reply */
	redis_reply_free(reply);
	for (size_t i = 0; i < tail->item_count; i++) {
		if (tail->items[i]->trouble != ROSTER_WELL)
			tail->items[i]->read_ms = now_ms + TROUBLE_MS;
	}
	if (turn.redis == REDIS_FAULTY) { /* a key is no stream: a look tells which */
		roster_forget_looks(tail->roster);
		turn.redis = REDIS_ANSWERED;
	}
	return turn;
}
