/*
 * test_buyer_pace.c - what the server tells is obeyed; otherwise waits double, more or less.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "buyer/pace.h"

static const int64_t now_ms = INT64_C(1763813700000);
static struct pace_dice dice = { 88172645463325252 };

static struct answer hear(enum reasons_class class, const char *reason, int64_t told_ms)
{
	struct answer answer = { .class = class, .wait_ms = told_ms };

	snprintf(answer.reason, sizeof(answer.reason), "%s", reason);
	return answer;
}

/* The wait is `ms`, and at most a tenth and 10 ms more. */
static void assert_wait(const struct answer *answer, int streak, int64_t ms)
{
	for (int i = 0; i < 100; i++) {
		int64_t us = pace_wait_us(answer, streak, now_ms, &dice);

		if (us < ms * 1000 || us > ms * 1100 + 10000)
			fail_msg("%s, %d: %lld us, not %lld ms", answer->reason, streak,
				 (long long)us, (long long)ms);
	}
}

static void what_is_told_is_obeyed(void **state)
{
	const struct answer busy = hear(REASONS_AGAIN, "BUSY", 1000);
	const struct answer open = hear(REASONS_UNKNOWN, "UNKNOWN", 700);
	const struct answer fast = hear(REASONS_FAST, "TOO_FAST", 9000);

	(void)state;
	assert_wait(&busy, 0, 1000);
	assert_wait(&busy, 9, 1000);
	assert_wait(&open, 0, 700);
	assert_wait(&fast, 0, 9000);
}

static void otherwise_waits_double_up_to_a_bound(void **state)
{
	const struct answer busy = hear(REASONS_AGAIN, "BUSY", -1);
	const struct answer unsent = hear(REASONS_AGAIN, "UNSENT", -1);
	const struct answer fast = hear(REASONS_FAST, "TOO_FAST", 100);

	(void)state;
	assert_wait(&busy, 0, 100);
	assert_wait(&busy, 2, 400);
	assert_wait(&busy, 9, 2000);
	assert_wait(&busy, 1000000, 2000);
	assert_wait(&unsent, 0, 50);
	assert_wait(&unsent, 9, 500);
	assert_wait(&fast, 0, 250);
	assert_wait(&fast, 3, 2000);
	assert_wait(&fast, 30, 5000);
}

static void held_units_are_asked_for_when_the_next_hold_ends_or_soon(void **state)
{
	struct answer held = hear(REASONS_AGAIN, "HELD", 1300);

	(void)state;
	assert_wait(&held, 0, 1300);
	held.wait_ms = 290000;
	assert_wait(&held, 0, 5000);
	held.wait_ms = 0;
	assert_wait(&held, 0, 200);
	held.wait_ms = -1;
	held.next_expiry_ms = now_ms + 2500;
	assert_wait(&held, 0, 2500);
	held.next_expiry_ms = now_ms - 5;
	assert_wait(&held, 0, 200);
	held.next_expiry_ms = 0;
	assert_wait(&held, 1, 200);
}

static void who_is_early_does_not_wait_long(void **state)
{
	struct answer early = hear(REASONS_EARLY, "NOT_STARTED", -1);

	(void)state;
	assert_int_equal(pace_wait_us(&early, 0, now_ms, &dice), 5000);
	early.wait_ms = 40;
	assert_int_equal(pace_wait_us(&early, 0, now_ms, &dice), 40000);
	early.wait_ms = 3600000;
	assert_int_equal(pace_wait_us(&early, 0, now_ms, &dice), 1000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_told_is_obeyed),
		cmocka_unit_test(otherwise_waits_double_up_to_a_bound),
		cmocka_unit_test(held_units_are_asked_for_when_the_next_hold_ends_or_soon),
		cmocka_unit_test(who_is_early_does_not_wait_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
