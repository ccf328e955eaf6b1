/*
 * test_events_form.c - events taken apart: every word of every kind, and what is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/events_log.h"

/* A good example of each kind; every number differs, so that a swap shows. */
static const char *const examples[EVENTS_KINDS] = {
	[EVENTS_OPENED] = "11|12|13|14",
	[EVENTS_RESTOCKED] = "11|12|13|-15",
	[EVENTS_ALTERED] = "11|12|late_pay|retake",
	[EVENTS_CREATED] = "11|12|16|17|18|ann@b|key:1~x",
	[EVENTS_PAID] = "11|12|19|16|t.1|17",
	[EVENTS_EXPIRED] = "11|12|19|16",
	[EVENTS_CANCELLED] = "11|12|19|16",
	[EVENTS_DUE] = "11|12|19|0|t.1|17",
	[EVENTS_REFUNDED] = "11|12|19|16|t.1|17",
	[EVENTS_REBUILT] = "11|12|20",
};

static const char *parse(enum events_kind kind, const char *words, struct events_event *event)
{
	const char *why = NULL;
	bool good = events_parse(99, text_of(events_kind_word(kind)), text_of(words), event, &why);

	assert_int_equal(good, why == NULL);
	return why;
}

static void assert_text(struct events_text text, const char *expected)
{
	assert_int_equal(text.size, strlen(expected));
	assert_memory_equal(text.at, expected, text.size);
}

static void every_word_is_found_in_its_place(void **state)
{
	struct events_event e[EVENTS_KINDS];

	(void)state;
	for (int kind = 0; kind < EVENTS_KINDS; kind++) {
		assert_null(parse((enum events_kind)kind, examples[kind], &e[kind]));
		assert_int_equal(e[kind].kind, kind);
		assert_int_equal(e[kind].seq, 99);
		assert_int_equal(e[kind].epoch, 11);
		assert_int_equal(e[kind].at_ms, 12);
	}
	assert_int_equal(e[EVENTS_OPENED].total, 13);
	assert_int_equal(e[EVENTS_OPENED].outside, 14);
	assert_int_equal(e[EVENTS_RESTOCKED].total, 13);
	assert_int_equal(e[EVENTS_RESTOCKED].delta, -15);
	assert_text(e[EVENTS_ALTERED].field, "late_pay");
	assert_text(e[EVENTS_ALTERED].value, "retake");
	assert_int_equal(e[EVENTS_CREATED].order, 99);
	assert_int_equal(e[EVENTS_CREATED].units, 16);
	assert_int_equal(e[EVENTS_CREATED].amount, 17);
	assert_int_equal(e[EVENTS_CREATED].deadline_ms, 18);
	assert_text(e[EVENTS_CREATED].user, "ann@b");
	assert_text(e[EVENTS_CREATED].key, "key:1~x");
	assert_int_equal(e[EVENTS_EXPIRED].order, 19);
	assert_int_equal(e[EVENTS_EXPIRED].units, 16);
	assert_int_equal(e[EVENTS_REFUNDED].order, 19);
	assert_int_equal(e[EVENTS_REFUNDED].units, 16);
	assert_int_equal(e[EVENTS_REFUNDED].amount, 17);
	assert_text(e[EVENTS_REFUNDED].txn, "t.1");
	assert_int_equal(e[EVENTS_REBUILT].from, 20);
}

static void one_word_more_or_fewer_is_refused(void **state)
{
	struct events_event event;
	char words[100];

	(void)state;
	for (int kind = 0; kind < EVENTS_KINDS; kind++) {
		const char *last = strrchr(examples[kind], '|');

		snprintf(words, sizeof(words), "%s|1", examples[kind]);
		assert_string_equal(parse((enum events_kind)kind, words, &event),
				    "more words than its kind has");
		snprintf(words, sizeof(words), "%s|", examples[kind]);
		assert_non_null(parse((enum events_kind)kind, words, &event));
		snprintf(words, sizeof(words), "%.*s", (int)(last - examples[kind]),
			 examples[kind]);
		assert_string_equal(parse((enum events_kind)kind, words, &event),
				    "fewer words than its kind has");
		assert_non_null(parse((enum events_kind)kind, "", &event));
	}
}

/* Puts `word` in the place of the `place`-th word of the kind's example; false: it has none. */
static bool replace(char into[200], enum events_kind kind, int place, const char *word)
{
	const char *at = examples[kind];

	for (int i = 0; i < place; i++) {
		at = strchr(at, '|');
		if (at == NULL)
			return false;
		at++;
	}
	snprintf(into, 200, "%.*s%s%s", (int)(at - examples[kind]), examples[kind], word,
		 at + strcspn(at, "|"));
	return true;
}

/* Whether the word of the example is digits (perhaps with a sign), so a count. */
static bool is_count(enum events_kind kind, int place)
{
	const char *at = examples[kind];

	for (int i = 0; i < place; i++)
		at = strchr(at, '|') + 1;
	return strspn(at, "-0123456789") == strcspn(at, "|");
}

/* Tries good and bad counts in one place. */
static void try_counts(enum events_kind kind, int place)
{
	static const char *const bad[] = { "",    " 1",  "1 ",  "+1",  "-0",
					   "01",  "00",  "1.0", "-",   "1e3",
					   "0x1", "nan", "--1", "1\n", "1000000000000000" };
	struct events_event event;
	char words[200];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		replace(words, kind, place, bad[i]);
		if (!parse(kind, words, &event))
			fail_msg("taken: %s", words);
	}
	replace(words, kind, place, "1");
	assert_null(parse(kind, words, &event));
	replace(words, kind, place, "999999999999999");
	assert_null(parse(kind, words, &event));
}

static void every_count_is_plain_digits(void **state)
{
	char words[200];
	int tried = 0;

	(void)state;
	for (int kind = 0; kind < EVENTS_KINDS; kind++) {
		for (int place = 0; replace(words, (enum events_kind)kind, place, "1"); place++) {
			if (!is_count((enum events_kind)kind, place))
				continue;
			try_counts((enum events_kind)kind, place);
			tried++;
		}
	}
	assert_int_equal(tried, 4 + 4 + 2 + 5 + 5 + 4 + 4 + 5 + 5 + 3);
}

static void only_a_delta_may_be_negative(void **state)
{
	struct events_event event;

	(void)state;
	assert_null(parse(EVENTS_RESTOCKED, "1|2|3|-4", &event));
	assert_int_equal(event.delta, -4);
	assert_non_null(parse(EVENTS_RESTOCKED, "1|2|-3|4", &event));
	assert_non_null(parse(EVENTS_OPENED, "1|2|3|-4", &event));
	assert_non_null(parse(EVENTS_CREATED, "1|2|-3|4|5||k", &event));
}

static void an_order_has_a_number_from_one_up(void **state)
{
	struct events_event event;

	(void)state;
	assert_non_null(parse(EVENTS_PAID, "1|2|0|1|t|1", &event));
	assert_non_null(parse(EVENTS_EXPIRED, "1|2|0|1", &event));
	assert_null(parse(EVENTS_EXPIRED, "1|2|1|1", &event));
}

static void texts_are_what_they_may_be(void **state)
{
	char words[200], longest[70];
	struct events_event event;

	(void)state;
	assert_null(parse(EVENTS_CREATED, "1|2|3|4|5||k", &event));
	assert_int_equal(event.user.size, 0);
	assert_string_equal(parse(EVENTS_CREATED, "1|2|3|4|5|a b|k", &event), "no user name");
	assert_string_equal(parse(EVENTS_CREATED, "1|2|3|4|5|ann|", &event), "no idempotency key");
	assert_string_equal(parse(EVENTS_CREATED, "1|2|3|4|5|ann|\x01", &event),
			    "no idempotency key");
	assert_string_equal(parse(EVENTS_PAID, "1|2|3|4||5", &event), "no payment's id");
	assert_string_equal(parse(EVENTS_DUE, "1|2|3|0|a'b|5", &event), "no payment's id");
	assert_string_equal(parse(EVENTS_ALTERED, "1|2||x", &event), "no field's name");
	assert_string_equal(parse(EVENTS_ALTERED, "1|2|price|", &event), "no field's value");
	memset(longest, 'a', 64);
	longest[64] = '\0';
	snprintf(words, sizeof(words), "1|2|3|4|5|%s|%s", longest, longest);
	assert_null(parse(EVENTS_CREATED, words, &event));
	longest[64] = 'a';
	longest[65] = '\0';
	snprintf(words, sizeof(words), "1|2|3|4|5||%s", longest);
	assert_non_null(parse(EVENTS_CREATED, words, &event));
	snprintf(words, sizeof(words), "1|2|3|4|%s|5", longest);
	assert_non_null(parse(EVENTS_PAID, words, &event));
}

static void other_names_are_no_kinds(void **state)
{
	static const char *const names[] = { "", "Opened", "open", "openedx", "created ", "x" };
	struct events_event event;
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_false(events_parse(1, text_of(names[i]), text_of("1|2|3|4"), &event, &why));
		assert_string_equal(why, "no event has this name");
	}
}

static void a_text_is_not_read_beyond_its_size(void **state)
{
	struct events_event event;
	const char *why;

	(void)state;
	assert_true(events_parse(1, (struct events_text){ "openedX", 6 },
				 (struct events_text){ "1|2|3|45", 7 }, &event, &why));
	assert_int_equal(event.outside, 4);
	assert_true(events_parse(1, text_of("created"),
				 (struct events_text){ "1|2|3|4|5||key|x", 14 }, &event, &why));
	assert_false(
		events_parse(1, text_of("opened"), (struct events_text){ NULL, 0 }, &event, &why));
	assert_false(
		events_parse(1, (struct events_text){ "", 0 }, text_of("1|2|3|4"), &event, &why));
}

static void six_kinds_are_about_an_order(void **state)
{
	(void)state;
	for (int kind = 0; kind < EVENTS_KINDS; kind++) {
		struct events_event event;
		bool expected = kind >= EVENTS_CREATED && kind <= EVENTS_REFUNDED;

		assert_null(parse((enum events_kind)kind, examples[kind], &event));
		assert_int_equal(events_is_about_order(&event), expected);
	}
}

static void states_have_words_and_words_have_states(void **state)
{
	static const char *const words[EVENTS_STATES] = { "",        "held",      "paid",
							  "expired", "cancelled", "refunded" };
	enum events_state found;

	(void)state;
	for (int i = 0; i < EVENTS_STATES; i++) {
		assert_string_equal(events_state_word((enum events_state)i), words[i]);
		found = EVENTS_NO_ORDER;
		assert_int_equal(events_state_parse(words[i], strlen(words[i]), &found), i > 0);
		assert_int_equal(found, i);
	}
	found = EVENTS_IS_PAID;
	assert_false(events_state_parse("hel", 3, &found));
	assert_false(events_state_parse("heldx", 5, &found));
	assert_true(events_state_parse("heldx", 4, &found));
	assert_int_equal(found, EVENTS_HELD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_is_found_in_its_place),
		cmocka_unit_test(one_word_more_or_fewer_is_refused),
		cmocka_unit_test(every_count_is_plain_digits),
		cmocka_unit_test(only_a_delta_may_be_negative),
		cmocka_unit_test(an_order_has_a_number_from_one_up),
		cmocka_unit_test(texts_are_what_they_may_be),
		cmocka_unit_test(other_names_are_no_kinds),
		cmocka_unit_test(a_text_is_not_read_beyond_its_size),
		cmocka_unit_test(six_kinds_are_about_an_order),
		cmocka_unit_test(states_have_words_and_words_have_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
