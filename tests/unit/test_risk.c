/*
 * test_risk.c - policies by score: their form, their bands, and the author's own shares.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/risk.h"

/* The example of docs/OPERATIONS.md. */
static const char example[] = "63:60_83:72_93:76_103:91";

static void a_policy_gives_each_band_the_share_of_the_last_one_begun(void **state)
{
	struct risk_policy policy;

	(void)state;
	assert_true(risk_read(example, strlen(example), &policy));
	const struct {
		int64_t score_tenths;
		int passes;
		unsigned from;
	} cases[] = { { 0, 60, 0 },      { 29, 60, 0 },      { 30, 60, 3 },     { 638, 60, 63 },
		      { 829, 60, 73 },   { 830, 72, 83 },    { 929, 72, 83 },   { 930, 76, 93 },
		      { 996, 76, 93 },   { 1029, 76, 93 },   { 1030, 91, 103 }, { 1034, 91, 103 },
		      { 2500, 91, 203 }, { 999999, 91, 203 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned band = risk_band(&policy, cases[i].score_tenths);

		assert_int_equal(policy.passes[band], cases[i].passes);
		assert_int_equal(risk_band_from(&policy, band), cases[i].from);
	}
	assert_true(risk_read("60:60_90:74", 11, &policy));
	assert_int_equal(risk_band_from(&policy, risk_band(&policy, 899)), 80);
	assert_int_equal(risk_band_from(&policy, risk_band(&policy, 900)), 90);
	assert_int_equal(risk_band_from(&policy, risk_band(&policy, 9)), 0);
}

static void a_roll_passes_below_the_share_and_not_at_it(void **state)
{
	struct risk_policy policy;

	(void)state;
	assert_true(risk_read("0:0_10:60_20:100", 16, &policy));
	assert_false(risk_passes(&policy, 0, 0));
	assert_true(risk_passes(&policy, 1, 5999));
	assert_false(risk_passes(&policy, 1, 6000));
	assert_true(risk_passes(&policy, 2, RISK_WHOLE - 1));
}

static void what_is_no_policy_lets_all_pass(void **state)
{
	static const char *const texts[] = {
		"",       "60",     "60:",         ":60",         "65:60_70:70",
		"60:101", "60:60_", "_60:60",      "60:60_60:50", "90:1_60:2",
		"230:50", "60:6x",  "60:60 90:74", "99990:1",     "60:00060"
	};
	struct risk_policy policy;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_false(risk_read(texts[i], strlen(texts[i]), &policy));
		for (int band = 0; band < RISK_BANDS; band++)
			assert_int_equal(policy.passes[band], 100);
	}
}

static void a_tally_is_written_by_band_as_far_as_there_is_room(void **state)
{
	struct risk_tally tally = { .asked = { [6] = 1000, [20] = 3 }, .refused = { [6] = 412 } };
	char text[200];

	(void)state;
	assert_int_equal(risk_write(&tally, text, sizeof(text)), strlen("6:1000:412,20:3:0"));
	assert_string_equal(text, "6:1000:412,20:3:0");
	memset(&tally, 255, sizeof(tally));
	assert_in_range(risk_write(&tally, text, sizeof(text)), 100, sizeof(text) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_policy_gives_each_band_the_share_of_the_last_one_begun),
		cmocka_unit_test(a_roll_passes_below_the_share_and_not_at_it),
		cmocka_unit_test(what_is_no_policy_lets_all_pass),
		cmocka_unit_test(a_tally_is_written_by_band_as_far_as_there_is_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
