/*
 * rush_tally.c - see rush_tally.h for what is counted and what always holds.
 */
#include "bench/rush_tally.h"

#include <assert.h>
#include <string.h>

static bool kind_is(const struct tally_kind *kind, int status, const char *word, size_t len)
{
	return kind->status == status && strlen(kind->reason) == len &&
	       memcmp(kind->reason, word, len) == 0;
}

static void count_kind(struct tally *t, const struct answer *answer)
{
	const char *word = answer->reason.at ? answer->reason.at : "-";
	size_t len = answer->reason.at ? answer->reason.len : 1;
	if (len >= TALLY_WORD_BYTES)
		len = TALLY_WORD_BYTES - 1;
	for (unsigned i = 0; i < t->kinds_len; i++) {
		if (kind_is(&t->kinds[i], answer->status, word, len)) {
			t->kinds[i].answers++;
			return;
		}
	}
	if (t->kinds_len == TALLY_KINDS_MAX) {
		t->kinds_overflow++;
		return;
	}
	struct tally_kind *kind = &t->kinds[t->kinds_len++];
	kind->status = answer->status;
	kind->answers = 1;
	memcpy(kind->reason, word, len);
}

void tally_count_answer(struct tally *t, const struct answer *answer, uint64_t latency_ns)
{
	if (t->answers == 0 || answer->body.len < t->body_bytes_min)
		t->body_bytes_min = answer->body.len;
	if (answer->body.len > t->body_bytes_max)
		t->body_bytes_max = answer->body.len;
	t->answers++;
	count_kind(t, answer);
	histogram_record_ns(t->latency, latency_ns);
}

static bool slice_is(struct answer_slice slice, const char *word)
{
	return slice.len == strlen(word) && memcmp(slice.at, word, slice.len) == 0;
}

bool tally_is_sold(const struct answer *answer)
{
	if (answer->status != 200 || !answer->reason.at)
		return false;
	return slice_is(answer->reason, "ACCEPTED") || slice_is(answer->reason, "REPEATED");
}

uint64_t tally_find(const struct tally *t, int status, const char *reason)
{
	for (unsigned i = 0; i < t->kinds_len; i++) {
		if (kind_is(&t->kinds[i], status, reason, strlen(reason)))
			return t->kinds[i].answers;
	}
	return 0;
}

bool tally_is_clean(const struct tally *t)
{
	uint64_t good = 0;
	for (unsigned i = 0; i < t->kinds_len; i++) {
		if (t->kinds[i].status == 200)
			good += t->kinds[i].answers;
	}
	/* Not `>=`: more good answers than requests would be a fault of its own. */
	return t->settled == t->requests && good == t->requests;
}

void tally_check(const struct tally *t)
{
	uint64_t ended = t->answers + t->broken + t->timed_out + t->malformed + t->abandoned;
	assert(t->attempts == ended + t->open);
	assert(t->answers == histogram_count(t->latency));
	assert(t->asked <= t->requests && t->settled <= t->asked && t->sold <= t->settled);
	uint64_t kinds = t->kinds_overflow;
	for (unsigned i = 0; i < t->kinds_len; i++)
		kinds += t->kinds[i].answers;
	assert(kinds == t->answers);
}
