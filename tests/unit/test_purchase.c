/*
 * test_purchase.c - the moves of a purchase, its lists, and what it is told when it is late.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/purchase.h"

static void only_the_moves_of_the_drawing_exist(void **state)
{
	static const enum purchase_state allowed[][2] = {
		{ PURCHASE_BORN, PURCHASE_WAITING },     { PURCHASE_BORN, PURCHASE_QUEUED },
		{ PURCHASE_BORN, PURCHASE_ANSWERED },    { PURCHASE_WAITING, PURCHASE_QUEUED },
		{ PURCHASE_WAITING, PURCHASE_ANSWERED }, { PURCHASE_QUEUED, PURCHASE_SENT },
		{ PURCHASE_QUEUED, PURCHASE_ANSWERED },  { PURCHASE_SENT, PURCHASE_QUEUED },
		{ PURCHASE_SENT, PURCHASE_ANSWERED },
	};
	int count = 0;

	(void)state;
	for (int from = 0; from < PURCHASE_STATES; from++) {
		for (int to = 0; to < PURCHASE_STATES; to++)
			count += purchase_may_move((enum purchase_state)from,
						   (enum purchase_state)to);
	}
	assert_int_equal(count, sizeof(allowed) / sizeof(allowed[0]));
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		assert_true(purchase_may_move(allowed[i][0], allowed[i][1]));
}

static void nothing_leaves_the_answered_state(void **state)
{
	(void)state;
	for (int to = 0; to < PURCHASE_STATES; to++)
		assert_false(purchase_may_move(PURCHASE_ANSWERED, (enum purchase_state)to));
}

static void a_late_purchase_is_busy_only_if_it_was_never_sent(void **state)
{
	struct purchase purchase = { .state = PURCHASE_WAITING };

	(void)state;
	assert_int_equal(purchase_outcome_late(&purchase), OUTCOME_BUSY);
	purchase.state = PURCHASE_QUEUED;
	assert_int_equal(purchase_outcome_late(&purchase), OUTCOME_BUSY);
	purchase.doubtful = true;
	assert_int_equal(purchase_outcome_late(&purchase), OUTCOME_UNKNOWN);
	purchase = (struct purchase){ .state = PURCHASE_SENT };
	assert_int_equal(purchase_outcome_late(&purchase), OUTCOME_UNKNOWN);
}

static void each_outcome_has_its_own_word(void **state)
{
	(void)state;
	for (int i = 0; i < OUTCOMES; i++) {
		for (int j = 0; j < i; j++)
			assert_string_not_equal(purchase_outcome_word((enum purchase_outcome)i),
						purchase_outcome_word((enum purchase_outcome)j));
	}
}

static void a_list_keeps_order_when_its_middle_leaves(void **state)
{
	struct purchase_list list = { 0 };
	struct purchase p[4] = { 0 };

	(void)state;
	purchase_list_append(&list, &p[1]);
	purchase_list_append(&list, &p[2]);
	purchase_list_append(&list, &p[3]);
	purchase_list_prepend(&list, &p[0]);
	purchase_list_remove(&list, &p[1]);
	assert_ptr_equal(list.first, &p[0]);
	assert_ptr_equal(list.first->next, &p[2]);
	purchase_list_remove(&list, &p[3]);
	assert_ptr_equal(list.last, &p[2]);
	purchase_list_remove(&list, &p[0]);
	purchase_list_remove(&list, &p[2]);
	assert_null(list.first);
	assert_null(list.last);
	assert_int_equal(list.count, 0);
}

static void deadlines_give_the_soonest_whoever_leaves(void **state)
{
	struct purchase_deadlines all = { 0 };
	struct purchase p[3] = { { .deadline_ms = 1 }, { .deadline_ms = 1 }, { .deadline_ms = 5 } };

	(void)state;
	for (int i = 0; i < 3; i++)
		purchase_deadlines_add(&all, &p[i]);
	purchase_deadlines_remove(&all, &p[1]);
	assert_ptr_equal(all.soonest, &p[0]);
	purchase_deadlines_remove(&all, &p[0]);
	assert_ptr_equal(all.soonest, &p[2]);
	purchase_deadlines_remove(&all, &p[2]);
	assert_null(all.soonest);
	assert_null(all.latest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_moves_of_the_drawing_exist),
		cmocka_unit_test(nothing_leaves_the_answered_state),
		cmocka_unit_test(a_late_purchase_is_busy_only_if_it_was_never_sent),
		cmocka_unit_test(each_outcome_has_its_own_word),
		cmocka_unit_test(a_list_keeps_order_when_its_middle_leaves),
		cmocka_unit_test(deadlines_give_the_soonest_whoever_leaves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
