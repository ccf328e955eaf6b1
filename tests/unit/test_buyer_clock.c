/*
 * test_buyer_clock.c - the server's time from samples; times that a person wrote.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "buyer/clock.h"
#include "buyer/moment.h"

/* A server that is at `offset` us from the monotonic clock, asked over `there` and `back` us. */
static struct clock_sample ask(int64_t at, int64_t offset, int64_t there, int64_t back)
{
	return (struct clock_sample){ at, at + there + back, (at + there + offset) / 1000 };
}

static const int64_t offset_us = INT64_C(1763813700123456);

static void take(struct clock_sync *sync, int64_t at, int64_t there, int64_t back)
{
	const struct clock_sample sample = ask(at, offset_us, there, back);

	clock_take(sync, &sample);
}

static void assert_near(int64_t value, int64_t expected, int64_t error)
{
	if (llabs(value - expected) > error)
		fail_msg("%lld is %lld from %lld", (long long)value, (long long)(value - expected),
			 (long long)expected);
}

static void the_sample_with_the_least_round_trip_wins(void **state)
{
	struct clock_sync sync = { .count = 0 };

	(void)state;
	assert_false(clock_is_known(&sync));
	take(&sync, 1000000, 90000, 500); /* a slow way there: wrong by 45 ms */
	assert_near(sync.offset_us, offset_us + 44750, 600);
	take(&sync, 2000000, 10000, 10000);
	take(&sync, 3000000, 20000, 80000);
	assert_true(clock_is_known(&sync));
	assert_near(sync.offset_us, offset_us, 600);
	assert_int_equal(sync.least_us, 20000);
	assert_int_equal(sync.median_us, 90500);
	assert_int_equal(sync.most_us, 100000);
	assert_int_equal(sync.jitter_us, 70500);
	clock_begin(&sync); /* a new round; what is known stays until it has a sample */
	assert_near(sync.offset_us, offset_us, 600);
	take(&sync, 4000000, 50000, 50000);
	assert_int_equal(sync.least_us, 100000);
}

static void a_worse_round_is_not_better_until_the_clocks_have_drifted(void **state)
{
	struct clock_sync nothing = { .count = 0 }, before = nothing, good = nothing,
			  slow = nothing;

	(void)state;
	take(&before, 1000000, 500, 500);
	take(&good, 5000000, 400, 400);
	take(&slow, 6000000, 3000, 3000);
	assert_true(clock_is_better(&slow, &nothing));
	assert_true(clock_is_better(&good, &before));
	/* 5 s: 0.25 ms of drift, and half of 5 ms worse. */
	assert_false(clock_is_better(&slow, &before));
	clock_begin(&slow);
	take(&slow, 61000000, 3000, 3000);
	assert_true(clock_is_better(&slow, &before)); /* a minute: 3 ms */
	clock_begin(&slow);
	take(&slow, 61000000, 3000000, 2000000);
	assert_false(clock_is_better(&slow, &before));
}

static void a_round_that_contradicts_the_earlier_one_is_believed(void **state)
{
	struct clock_sync before = { .count = 0 }, after = { .count = 0 };
	const struct clock_sample slept = ask(6000000, offset_us + 60000000, 3000, 3000);

	(void)state;
	take(&before, 1000000, 500, 500);
	clock_take(&after, &slept); /* a minute has gone by that this machine has not counted */
	assert_true(clock_is_better(&after, &before));
}

static void a_sample_from_the_future_or_too_many_are_not_taken(void **state)
{
	struct clock_sync sync = { .count = 0 };
	const struct clock_sample wrong = { 2000, 1000, 5 };

	(void)state;
	clock_take(&sync, &wrong);
	assert_int_equal(sync.count, 0);
	for (int i = 0; i < CLOCK_SAMPLES_MAX + 10; i++)
		take(&sync, 1000 * i, 100, 100);
	assert_int_equal(sync.count, CLOCK_SAMPLES_MAX);
}

static void what_is_fired_arrives_within_three_ms_behind_the_start(void **state)
{
	static const int64_t ways[] = { 50, 1000, 20000, 150000 };

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct clock_sync sync = { .count = 0 };
		int64_t start_ms = offset_us / 1000 + 60000;

		for (int64_t n = 0; n < 8; n++)
			take(&sync, 5000000 + n * 777777, ways[i] + n * 30, ways[i]);
		int64_t arrives_us =
			clock_fire_us(&sync, start_ms) + ways[i] + offset_us - start_ms * 1000;

		if (arrives_us < 200 || arrives_us > 3000)
			fail_msg("way %lld: %lld us behind the start", (long long)ways[i],
				 (long long)arrives_us);
	}
}

static int64_t read_good(const char *text, int64_t now_ms)
{
	int64_t found = -1;

	if (!moment_read(text, now_ms, &found))
		fail_msg("\"%s\" is no time", text);
	return found;
}

static void a_time_is_read_as_people_write_it(void **state)
{
	const int64_t now = INT64_C(1763813700123); /* 2025-11-22 12:15:00 */
	int64_t found;

	(void)state;
	assert_int_equal(read_good("10:30", now), INT64_C(1763807400000));
	assert_int_equal(read_good("10:30:05", now), INT64_C(1763807405000));
	assert_int_equal(read_good("10:30:05.250", now), INT64_C(1763807405250));
	assert_int_equal(read_good("2025-11-23 10:30", now), INT64_C(1763893800000));
	assert_int_equal(read_good("2025-11-23T10:30:00", now), INT64_C(1763893800000));
	assert_int_equal(read_good("1763893800123", now), INT64_C(1763893800123));
	static const char *const bad[] = { "",
					   "soon",
					   "25:00",
					   "10:3x",
					   "10:30:05.2",
					   "2025-11-23",
					   "2025-11-23x10:30",
					   "1763893",
					   "10:30:00 ",
					   "-10:30" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (moment_read(bad[i], now, &found))
			fail_msg("\"%s\" was read", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sample_with_the_least_round_trip_wins),
		cmocka_unit_test(a_worse_round_is_not_better_until_the_clocks_have_drifted),
		cmocka_unit_test(a_round_that_contradicts_the_earlier_one_is_believed),
		cmocka_unit_test(a_sample_from_the_future_or_too_many_are_not_taken),
		cmocka_unit_test(what_is_fired_arrives_within_three_ms_behind_the_start),
		cmocka_unit_test(a_time_is_read_as_people_write_it),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
