/*
 * test_order_record.c - an order's record is taken apart, and what is none is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "node/order_record.h"

static const char held[] = "held|2|500|1763814000123|1763814300123|1|ann|key-1|0|";
static const char paid[] = "paid|2|500|1763814000123|1763814300123|1||key-1|1763814001000|t-1";

/* The bytes stand alone in a block of their own size, so that a sanitizer sees a step too far. */
static bool read_bytes(const char *text, size_t size, struct order_record *record)
{
	char *block = malloc(size > 0 ? size : 1);
	bool good;

	assert_non_null(block);
	memcpy(block, text, size);
	*record = (struct order_record){ .units = 7 };
	good = order_record_read(block, size, record);
	free(block);
	if (!good)
		assert_int_equal(record->units, 7);
	return good;
}

static bool is_read(const char *text)
{
	struct order_record record;

	return read_bytes(text, strlen(text), &record);
}

static void a_record_gives_its_facts(void **state)
{
	struct order_record record;

	(void)state;
	assert_true(read_bytes(held, sizeof(held) - 1, &record));
	assert_string_equal(record.state, "held");
	assert_int_equal(record.units, 2);
	assert_int_equal(record.amount, 500);
	assert_int_equal(record.created_ms, 1763814000123);
	assert_int_equal(record.deadline_ms, 1763814300123);
	assert_int_equal(record.moved_ms, 0);
	assert_true(read_bytes(paid, sizeof(paid) - 1, &record));
	assert_string_equal(record.state, "paid");
	assert_int_equal(record.moved_ms, 1763814001000);
}

static void all_states_are_known_and_no_others(void **state)
{
	(void)state;
	assert_true(is_read("held|1|0|1|2|1||k|0|"));
	assert_true(is_read("paid|1|0|1|2|1||k|3|t"));
	assert_true(is_read("expired|1|0|1|2|1||k|3|"));
	assert_true(is_read("cancelled|1|0|1|2|1||k|3|"));
	assert_true(is_read("refunded|1|0|1|2|1||k|3|t"));
	assert_false(is_read("|1|0|1|2|1||k|0|"));
	assert_false(is_read("hel|1|0|1|2|1||k|0|"));
	assert_false(is_read("heldd|1|0|1|2|1||k|0|"));
	assert_false(is_read("Held|1|0|1|2|1||k|0|"));
	assert_false(is_read("gone|1|0|1|2|1||k|0|"));
}

static void counts_are_fifteen_digits_at_most(void **state)
{
	(void)state;
	assert_true(is_read("held|999999999999999|0|1|2|1||k|0|"));
	assert_false(is_read("held|1000000000000000|0|1|2|1||k|0|"));
	assert_false(is_read("held|0|0|1|2|1||k|0|"));
	assert_false(is_read("held||0|1|2|1||k|0|"));
	assert_false(is_read("held|-1|0|1|2|1||k|0|"));
	assert_false(is_read("held|1|1e3|1|2|1||k|0|"));
	assert_false(is_read("held|1|0|nan|2|1||k|0|"));
	assert_false(is_read("held|1|0|1| 2|1||k|0|"));
	assert_false(is_read("held|1|0|1|2|0x1||k|0|"));
	assert_false(is_read("held|1|0|1|2|1||k|+0|"));
}

static void a_part_too_few_or_too_many_is_no_record(void **state)
{
	(void)state;
	assert_false(is_read(""));
	assert_false(is_read("held"));
	assert_false(is_read("|||||||||"));
	assert_false(is_read("held|1|0|1|2|1||k|0"));
	assert_false(is_read("held|1|0|1|2|1||k|0||"));
}

/* A cheap fuzz: every cut, every byte replaced by every value. */
static void every_cut_and_every_changed_byte_is_survived(void **state)
{
	struct order_record record;
	char changed[sizeof(paid)];

	(void)state;
	for (size_t size = 0; size < sizeof(held) - 1; size++)
		assert_false(read_bytes(held, size, &record));
	for (size_t i = 0; i < (sizeof(paid) - 1) * 256; i++) {
		memcpy(changed, paid, sizeof(paid));
		changed[i / 256] = (char)(i % 256);
		if (!read_bytes(changed, sizeof(paid) - 1, &record))
			continue;
		assert_non_null(record.state);
		assert_in_range(record.units, 1, 999999999999999);
		assert_in_range(record.moved_ms, 0, 999999999999999);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_gives_its_facts),
		cmocka_unit_test(all_states_are_known_and_no_others),
		cmocka_unit_test(counts_are_fifteen_digits_at_most),
		cmocka_unit_test(a_part_too_few_or_too_many_is_no_record),
		cmocka_unit_test(every_cut_and_every_changed_byte_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
