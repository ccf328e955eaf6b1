/*
 * beat.c - heartbeats as texts; see beat.h.
 */
#include "node/beat.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/keys.h"

static const char *const gate_words[BEAT_GATES] = {
	[BEAT_OPEN] = "open",
	[BEAT_WAITING] = "waiting",
	[BEAT_SOLD_OUT] = "sold_out",
};

const char *beat_gate_word(enum beat_gate gate)
{
	return gate_words[gate];
}

/* -- writing ----------------------------------------------------------------------------------- */

/* A note that is being written; `used` goes beyond the room when it does not fit. */
struct note {
	char *text;
	size_t used;
};

static void note_add(struct note *note, const char *before, const char *word, uint64_t number)
{
	size_t room = note->used < BEAT_NOTE_BYTES ? BEAT_NOTE_BYTES - note->used : 0;

	note->used += (size_t)snprintf(room ? note->text + note->used : NULL, room, "%s%s%" PRIu64,
				       before, word, number);
}

/* |latency|answers|unknown */
static void note_add_tally(struct note *note, const struct tally *tally)
{
	const struct histogram *latency = &tally->purchase;
	const char *before = "|";
	uint32_t last = latency->bound_count;
	char word[32];

	while (last > 0 && latency->counts[last] == 0)
		last--;
	for (uint32_t i = 0; i <= last; i++, before = ",")
		note_add(note, before, "", latency->counts[i]);
	before = "|";
	for (int i = 0; i < OUTCOMES; i++) {
		if (i > 0 && tally->answers[i] == 0) /* the first stands always */
			continue;
		snprintf(word, sizeof(word),
			 "%s:", purchase_outcome_word((enum purchase_outcome)i));
		note_add(note, before, word, tally->answers[i]);
		before = ",";
	}
	note_add(note, "|", "", tally->redis_unknowns);
}

size_t beat_write_note(char into[BEAT_NOTE_BYTES], int64_t tokens, enum beat_gate gate,
		       const struct tally *tally)
{
	int size = snprintf(into, BEAT_NOTE_BYTES, "%" PRId64 "|%s", tokens, gate_words[gate]);
	struct note note = { into, (size_t)size };

	if (tally)
		note_add_tally(&note, tally);
	if (note.used >= BEAT_NOTE_BYTES) {
		into[size] = '\0';
		return (size_t)size;
	}
	return note.used;
}

/* -- reading ----------------------------------------------------------------------------------- */

struct rest {
	const char *at;
	size_t size;
};

/* The part before the next `mark`, which goes; false when there is nothing left. */
static bool rest_cut(struct rest *rest, char mark, struct rest *part)
{
	const char *end;

	if (!rest->at)
		return false;
	end = memchr(rest->at, mark, rest->size);
	*part = (struct rest){ rest->at, end ? (size_t)(end - rest->at) : rest->size };
	rest->size -= part->size + (end ? 1 : 0);
	rest->at = end ? end + 1 : NULL;
	return true;
}

/* The next `count` parts between `|` as numbers. */
static bool rest_numbers(struct rest *rest, int64_t *const *into, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct rest part;

		if (!rest_cut(rest, '|', &part))
			return false;
		*into[i] = keys_count_read(part.at, part.size);
		if (*into[i] < 0)
			return false;
	}
	return true;
}

static bool rest_latency(struct rest *rest, struct beat *beat)
{
	struct rest list, part;

	if (!rest_cut(rest, '|', &list))
		return false;
	for (int i = 0; rest_cut(&list, ',', &part); i++) {
		int64_t count = keys_count_read(part.at, part.size);

		if (count < 0 || i > HISTOGRAM_BOUNDS_MAX)
			return false;
		beat->latency[i] = (uint64_t)count;
	}
	return true;
}

/* A word that this version does not know is passed over. */
static bool rest_answers(struct rest *rest, struct beat *beat)
{
	struct rest list, part, word;

	if (!rest_cut(rest, '|', &list))
		return false;
	while (rest_cut(&list, ',', &part)) {
		int64_t count;

		rest_cut(&part, ':', &word);
		count = part.at ? keys_count_read(part.at, part.size) : -1;
		if (count < 0)
			return false;
		for (int i = 0; i < OUTCOMES; i++) {
			const char *known = purchase_outcome_word((enum purchase_outcome)i);

			if (strlen(known) == word.size && memcmp(known, word.at, word.size) == 0)
				beat->answers[i] = (uint64_t)count;
		}
	}
	return true;
}

static bool rest_gate(struct rest *rest, enum beat_gate *gate)
{
	struct rest part;

	if (!rest_cut(rest, '|', &part))
		return false;
	for (int i = 0; i < BEAT_GATES; i++) {
		if (strlen(gate_words[i]) == part.size &&
		    memcmp(gate_words[i], part.at, part.size) == 0) {
			*gate = (enum beat_gate)i;
			return true;
		}
	}
	return false;
}

bool beat_read(const char *text, size_t size, struct beat *beat)
{
	struct rest rest = { text, size };
	int64_t *const first[] = { &beat->weight, &beat->at_ms, &beat->requests, &beat->orders };
	int64_t *const tokens[] = { &beat->tokens }, *const unknown[] = { &beat->unknown };

	memset(beat, 0, sizeof(*beat));
	beat->gate = BEAT_WAITING;
	if (!rest_numbers(&rest, first, 4))
		return false;
	if (!rest.at)
		return true;
	if (!rest_numbers(&rest, tokens, 1) || !rest_gate(&rest, &beat->gate))
		return false;
	beat->is_node = rest.at != NULL;
	if (!beat->is_node)
		return true;
	return rest_latency(&rest, beat) && rest_answers(&rest, beat) &&
	       rest_numbers(&rest, unknown, 1);
}

bool beat_read_ledger(const char *text, size_t size, struct beat_ledger *beat)
{
	struct rest rest = { text, size };
	int64_t nothing;
	int64_t *const all[] = { &nothing,     &beat->at_ms, &beat->seq,  &beat->epoch,
				 &beat->total, &beat->held,  &beat->paid, &beat->outside };

	return rest_numbers(&rest, all, sizeof(all) / sizeof(all[0]));
}
