/*
 * test_batch.c - group commit: who flies, who lands, and what comes back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/batch.h"

enum { CROWD = 300 };

struct airport {
	struct gate gate;
	struct purchase_list queue;
	struct purchase crowd[CROWD];
	struct batch_flight flight;
};

/* A crowd of queued purchases of one unit each, with their tokens taken. */
static void crowd_queues(struct airport *port, int count)
{
	memset(port, 0, sizeof(*port));
	gate_open(&port->gate, (struct gate_buffer){ -1, 0 });
	gate_refresh(&port->gate, 100000, 1, 1);
	for (int i = 0; i < count; i++) {
		assert_int_equal(gate_take(&port->gate, 1), GATE_TAKE);
		port->crowd[i].units = port->crowd[i].tokens = 1;
		purchase_move(&port->crowd[i], PURCHASE_QUEUED);
		purchase_list_append(&port->queue, &port->crowd[i]);
	}
}

static void a_batch_takes_the_first_and_leaves_the_rest(void **state)
{
	struct airport port;

	(void)state;
	crowd_queues(&port, CROWD);
	batch_take_off(&port.flight, &port.queue, BATCH_PURCHASES_MAX);
	assert_int_equal(port.flight.count, 256);
	assert_int_equal(port.queue.count, CROWD - 256);
	assert_ptr_equal(port.flight.member[0], &port.crowd[0]);
	assert_ptr_equal(port.queue.first, &port.crowd[256]);
	assert_int_equal(port.crowd[255].state, PURCHASE_SENT);
	assert_int_equal(port.crowd[256].state, PURCHASE_QUEUED);
}

static void no_batch_goes_while_enough_are_out(void **state)
{
	(void)state;
	assert_true(batch_is_due(1, 0, 0, 2));
	assert_true(batch_is_due(1, 1, 1, 2));
	assert_false(batch_is_due(500, 2, 2, 2));
	assert_false(batch_is_due(0, 0, 0, 2));
}

static void a_batch_beside_others_is_as_large_as_they_are(void **state)
{
	(void)state;
	assert_false(batch_is_due(49, 50, 1, 2));
	assert_true(batch_is_due(50, 50, 1, 2));
	assert_false(batch_is_due(99, 200, 1, 2));
	assert_true(batch_is_due(BATCH_WORTH, 200, 1, 2));
	assert_true(batch_is_due(1, 0, 0, 2));
}

static void landing_settles_the_tokens_of_each(void **state)
{
	struct airport port;

	(void)state;
	crowd_queues(&port, 3);
	batch_take_off(&port.flight, &port.queue, 256);
	for (uint32_t i = 0; i < 3; i++) {
		assert_ptr_equal(batch_land(&port.flight, i, &port.gate), &port.crowd[i]);
		assert_int_equal(port.gate.pending, 2 - (int64_t)i);
	}
	assert_null(port.crowd[0].flight);
}

static void one_that_left_keeps_its_place_and_its_tokens_are_settled_once(void **state)
{
	struct airport port;

	(void)state;
	crowd_queues(&port, 2);
	batch_take_off(&port.flight, &port.queue, 256);
	batch_leave(&port.crowd[0]);
	assert_int_equal(port.gate.pending, 2);
	assert_null(batch_land(&port.flight, 0, &port.gate));
	assert_ptr_equal(batch_land(&port.flight, 1, &port.gate), &port.crowd[1]);
	assert_int_equal(port.gate.pending, 0);
}

static void a_lost_batch_comes_back_first_in_order_and_doubtful(void **state)
{
	struct airport port;

	(void)state;
	crowd_queues(&port, 6);
	batch_take_off(&port.flight, &port.queue, 4);
	batch_leave(&port.crowd[1]);
	batch_return(&port.flight, &port.queue, &port.gate, true);
	assert_int_equal(port.queue.count, 5);
	assert_ptr_equal(port.queue.first, &port.crowd[0]);
	assert_ptr_equal(port.queue.first->next, &port.crowd[2]);
	assert_ptr_equal(port.queue.last, &port.crowd[5]);
	assert_true(port.crowd[2].doubtful);
	assert_false(port.crowd[5].doubtful);
	assert_int_equal(port.gate.pending, 5); /* theirs stay taken; the leaver's is settled */
}

static void a_refused_batch_is_not_doubtful(void **state)
{
	struct airport port;

	(void)state;
	crowd_queues(&port, 1);
	batch_take_off(&port.flight, &port.queue, 1);
	batch_return(&port.flight, &port.queue, &port.gate, false);
	assert_int_equal(purchase_outcome_late(&port.crowd[0]), OUTCOME_BUSY);
}

static void doubt_stays_after_a_later_refusal(void **state)
{
	struct airport port;

	(void)state;
	crowd_queues(&port, 1);
	batch_take_off(&port.flight, &port.queue, 1);
	batch_return(&port.flight, &port.queue, &port.gate, true);
	batch_take_off(&port.flight, &port.queue, 1);
	batch_return(&port.flight, &port.queue, &port.gate, false);
	assert_int_equal(purchase_outcome_late(&port.crowd[0]), OUTCOME_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_batch_takes_the_first_and_leaves_the_rest),
		cmocka_unit_test(no_batch_goes_while_enough_are_out),
		cmocka_unit_test(a_batch_beside_others_is_as_large_as_they_are),
		cmocka_unit_test(landing_settles_the_tokens_of_each),
		cmocka_unit_test(one_that_left_keeps_its_place_and_its_tokens_are_settled_once),
		cmocka_unit_test(a_lost_batch_comes_back_first_in_order_and_doubtful),
		cmocka_unit_test(a_refused_batch_is_not_doubtful),
		cmocka_unit_test(doubt_stays_after_a_later_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
