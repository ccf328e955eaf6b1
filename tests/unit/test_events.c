/*
 * test_events.c - the fold of the event log: the item, the order of events, and what is refused.
 *
 * A refused event must change nothing, so each refusal is checked byte for byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/events_log.h"

static void a_sale_is_opened_and_opened_again(void **state)
{
	struct log log = { 0 };

	(void)state;
	assert_applies(&log, 1, "opened", "1|1000|10|4");
	assert_counts(&log, 10, 0, 0, 4);
	assert_int_equal(log.item.epoch, 1);
	assert_int_equal(log.item.opened_ms, 1000);
	assert_applies(&log, 2, "created", "1|1001|3|30|2000||k");
	assert_applies(&log, 3, "opened", "3|1002|7|0");
	assert_counts(&log, 7, 0, 0, 0);
	assert_int_equal(log.item.epoch, 3);
	assert_int_equal(log.item.opened_ms, 1002);
	assert_refused(&log, 4, "opened", "3|1003|7|0", "epoch is the seq");
	assert_refused(&log, 4, "opened", "4|1003|7|8", "more units are sold");
}

static void a_restock_changes_the_total_by_what_it_says(void **state)
{
	struct log log = log_open_order(NULL, NULL);

	(void)state;
	assert_applies(&log, 3, "restocked", "1|1002|15|5");
	assert_counts(&log, 15, 3, 0, 0);
	assert_applies(&log, 4, "restocked", "1|1003|3|-12");
	assert_counts(&log, 3, 3, 0, 0);
	assert_refused(&log, 5, "restocked", "1|1004|2|-1", "more units are sold");
	assert_refused(&log, 5, "restocked", "1|1004|5|1", "old one and what was added");
	assert_refused(&log, 5, "restocked", "2|1004|4|1", "another sale");
}

static void an_alteration_moves_the_seq_and_the_clock_alone(void **state)
{
	struct log log = log_open_sale();

	(void)state;
	assert_applies(&log, 2, "altered", "1|1500|pay_window_ms|2000");
	assert_counts(&log, 10, 0, 0, 0);
	assert_int_equal(log.item.last_ms, 1500);
	assert_applies(&log, 3, "altered", "1|1400|state|paused");
	assert_int_equal(log.item.last_ms, 1500);
	assert_refused(&log, 4, "altered", "9|1600|state|open", "another sale");
}

static void before_a_sale_is_opened_nothing_else_is_legal(void **state)
{
	static const char *const events[][2] = {
		{ "restocked", "0|1|10|10" },    { "altered", "0|1|price|5" },
		{ "created", "0|1|1|1|2||k" },   { "paid", "0|1|1|1|t|1" },
		{ "expired", "0|1|1|1" },        { "cancelled", "0|1|1|1" },
		{ "due", "0|1|1|0|t|1" },        { "refunded", "0|1|1|0|t|1" },
		{ "created", "1|1|1|1|2||k-2" }, { "rebuilt", "0|1|0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		struct log log = { 0 };

		assert_refused(&log, 1, events[i][0], events[i][1], "");
		assert_string_not_equal(log_add(&log, 1, events[i][0], events[i][1]), "applied");
	}
}

static void the_table_of_moves_is_the_drawing(void **state)
{
	static const char drawing[EVENTS_STATES][EVENTS_STATES + 1] = {
		/* to: no, held, paid, expired, cancelled, refunded */
		[EVENTS_NO_ORDER] = "-x----",     [EVENTS_HELD] = "--xxx-",
		[EVENTS_IS_PAID] = "-----x",      [EVENTS_IS_EXPIRED] = "--x---",
		[EVENTS_IS_CANCELLED] = "--x---", [EVENTS_IS_REFUNDED] = "------",
	};

	(void)state;
	for (int from = 0; from < EVENTS_STATES; from++) {
		for (int to = 0; to < EVENTS_STATES; to++)
			assert_int_equal(
				events_may_move((enum events_state)from, (enum events_state)to),
				drawing[from][to] == 'x');
	}
}

static void a_gap_is_seen_and_changes_nothing(void **state)
{
	struct log log = log_open_order(NULL, NULL);

	(void)state;
	assert_refused(&log, 4, "expired", "1|2000|2|3", "gap");
	assert_refused(&log, 1000, "opened", "1000|2000|10|0", "gap");
	assert_refused(&log, 7, "rebuilt", "1|2000|3", "gap");
}

static void what_was_applied_before_is_old(void **state)
{
	struct log log = log_open_order("expired", "1|2000|2|3");

	(void)state;
	assert_refused(&log, 1, "opened", "1|1000|10|0", "old");
	assert_refused(&log, 2, "created", "1|1001|3|30|2000|ann|key-1", "old");
	assert_refused(&log, 3, "expired", "1|2000|2|3", "old");
	assert_refused(&log, 3, "rebuilt", "1|2000|2", "old");
	assert_refused(&log, 3, "paid", "1|1|9|9|t|9", "old");
}

static void a_rebuild_goes_on_from_the_last_event_at_any_higher_number(void **state)
{
	struct log log = log_open_order(NULL, NULL);

	(void)state;
	assert_refused(&log, 9, "rebuilt", "1|2000|1", "fewer events");
	assert_refused(&log, 9, "rebuilt", "4|2000|2", "another sale");
	assert_applies(&log, 1002, "rebuilt", "1|2000|2");
	assert_counts(&log, 10, 3, 0, 0);
	assert_refused(&log, 3, "expired", "1|2000|2|3", "old");
	assert_applies(&log, 1003, "expired", "1|2001|2|3");
	assert_applies(&log, 1004, "rebuilt", "1|2002|1003");
}

static void a_skipped_event_moves_the_seq_alone(void **state)
{
	struct log log = log_open_order(NULL, NULL);
	struct events_item before = log.item;

	(void)state;
	events_skip(&log.item, 3);
	before.seq = 3;
	assert_memory_equal(&log.item, &before, sizeof(before));
	assert_applies(&log, 4, "paid", "1|1500|2|3|t-1|30");
}

static void what_follows_a_skipped_creation_is_refused_too(void **state)
{
	struct log log = log_open_sale();

	(void)state;
	events_skip(&log.item, 2);
	assert_refused(&log, 3, "paid", "1|1500|2|3|t-1|30", "no order of this number");
	events_skip(&log.item, 3);
	assert_refused(&log, 4, "refunded", "1|1500|2|3|t-1|30", "no order of this number");
	assert_counts(&log, 10, 0, 0, 0);
}

static void counts_never_fall_below_zero(void **state)
{
	struct log log = log_open_order(NULL, NULL);

	(void)state;
	log.item.held = 2;
	assert_refused(&log, 3, "expired", "1|2000|2|3", "more units come back");
	log.item.held = 3;
	assert_applies(&log, 3, "paid", "1|1500|2|3|t-1|30");
	log.item.paid = 2;
	assert_refused(&log, 4, "refunded", "1|2000|2|3|t-1|30", "more units come back");
}

static void the_clock_never_goes_back(void **state)
{
	struct log log = log_open_order(NULL, NULL);

	(void)state;
	assert_applies(&log, 3, "created", "1|900|1|10|2000||k-2");
	assert_int_equal(log.item.last_ms, 1001);
	assert_int_equal(log.orders[3].created_ms, 900);
}

static void a_payment_whose_order_is_lost_is_due_and_given_back(void **state)
{
	struct log log = { 0 };

	(void)state;
	assert_applies(&log, 1, "opened", "1|1000|10|0");
	assert_applies(&log, 2, "restocked", "1|1001|11|1");
	assert_applies(&log, 3, "due", "0|1100|2|0|t-1|10");
	assert_applies(&log, 4, "refunded", "0|1200|2|0|t-1|10");
	assert_counts(&log, 11, 0, 0, 0);
	assert_refused(&log, 5, "due", "0|1300|5|0|t-2|10", "no order of this number");
	assert_refused(&log, 5, "paid", "0|1300|2|1|t-2|10", "no order of this number");
}

static void the_same_log_gives_the_same_state(void **state)
{
	static const char *const lines[][2] = {
		{ "opened", "1|1000|10|1" },
		{ "created", "1|1001|2|20|2000|ann|k-1" },
		{ "created", "1|1001|1|10|2000||k-2" },
		{ "paid", "1|1100|2|2|t-1|20" },
		{ "expired", "1|2000|3|1" },
		{ "due", "1|2100|3|0|t-2|10" },
		{ "restocked", "1|2200|12|2" },
		{ "refunded", "1|2300|2|2|t-1|20" },
		{ "refunded", "1|2400|3|0|t-2|10" },
		{ "altered", "1|2500|state|closed" },
	};
	struct log one = { 0 }, two = { 0 };

	(void)state;
	for (int64_t i = 0; i < 10; i++) {
		/* What was read twice changes nothing the second time. */
		assert_applies(&one, i + 1, lines[i][0], lines[i][1]);
		assert_applies(&two, i + 1, lines[i][0], lines[i][1]);
		assert_refused(&two, i + 1, lines[i][0], lines[i][1], "old");
	}
	assert_memory_equal(&one, &two, sizeof(one));
	assert_counts(&one, 12, 0, 0, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sale_is_opened_and_opened_again),
		cmocka_unit_test(a_restock_changes_the_total_by_what_it_says),
		cmocka_unit_test(an_alteration_moves_the_seq_and_the_clock_alone),
		cmocka_unit_test(before_a_sale_is_opened_nothing_else_is_legal),
		cmocka_unit_test(the_table_of_moves_is_the_drawing),
		cmocka_unit_test(a_payment_whose_order_is_lost_is_due_and_given_back),
		cmocka_unit_test(a_gap_is_seen_and_changes_nothing),
		cmocka_unit_test(what_was_applied_before_is_old),
		cmocka_unit_test(a_rebuild_goes_on_from_the_last_event_at_any_higher_number),
		cmocka_unit_test(a_skipped_event_moves_the_seq_alone),
		cmocka_unit_test(what_follows_a_skipped_creation_is_refused_too),
		cmocka_unit_test(counts_never_fall_below_zero),
		cmocka_unit_test(the_clock_never_goes_back),
		cmocka_unit_test(the_same_log_gives_the_same_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
