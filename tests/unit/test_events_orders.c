/*
 * test_events_orders.c - the fold of the event log: an order's whole life, each move and no other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/events_log.h"

static void an_order_is_held_from_its_creation(void **state)
{
	struct log log = log_open_order(NULL, NULL);
	const struct events_order *order = &log.orders[2];

	(void)state;
	assert_counts(&log, 10, 3, 0, 0);
	assert_int_equal(order->seq, 2);
	assert_int_equal(order->state, EVENTS_HELD);
	assert_int_equal(order->units, 3);
	assert_int_equal(order->amount, 30);
	assert_int_equal(order->created_ms, 1001);
	assert_int_equal(order->deadline_ms, 2000);
	assert_int_equal(order->epoch, 1);
	assert_int_equal(order->moved_ms, 0);
	assert_int_equal(order->refund_due, 0);
	assert_refused(&log, 3, "created", "2|1002|1|1|2000||k", "another sale");
	assert_refused(&log, 3, "created", "1|1002|0|1|2000||k", "no units");
	assert_refused(&log, 3, "created", "1|1002|1|1|1001||k", "deadline lies before");
}

static void not_one_unit_too_many_is_sold(void **state)
{
	struct log log = log_open_order(NULL, NULL);

	(void)state;
	assert_applies(&log, 3, "created", "1|1002|7|70|2000||k-2");
	assert_refused(&log, 4, "created", "1|1003|1|10|2000||k-3", "more units are sold");
	assert_applies(&log, 4, "paid", "1|1003|3|7|t-1|70");
	assert_refused(&log, 5, "created", "1|1004|1|10|2000||k-3", "more units are sold");
	assert_applies(&log, 5, "cancelled", "1|1005|2|3");
	assert_applies(&log, 6, "created", "1|1006|3|10|2000||k-3");
	assert_counts(&log, 10, 3, 7, 0);
}

static void an_order_of_a_number_that_is_there_is_refused(void **state)
{
	struct log log = log_open_sale();

	(void)state;
	log.orders[2] = (struct events_order){ .seq = 2, .state = EVENTS_IS_EXPIRED };
	assert_refused(&log, 2, "created", "1|1001|1|1|2000||k", "is there");
}

static void a_held_order_is_paid_before_its_deadline(void **state)
{
	struct log log = log_open_order(NULL, NULL);

	(void)state;
	assert_refused(&log, 3, "paid", "1|2000|2|3|t-1|30", "at or after its deadline");
	assert_refused(&log, 3, "paid", "1|1999|2|2|t-1|30", "other units");
	assert_refused(&log, 3, "paid", "1|1999|2|3|t-1|29", "another amount");
	assert_refused(&log, 3, "paid", "3|1999|2|3|t-1|30", "of another sale");
	assert_refused(&log, 3, "paid", "0|1999|2|3|t-1|30", "of another sale");
	assert_refused(&log, 3, "paid", "1|1999|2|0|t-1|30", "no units");
	assert_refused(&log, 3, "paid", "1|1999|9|3|t-1|30", "no order of this number");
	assert_applies(&log, 3, "paid", "1|1999|2|3|t-1|30");
	assert_counts(&log, 10, 0, 3, 0);
	assert_int_equal(log.orders[2].state, EVENTS_IS_PAID);
	assert_int_equal(log.orders[2].moved_ms, 1999);
}

static void a_hold_expires_at_its_deadline_and_not_before(void **state)
{
	struct log log = log_open_order(NULL, NULL);

	(void)state;
	assert_refused(&log, 3, "expired", "1|1999|2|3", "before its deadline");
	assert_refused(&log, 3, "expired", "1|2000|2|2", "other units");
	assert_refused(&log, 3, "expired", "1|2000|2|0", "no units");
	assert_refused(&log, 3, "expired", "5|2000|2|3", "of another sale");
	assert_applies(&log, 3, "expired", "1|2000|2|3");
	assert_counts(&log, 10, 0, 0, 0);
	assert_int_equal(log.orders[2].state, EVENTS_IS_EXPIRED);
	assert_int_equal(log.orders[2].moved_ms, 2000);
}

static void a_hold_is_cancelled_at_any_time(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct log log = log_open_order(NULL, NULL);

		assert_applies(&log, 3, "cancelled", i ? "1|1001|2|3" : "1|9000|2|3");
		assert_counts(&log, 10, 0, 0, 0);
		assert_int_equal(log.orders[2].state, EVENTS_IS_CANCELLED);
	}
}

static void a_late_payment_may_take_the_units_again(void **state)
{
	struct log log = log_open_order("expired", "1|2000|2|3");

	(void)state;
	assert_applies(&log, 4, "paid", "1|2001|2|3|t-1|30");
	assert_counts(&log, 10, 0, 3, 0);
	assert_int_equal(log.orders[2].state, EVENTS_IS_PAID);
	assert_int_equal(log.orders[2].moved_ms, 2001);
	log = log_open_order("cancelled", "1|1500|2|3");
	assert_applies(&log, 4, "paid", "1|1501|2|3|t-1|30");
	assert_counts(&log, 10, 0, 3, 0);
}

static void units_are_taken_again_only_if_they_are_left(void **state)
{
	struct log log = log_open_order("expired", "1|2000|2|3");

	(void)state;
	assert_applies(&log, 4, "created", "1|2001|8|80|3000||k-2");
	assert_refused(&log, 5, "paid", "1|2002|2|3|t-1|30", "more units are sold");
	assert_applies(&log, 5, "opened", "5|2003|10|0");
	assert_refused(&log, 6, "paid", "1|2004|2|3|t-1|30", "from another sale");
}

static void a_payment_that_buys_nothing_is_due_to_be_given_back(void **state)
{
	struct log log = log_open_order("expired", "1|2000|2|3");

	(void)state;
	assert_applies(&log, 4, "due", "1|2001|2|0|t-1|30");
	assert_applies(&log, 5, "due", "0|2002|2|0|t-2|31");
	assert_int_equal(log.orders[2].refund_due, 2);
	assert_int_equal(log.orders[2].moved_ms, 2000);
	assert_refused(&log, 6, "due", "1|2003|2|3|t-3|30", "has units");
	assert_refused(&log, 6, "due", "7|2003|2|0|t-3|30", "of another sale");
	assert_applies(&log, 6, "refunded", "1|2003|2|0|t-1|30");
	assert_applies(&log, 7, "refunded", "0|2004|2|0|t-2|31");
	assert_int_equal(log.orders[2].refund_due, 0);
	assert_int_equal(log.orders[2].state, EVENTS_IS_EXPIRED);
	assert_refused(&log, 8, "refunded", "1|2005|2|0|t-2|31", "no payment of this order");
	assert_counts(&log, 10, 0, 0, 0);
}

static void a_held_order_has_no_due_payment(void **state)
{
	struct log log = log_open_order(NULL, NULL);

	(void)state;
	assert_refused(&log, 3, "due", "1|1500|2|0|t-1|30", "takes its payment");
}

static void a_refund_brings_the_units_back(void **state)
{
	struct log log = log_open_order("paid", "1|1500|2|3|t-1|30");

	(void)state;
	assert_applies(&log, 4, "due", "1|1600|2|0|t-2|30");
	assert_refused(&log, 5, "refunded", "1|1700|2|2|t-1|30", "other units");
	assert_refused(&log, 5, "refunded", "1|1700|2|3|t-1|31", "another amount");
	assert_refused(&log, 5, "refunded", "0|1700|2|3|t-1|30", "of another sale");
	assert_applies(&log, 5, "refunded", "1|1700|2|3|t-1|30");
	assert_counts(&log, 10, 0, 0, 0);
	assert_int_equal(log.orders[2].state, EVENTS_IS_REFUNDED);
	assert_int_equal(log.orders[2].refund_due, 1);
	assert_applies(&log, 6, "refunded", "1|1800|2|0|t-2|30");
	assert_int_equal(log.orders[2].refund_due, 0);
	assert_int_equal(log.orders[2].moved_ms, 1700);
}

/* The four kinds that move an order that is there, from each state but held. */
static void every_other_move_is_illegal(void **state)
{
	static const struct {
		const char *name, *words;
	} moves[] = { { "paid", "1|5000|2|3|t-9|30" },
		      { "expired", "1|5000|2|3" },
		      { "cancelled", "1|5000|2|3" },
		      { "refunded", "1|5000|2|3|t-9|30" } };
	static const enum events_state goals[] = { EVENTS_IS_PAID, EVENTS_IS_EXPIRED,
						   EVENTS_IS_CANCELLED, EVENTS_IS_REFUNDED };

	(void)state;
	for (int from = EVENTS_IS_PAID; from < EVENTS_STATES; from++) {
		for (size_t i = 0; i < 4; i++) {
			struct log log = log_open_order(NULL, NULL);

			log.orders[2].state = (enum events_state)from;
			log.item.held = 0;
			log.item.paid = from == EVENTS_IS_PAID ? 3 : 0;
			if (events_may_move((enum events_state)from, goals[i]))
				assert_applies(&log, 3, moves[i].name, moves[i].words);
			else
				assert_refused(&log, 3, moves[i].name, moves[i].words, "may not");
		}
	}
	struct log log = log_open_order(NULL, NULL);
	assert_refused(&log, 3, "refunded", "1|1500|2|3|t-1|30", "may not");
}

static void an_order_of_an_earlier_sale_moves_without_any_stock(void **state)
{
	struct log log = log_open_order(NULL, NULL);

	(void)state;
	assert_applies(&log, 3, "created", "1|1002|4|40|2000||k-2");
	assert_applies(&log, 4, "created", "1|1002|2|40|2000||k-3");
	assert_applies(&log, 5, "opened", "5|1003|1|0");
	assert_applies(&log, 6, "paid", "1|1004|2|3|t-1|30");
	assert_applies(&log, 7, "expired", "1|2000|3|4");
	assert_applies(&log, 8, "cancelled", "1|2000|4|2");
	assert_applies(&log, 9, "refunded", "1|2001|2|3|t-1|30");
	assert_counts(&log, 1, 0, 0, 0);
	assert_refused(&log, 10, "expired", "5|2001|3|4", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_order_is_held_from_its_creation),
		cmocka_unit_test(not_one_unit_too_many_is_sold),
		cmocka_unit_test(an_order_of_a_number_that_is_there_is_refused),
		cmocka_unit_test(a_held_order_is_paid_before_its_deadline),
		cmocka_unit_test(a_hold_expires_at_its_deadline_and_not_before),
		cmocka_unit_test(a_hold_is_cancelled_at_any_time),
		cmocka_unit_test(a_late_payment_may_take_the_units_again),
		cmocka_unit_test(units_are_taken_again_only_if_they_are_left),
		cmocka_unit_test(a_payment_that_buys_nothing_is_due_to_be_given_back),
		cmocka_unit_test(a_held_order_has_no_due_payment),
		cmocka_unit_test(a_refund_brings_the_units_back),
		cmocka_unit_test(every_other_move_is_illegal),
		cmocka_unit_test(an_order_of_an_earlier_sale_moves_without_any_stock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
