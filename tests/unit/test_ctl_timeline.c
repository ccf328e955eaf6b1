/*
 * test_ctl_timeline.c - what a report is counted in: timelines, traces, buckets of latency; and
 * how it writes numbers, spans and texts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/purchase.h"
#include "ctl/latency.h"
#include "ctl/markup.h"
#include "ctl/timeline.h"
#include "ctl/trace.h"
#include "ctl/words.h"

static int64_t sum(const struct timeline *timeline, size_t channel)
{
	int64_t all = 0;

	for (size_t i = 0; i < timeline_bins(timeline); i++)
		all += timeline_counts(timeline, i)[channel];
	return all;
}

static void a_timeline_keeps_each_count_in_its_bin(void **state)
{
	struct timeline *timeline = timeline_open(2);

	(void)state;
	assert_int_equal(timeline_bins(timeline), 0);
	timeline_add(timeline, 1000, 0, 3);
	timeline_add(timeline, 1009, 1, 4);
	timeline_add(timeline, 1035, 0, 5);
	timeline_add(timeline, 975, 1, 6); /* before the first */
	assert_int_equal(timeline_width_ms(timeline), 10);
	assert_int_equal(timeline_bins(timeline), 7);
	assert_int_equal(timeline_at_ms(timeline, 0), 970);
	assert_int_equal(timeline_counts(timeline, 0)[1], 6);
	assert_int_equal(timeline_counts(timeline, 3)[0], 3);
	assert_int_equal(timeline_counts(timeline, 3)[1], 4);
	assert_int_equal(timeline_counts(timeline, 6)[0], 5);
	assert_int_equal(timeline_counts(timeline, 5)[0], 0);
	timeline_close(timeline);
}

/* Times from a span of ten to the power of `digits` ms, in no order. */
static void fill(struct timeline *timeline, int digits, int64_t *least, int64_t *most)
{
	int64_t span = 1;
	uint64_t dice = 88172645463325252u;

	for (int i = 0; i < digits; i++)
		span *= 10;
	*least = INT64_MAX;
	*most = 0;
	for (int i = 0; i < 5000; i++) {
		dice ^= dice << 13;
		dice ^= dice >> 7;
		dice ^= dice << 17;
		int64_t at = 1700000000000 + (int64_t)(dice % (uint64_t)span);

		timeline_add(timeline, at, (size_t)i % 3, 1 + i % 2);
		*least = at < *least ? at : *least;
		*most = at > *most ? at : *most;
	}
}

static void a_timeline_of_any_span_loses_nothing_and_stays_small(void **state)
{
	(void)state;
	for (int digits = 1; digits < 16; digits++) {
		struct timeline *timeline = timeline_open(3);
		int64_t least, most;

		fill(timeline, digits, &least, &most);
		for (int turn = 0; turn < 2; turn++) {
			size_t bins = timeline_bins(timeline);

			assert_in_range(bins, 1, turn == 0 ? TIMELINE_BINS : 60);
			assert_int_equal(sum(timeline, 0) + sum(timeline, 1) + sum(timeline, 2),
					 7500);
			assert_true(timeline_at_ms(timeline, 0) <= least);
			assert_true(timeline_at_ms(timeline, 1) > least);
			assert_true(timeline_at_ms(timeline, bins) > most);
			assert_true(timeline_at_ms(timeline, bins - 1) <= most);
			timeline_coarsen(timeline, 60);
		}
		timeline_close(timeline);
	}
}

static void a_peak_is_what_any_second_held(void **state)
{
	struct timeline *timeline = timeline_open(2);

	(void)state;
	assert_int_equal(timeline_peak(timeline, 0, 2), 0);
	timeline_add(timeline, 1900, 0, 10);
	timeline_add(timeline, 2100, 1, 20); /* in another second of the clock, within one */
	timeline_add(timeline, 2900, 0, 5);  /* a second after the first */
	assert_int_equal(timeline_peak(timeline, 0, 2), 30);
	assert_int_equal(timeline_peak(timeline, 0, 1), 10);
	timeline_add(timeline, 2890, 0, 5);
	assert_int_equal(timeline_peak(timeline, 0, 1), 15);
	timeline_add(timeline, 8000000, 0, 50); /* bins of ten seconds now */
	assert_int_equal(timeline_peak(timeline, 0, 1), 5);
	timeline_close(timeline);
}

static void a_trace_keeps_the_newest_point_and_a_bound(void **state)
{
	struct trace *trace = calloc(1, sizeof(*trace));

	(void)state;
	for (int64_t i = 0; i < 100000; i++) {
		trace_add(trace, &(struct trace_point){ 5 + i * 3, { i, 2 * i, -i } });
		assert_int_equal(trace->points[trace->count - 1].values[0], i);
		assert_in_range(trace->count, 1, TRACE_POINTS);
	}
	assert_true(trace->count > TRACE_POINTS / 3);
	for (size_t i = 1; i < trace->count; i++)
		assert_true(trace->points[i - 1].at_ms < trace->points[i].at_ms);
	free(trace);
}

static void buckets_hold_their_times_within_a_sixteenth(void **state)
{
	(void)state;
	for (int64_t micros = 0; micros < 60000000; micros += 1 + micros / 97) {
		int64_t value = latency_value(latency_bucket(micros));

		assert_true(value >= micros);
		assert_true(16 * (value - micros) <= micros);
	}
	for (size_t i = 1; i < LATENCY_BUCKETS; i++)
		assert_int_equal(latency_bucket(latency_value(i)), i);
	assert_int_equal(latency_bucket(INT64_MAX), LATENCY_BUCKETS - 1);
}

static void a_percentile_is_one_of_the_counts(void **state)
{
	int64_t counts[LATENCY_BUCKETS] = { 0 };

	(void)state;
	assert_int_equal(latency_percentile(counts, 500), 0);
	for (int64_t i = 1; i <= 10; i++)
		counts[latency_bucket(i)]++;
	assert_int_equal(latency_percentile(counts, 500), 5);
	assert_int_equal(latency_percentile(counts, 501), 6);
	assert_int_equal(latency_percentile(counts, 990), 10);
	assert_int_equal(latency_percentile(counts, 1000), 10);
	assert_int_equal(latency_percentile(counts, 0), 1);
}

static void numbers_and_spans_are_written_for_people(void **state)
{
	static const struct {
		int64_t micros;
		const char *text;
	} spans[] = {
		{ 0, "< 1 µs" },
		{ 812, "812 µs" },
		{ 4210, "4.21 ms" },
		{ 42160, "42.2 ms" },
		{ 999499, "999 ms" },
		{ 999500, "1.00 s" },
		{ 2314000, "2.31 s" },
		{ 99400000, "99.4 s" },
		{ 312000000, "5 min 12 s" },
		{ 600000000, "10 min" },
		{ 12000000000, "3 h 20 min" },
		{ 187200000000, "2 d 4 h" },
	};
	char text[MARKUP_NUMBER_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
		assert_string_equal(markup_span(text, spans[i].micros), spans[i].text);
	assert_string_equal(markup_number(text, 0), "0");
	assert_string_equal(markup_number(text, 999), "999");
	assert_string_equal(markup_number(text, 1000), "1,000");
	assert_string_equal(markup_number(text, -1234567), "-1,234,567");
	assert_string_equal(markup_number(text, INT64_MIN), "-9,223,372,036,854,775,808");
	assert_string_equal(markup_share(text, 1, 3), "33.3 %");
	assert_string_equal(markup_share(text, 0, 0), "-");
	assert_string_equal(markup_time(text, 1763814000123), "2025-11-22 12:20:00");
	assert_string_equal(markup_time(text, 0), "-");
}

static void no_text_ends_an_attribute_or_begins_an_element(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	(void)state;
	markup_text(file, "<a href=\"x\">'&\x01\xff抢");
	fclose(file);
	assert_string_equal(text,
			    "&lt;a href=&quot;x&quot;&gt;&#39;&amp;\xef\xbf\xbd\xef\xbf\xbd抢");
	free(text);
}

static void every_word_is_there_in_both_languages(void **state)
{
	enum language language;

	(void)state;
	for (int i = 0; i < WORDS; i++) {
		const char *en = words_text(LANGUAGE_EN, (enum word)i);
		const char *zh = words_text(LANGUAGE_ZH, (enum word)i);

		assert_true(en != NULL && en[0] != '\0' && zh != NULL && zh[0] != '\0');
		for (char place[] = "%1$s"; place[1] <= '4'; place[1]++)
			assert_int_equal(strstr(en, place) != NULL, strstr(zh, place) != NULL);
	}
	assert_true(words_language("zh", &language) && language == LANGUAGE_ZH);
	assert_false(words_language("", &language) || words_language("fr", &language));
	assert_string_equal(words_reason(LANGUAGE_EN, "SOLD_OUT"), "all units are sold");
	assert_null(words_reason(LANGUAGE_EN, "NO_SUCH_REASON"));
	for (int i = OUTCOME_SOLD_OUT; i < OUTCOMES; i++)
		assert_non_null(
			words_reason(LANGUAGE_ZH, purchase_outcome_word((enum purchase_outcome)i)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_timeline_keeps_each_count_in_its_bin),
		cmocka_unit_test(a_timeline_of_any_span_loses_nothing_and_stays_small),
		cmocka_unit_test(a_peak_is_what_any_second_held),
		cmocka_unit_test(a_trace_keeps_the_newest_point_and_a_bound),
		cmocka_unit_test(buckets_hold_their_times_within_a_sixteenth),
		cmocka_unit_test(a_percentile_is_one_of_the_counts),
		cmocka_unit_test(numbers_and_spans_are_written_for_people),
		cmocka_unit_test(no_text_ends_an_attribute_or_begins_an_element),
		cmocka_unit_test(every_word_is_there_in_both_languages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
