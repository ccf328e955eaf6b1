/*
 * test_histogram.c - which bucket a value falls into, and what lies below a bound.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/histogram.h"
#include "core/tally.h"

static void a_value_on_a_bound_counts_below_it(void **state)
{
	struct histogram histogram;

	(void)state;
	histogram_open_us(&histogram);
	histogram_add(&histogram, 100);
	histogram_add(&histogram, 101);
	assert_int_equal(histogram_below(&histogram, 0), 1);
	assert_int_equal(histogram_below(&histogram, 1), 2);
	assert_int_equal(histogram.sum, 201);
}

static void what_is_above_all_bounds_is_counted_too(void **state)
{
	struct histogram histogram;

	(void)state;
	histogram_open_us(&histogram);
	histogram_add(&histogram, 5000000);
	histogram_add(&histogram, 5000001);
	assert_int_equal(histogram_below(&histogram, histogram.bound_count - 1), 1);
	assert_int_equal(histogram_below(&histogram, histogram.bound_count), 2);
}

static void a_negative_value_counts_as_nothing(void **state)
{
	struct histogram histogram;

	(void)state;
	histogram_open_sizes(&histogram);
	histogram_add(&histogram, -5);
	assert_int_equal(histogram_below(&histogram, 0), 1);
	assert_int_equal(histogram.sum, 0);
}

static void bounds_rise(void **state)
{
	struct histogram histogram;

	(void)state;
	histogram_open_us(&histogram);
	for (uint32_t i = 1; i < histogram.bound_count; i++)
		assert_true(histogram.bounds[i] > histogram.bounds[i - 1]);
	histogram_open_sizes(&histogram);
	assert_int_equal(histogram.bounds[histogram.bound_count - 1], 256);
}

static void an_answer_is_counted_by_its_reason_and_its_time(void **state)
{
	struct tally tally;

	(void)state;
	tally_open(&tally);
	tally_answer(&tally, OUTCOME_HELD, 300);
	assert_int_equal(tally.answers[OUTCOME_HELD], 1);
	assert_int_equal(tally.answers[OUTCOME_ACCEPTED], 0);
	assert_int_equal(histogram_below(&tally.purchase, 2), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_on_a_bound_counts_below_it),
		cmocka_unit_test(what_is_above_all_bounds_is_counted_too),
		cmocka_unit_test(a_negative_value_counts_as_nothing),
		cmocka_unit_test(bounds_rise),
		cmocka_unit_test(an_answer_is_counted_by_its_reason_and_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
