/*
 * test_gate.c - the arithmetic of the local stock.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/gate.h"

static const struct gate_buffer tenth = { 10, -1 };
static const struct gate_buffer none = { -1, 0 };

static void shares_follow_the_weights_and_the_buffer(void **state)
{
	(void)state;
	assert_int_equal(gate_deal(10000, 1, 10, tenth), 1000 + 100);
	assert_int_equal(gate_deal(10000, 4, 10, tenth), 4000 + 400);
	assert_int_equal(gate_deal(10000, 4, 10, none), 4000);
	assert_int_equal(gate_deal(10000, 4, 10, (struct gate_buffer){ -1, 50 }), 4050);
}

static void a_share_is_rounded_up_and_the_buffer_is_at_least_one(void **state)
{
	(void)state;
	assert_int_equal(gate_deal(1, 1, 10, tenth), 1 + 1);
	assert_int_equal(gate_deal(11, 1, 10, none), 2);
	assert_int_equal(gate_deal(0, 4, 10, tenth), 0);
}

static void a_huge_stock_does_not_overflow(void **state)
{
	(void)state;
	int64_t most = 999999999999999;

	assert_int_equal(gate_deal(most, 1000000, 1000000, none), most);
	assert_true(gate_deal(most, 999999, 1000000, none) < most);
	assert_true(gate_deal(most, 1000000, 1000000, (struct gate_buffer){ 1000, -1 }) > most);
}

static void the_shares_of_all_nodes_cover_the_stock(void **state)
{
	(void)state;
	srand(7);
	for (int round = 0; round < 100000; round++) {
		int64_t weight[4], live = 0, dealt = 0, left = rand() % 20000;

		for (int i = 0; i < 4; i++)
			live += weight[i] = 1 + rand() % 100;
		for (int i = 0; i < 4; i++)
			dealt += gate_deal(left, weight[i], live, none);
		assert_true(dealt >= left);
		assert_true(dealt <= left + 3);
	}
}

static void a_new_gate_is_sold_out(void **state)
{
	struct gate gate;

	(void)state;
	gate_open(&gate, tenth);
	assert_int_equal(gate_take(&gate, 1), GATE_SOLD_OUT);
}

static void tokens_are_spent_then_a_buyer_waits(void **state)
{
	struct gate gate;

	(void)state;
	gate_open(&gate, none);
	gate_refresh(&gate, 10, 2, 10);
	assert_int_equal(gate_take(&gate, 1), GATE_TAKE);
	assert_int_equal(gate_take(&gate, 1), GATE_TAKE);
	assert_int_equal(gate_take(&gate, 1), GATE_WAIT);
}

static void units_asked_for_are_not_dealt_twice(void **state)
{
	struct gate gate;

	(void)state;
	gate_open(&gate, none);
	gate_refresh(&gate, 10, 2, 10);
	assert_int_equal(gate_take(&gate, 1), GATE_TAKE);
	gate_refresh(&gate, 10, 2, 10);
	assert_int_equal(gate_take(&gate, 1), GATE_TAKE);
	assert_int_equal(gate_take(&gate, 1), GATE_WAIT);
	gate_settle(&gate, 2);
	gate_refresh(&gate, 8, 2, 10);
	assert_int_equal(gate_take(&gate, 2), GATE_TAKE);
}

static void sold_out_is_said_only_when_that_many_are_not_left(void **state)
{
	struct gate gate;

	(void)state;
	gate_open(&gate, none);
	gate_refresh(&gate, 3, 1, 1);
	assert_int_equal(gate_take(&gate, 4), GATE_SOLD_OUT);
	assert_int_equal(gate_take(&gate, 3), GATE_TAKE);
	assert_int_equal(gate_take(&gate, 1), GATE_WAIT);
}

static void a_purchase_larger_than_the_share_goes_alone(void **state)
{
	struct gate gate;

	(void)state;
	gate_open(&gate, none);
	gate_refresh(&gate, 10, 1, 10);
	assert_int_equal(gate_take(&gate, 5), GATE_TAKE);
	assert_int_equal(gate_take(&gate, 1), GATE_WAIT);
	gate_settle(&gate, 5);
	gate_refresh(&gate, 5, 1, 10);
	assert_int_equal(gate_take(&gate, 5), GATE_TAKE);
}

static void a_restock_opens_a_closed_gate(void **state)
{
	struct gate gate;

	(void)state;
	gate_open(&gate, tenth);
	gate_refresh(&gate, 0, 1, 10);
	assert_int_equal(gate_take(&gate, 1), GATE_SOLD_OUT);
	gate_refresh(&gate, 1, 1, 10);
	assert_int_equal(gate_take(&gate, 1), GATE_TAKE);
}

/*
 * A whole sale with a Redis that grants one by one: for random weights, buffers, deaths and lost
 * answers all is sold, and never one more (Redis decides; the gate must only never starve).
 */
static void whoever_lives_sells_everything(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 300; seed++) {
		struct gate gate[4];
		int64_t weight[4], live = 0, left = 1 + (int64_t)seed % 97, asked = 0;

		srand(seed);
		for (int i = 0; i < 4; i++) {
			gate_open(&gate[i], seed % 2 ? tenth : none);
			live += weight[i] = 1 + rand() % 9;
		}
		int dead = rand() % 4; /* it still counts as living: the worst case */
		for (int step = 0; left > 0 && step < 100000; step++, asked++) {
			int i = rand() % 4;

			if (i == dead)
				continue;
			if (rand() % 3 == 0)
				gate_refresh(&gate[i], left, weight[i], live);
			if (gate_take(&gate[i], 1) != GATE_TAKE)
				continue;
			left--;
			gate_settle(&gate[i], 1);
			gate_refresh(&gate[i], left, weight[i], live);
		}
		assert_int_equal(left, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares_follow_the_weights_and_the_buffer),
		cmocka_unit_test(a_share_is_rounded_up_and_the_buffer_is_at_least_one),
		cmocka_unit_test(a_huge_stock_does_not_overflow),
		cmocka_unit_test(the_shares_of_all_nodes_cover_the_stock),
		cmocka_unit_test(a_new_gate_is_sold_out),
		cmocka_unit_test(tokens_are_spent_then_a_buyer_waits),
		cmocka_unit_test(units_asked_for_are_not_dealt_twice),
		cmocka_unit_test(sold_out_is_said_only_when_that_many_are_not_left),
		cmocka_unit_test(a_purchase_larger_than_the_share_goes_alone),
		cmocka_unit_test(a_restock_opens_a_closed_gate),
		cmocka_unit_test(whoever_lives_sells_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
