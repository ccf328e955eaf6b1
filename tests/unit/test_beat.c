/*
 * test_beat.c - a node's heartbeat is read as it was written, and nothing else is one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "node/beat.h"

/* An entry as sync.lua writes it: the first four parts, then the note. */
static bool read_back(const char *note, struct beat *beat)
{
	char entry[600];
	int size = snprintf(entry, sizeof(entry), "4|1763814000123|17|3|%s", note);

	return beat_read(entry, (size_t)size, beat);
}

static void what_was_written_is_read(void **state)
{
	char note[BEAT_NOTE_BYTES];
	struct tally tally;
	struct beat beat;

	(void)state;
	tally_open(&tally);
	tally_answer(&tally, OUTCOME_ACCEPTED, 90);
	tally_answer(&tally, OUTCOME_HELD, 900);
	tally_answer(&tally, OUTCOME_HELD, 9000000);
	tally.redis_unknowns = 5;
	size_t size = beat_write_note(note, 42, BEAT_OPEN, &tally);
	assert_int_equal(size, strlen(note));
	assert_true(read_back(note, &beat));
	assert_int_equal(beat.weight, 4);
	assert_int_equal(beat.at_ms, 1763814000123);
	assert_int_equal(beat.requests, 17);
	assert_int_equal(beat.orders, 3);
	assert_int_equal(beat.tokens, 42);
	assert_int_equal(beat.gate, BEAT_OPEN);
	assert_true(beat.is_node);
	assert_int_equal(beat.latency[0], 1);
	assert_int_equal(beat.latency[3], 1);
	assert_int_equal(beat.latency[15], 1);
	assert_int_equal(beat.answers[OUTCOME_ACCEPTED], 1);
	assert_int_equal(beat.answers[OUTCOME_HELD], 2);
	assert_int_equal(beat.unknown, 5);
}

static void an_item_that_does_not_speak_for_the_node_has_tokens_and_gate_only(void **state)
{
	char note[BEAT_NOTE_BYTES];
	struct beat beat;

	(void)state;
	beat_write_note(note, 0, BEAT_SOLD_OUT, NULL);
	assert_string_equal(note, "0|sold_out");
	assert_true(read_back(note, &beat));
	assert_int_equal(beat.gate, BEAT_SOLD_OUT);
	assert_false(beat.is_node);
}

static void a_tally_that_does_not_fit_is_left_out(void **state)
{
	char note[BEAT_NOTE_BYTES];
	struct tally tally;

	(void)state;
	tally_open(&tally);
	for (int i = 0; i < 16; i++)
		tally.purchase.counts[i] = UINT64_MAX / 2;
	for (int i = 0; i < OUTCOMES; i++)
		tally.answers[i] = UINT64_MAX / 2;
	assert_int_equal(beat_write_note(note, 7, BEAT_WAITING, &tally), 9);
	assert_string_equal(note, "7|waiting");
}

static void an_entry_of_the_first_version_is_one(void **state)
{
	struct beat beat;

	(void)state;
	assert_true(beat_read("1|2|3|4", 7, &beat));
	assert_int_equal(beat.orders, 4);
	assert_int_equal(beat.gate, BEAT_WAITING);
}

static void what_somebody_typed_is_none(void **state)
{
	static const char *const texts[] = {
		"",
		"garbage",
		"1|2|3",
		"1|2|3|x",
		"1|2|3|4|5",
		"1|2|3|4|5|shut",
		"1|2|3|4|-5|open",
		"1|2|3|4|5|open|",
		"|2|3|4",
		"1|2|3|4|5|open|1|",
		"1|2|3|4|5|open|a|ACCEPTED:1|0",
		"1|2|3|4|5|open|1|ACCEPTED:x|0",
		"1|2|3|4|5|open|1|ACCEPTED|0",
		"1|2|3|4|5|open|1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17|ACCEPTED:1|0",
	};
	struct beat beat;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(beat_read(texts[i], strlen(texts[i]), &beat));
}

static void the_ledgers_entry_has_its_own_form(void **state)
{
	static const char good[] = "0|1763814000123|31|1|100|20|9|1";
	struct beat_ledger beat;

	(void)state;
	assert_true(beat_read_ledger(good, sizeof(good) - 1, &beat));
	assert_int_equal(beat.at_ms, 1763814000123);
	assert_int_equal(beat.seq, 31);
	assert_int_equal(beat.outside, 1);
	assert_false(beat_read_ledger("0|1|2|3|4|5|6", 13, &beat));
	assert_false(beat_read_ledger("0|1|2|3|4|5|6|x", 15, &beat));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(an_item_that_does_not_speak_for_the_node_has_tokens_and_gate_only),
		cmocka_unit_test(a_tally_that_does_not_fit_is_left_out),
		cmocka_unit_test(an_entry_of_the_first_version_is_one),
		cmocka_unit_test(what_somebody_typed_is_none),
		cmocka_unit_test(the_ledgers_entry_has_its_own_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
