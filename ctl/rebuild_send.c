/*
 * rebuild_send.c - the steps of rebuild.lua; see rebuild_parts.h.
 *
 * Every step may be asked again: pairs are set, not added up, and a finish that was done says so.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/xmalloc.h"
#include "ctl/rebuild_parts.h"
#include "ctl/say.h"

enum { PAIRS_MAX = 500, DIGITS_BYTES = 24, COUNTS = 6, BATCH_BYTES = 1 << 16 };

static struct redis_word number_word(char into[DIGITS_BYTES], int64_t number)
{
	int size = snprintf(into, DIGITS_BYTES, "%" PRId64, number);

	return (struct redis_word){ into, (size_t)size };
}

static bool is_word(const struct answer *answer, const char *word)
{
	return redis_reply_is(redis_reply_at(answer->reply, 0), word);
}

static int64_t number_at(const struct answer *answer, size_t i)
{
	return redis_reply_number(redis_reply_at(answer->reply, i));
}

/* Says what the script has against a step, when it is nothing that passes. */
static enum rebuild_result refuse(const struct rebuild *rebuild, const struct answer *answer,
				  enum verdict *verdict)
{
	const char *item = rebuild->audit.item;
	const char *word = redis_reply_text(redis_reply_at(answer->reply, 0)).text;
	const char *name = redis_reply_text(redis_reply_at(answer->reply, 1)).text;

	if (is_word(answer, "WRONG_TOKEN")) {
		say("%s: another rebuild has begun after this one, and goes on", item);
		*verdict = VERDICT_NO;
		return REBUILD_REFUSED;
	}
	if (is_word(answer, "BEHIND"))
		return REBUILD_AGAIN;
	/* "TOO_LOW", "BAD_FIELD", "BAD_VALUE": the ledger holds what no item can be made from. */
	say("%s: the script refuses what the ledger holds: %s %s", item, word == NULL ? "?" : word,
	    name == NULL ? "" : name);
	*verdict = VERDICT_NO;
	return REBUILD_REFUSED;
}

/* Asks a step that must be answered by `good`. */
static enum rebuild_result step(struct rebuild *rebuild, const struct redis_word *words,
				size_t count, const char *good, enum verdict *verdict)
{
	enum rebuild_result result = REBUILD_DONE;
	struct answer answer;

	if (interrupt_has_come(rebuild->interrupt))
		return REBUILD_STOPPED;
	*verdict = ask_plain(rebuild->tools, "rebuild", rebuild->audit.item, words, count, &answer);
	if (*verdict != VERDICT_DONE)
		return REBUILD_REFUSED;
	if (!is_word(&answer, good))
		result = refuse(rebuild, &answer, verdict);
	ask_end(&answer);
	return result;
}

enum rebuild_result rebuild_begin(struct rebuild *rebuild, bool insist, enum verdict *verdict)
{
	char digits[DIGITS_BYTES];
	const struct redis_word words[] = {
		redis_word_of("begin"),
		redis_word_of(rebuild->token),
		number_word(digits, rebuild->from),
		redis_word_of("insist"),
	};
	enum rebuild_result result = REBUILD_DONE;
	struct answer answer;

	*verdict = ask_plain(rebuild->tools, "rebuild", rebuild->audit.item, words, insist ? 4 : 3,
			     &answer);
	if (*verdict != VERDICT_DONE)
		return REBUILD_REFUSED;
	if (is_word(&answer, "BEGUN"))
		rebuild->highest = number_at(&answer, 1);
	else if (is_word(&answer, "UNRECORDED"))
		result = REBUILD_AGAIN;
	else
		result = refuse(rebuild, &answer, verdict);
	ask_end(&answer);
	return result;
}

enum rebuild_result rebuild_finish(struct rebuild *rebuild, int64_t seq,
				   const struct rebuild_rules *rules, enum verdict *verdict)
{
	const struct events_item *item = book_item(rebuild->audit.book);
	const struct {
		const char *field;
		int64_t number;
	} counts[COUNTS] = {
		{ "ticket_total_nums", item->total },
		{ "ticket_sold_nums", item->held + item->paid + item->outside },
		{ "paid_nums", item->paid },
		{ "outside_nums", item->outside },
		{ "epoch", item->epoch },
		{ "last_ms", item->last_ms },
	};
	char digits[2 + COUNTS][DIGITS_BYTES];
	struct redis_word words[4 + 2 * (COUNTS + REBUILD_RULES_MAX)];
	size_t count = 0;

	words[count++] = redis_word_of("finish");
	words[count++] = redis_word_of(rebuild->token);
	words[count++] = number_word(digits[COUNTS], rebuild->from);
	words[count++] = number_word(digits[COUNTS + 1], seq);
	for (size_t i = 0; i < COUNTS; i++) {
		words[count++] = redis_word_of(counts[i].field);
		words[count++] = number_word(digits[i], counts[i].number);
	}
	for (size_t i = 0; i < rules->count; i++) {
		words[count++] = redis_word_of(rules->fields[i]);
		words[count++] = redis_word_of(rules->values[i]);
	}
	return step(rebuild, words, count, "OK", verdict); /* a view, then "REBUILT" */
}

static void keep(struct rebuild_batch *batch, const char *text)
{
	size_t size = strlen(text) + 1;

	if (batch->used + size > batch->room) {
		batch->room = 2 * batch->room + BATCH_BYTES;
		batch->text = xrealloc(batch->text, batch->room);
	}
	memcpy(batch->text + batch->used, text, size);
	batch->used += size;
}

enum rebuild_result rebuild_add(struct rebuild *rebuild, struct rebuild_batch *batch,
				const char *field, const char *value, enum verdict *verdict)
{
	if (batch->ends == NULL)
		batch->ends = xcalloc(2 * PAIRS_MAX, sizeof(*batch->ends));
	keep(batch, field);
	batch->ends[2 * batch->count] = batch->used;
	keep(batch, value);
	batch->ends[2 * batch->count + 1] = batch->used;
	batch->count++;
	return batch->count == PAIRS_MAX ? rebuild_flush(rebuild, batch, verdict) : REBUILD_DONE;
}

enum rebuild_result rebuild_flush(struct rebuild *rebuild, struct rebuild_batch *batch,
				  enum verdict *verdict)
{
	struct redis_word words[2 + 2 * PAIRS_MAX];
	enum rebuild_result result = REBUILD_DONE;
	size_t start = 0;

	words[0] = redis_word_of(batch->part);
	words[1] = redis_word_of(rebuild->token);
	for (size_t i = 0; i < 2 * batch->count; i++) {
		words[2 + i] =
			(struct redis_word){ batch->text + start, batch->ends[i] - start - 1 };
		start = batch->ends[i];
	}
	if (batch->count > 0)
		result = step(rebuild, words, 2 + 2 * batch->count, "ADDED", verdict);
	batch->count = batch->used = 0;
	return result;
}

void rebuild_batch_end(struct rebuild_batch *batch)
{
	free(batch->ends);
	free(batch->text);
	*batch = (struct rebuild_batch){ .part = batch->part };
}
