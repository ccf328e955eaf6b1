/*
 * test_sale.c - what is refused from memory, and the counts of a view.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/sale.h"

static void an_open_sale_may_be_asked_within_the_limit(void **state)
{
	struct sale_view view = { .state = SALE_OPEN, .units_max = 2 };

	(void)state;
	assert_int_equal(sale_ask(&view, 2), SALE_MAY_ASK);
	assert_int_equal(sale_ask(&view, 3), SALE_OVER_LIMIT);
}

static void a_paused_and_a_closed_sale_say_so(void **state)
{
	struct sale_view view = { .state = SALE_PAUSED, .units_max = 2 };

	(void)state;
	assert_int_equal(sale_ask(&view, 1), SALE_IS_PAUSED);
	view.state = SALE_CLOSED;
	assert_int_equal(sale_ask(&view, 1), SALE_HAS_ENDED);
}

/* I1: left + held + paid (+ outside) = total. */
static void left_held_paid_and_outside_make_the_total(void **state)
{
	struct sale_view view = { .total = 100, .sold = 60, .paid = 20, .outside = 5 };

	(void)state;
	assert_int_equal(sale_left(&view), 40);
	assert_int_equal(sale_held(&view), 35);
	assert_int_equal(sale_left(&view) + sale_held(&view) + view.paid + view.outside, 100);
}

static void states_are_read_and_written_by_the_same_words(void **state)
{
	enum sale_state got = SALE_OPEN;

	(void)state;
	assert_true(sale_state_parse("paused", 6, &got));
	assert_int_equal(got, SALE_PAUSED);
	assert_string_equal(sale_state_word(got), "paused");
	assert_false(sale_state_parse("pause", 5, &got));
	assert_false(sale_state_parse("", 0, &got));
	assert_false(sale_state_parse("opened", 6, &got));
	assert_int_equal(got, SALE_PAUSED);
}

static void rules_refuse_who_is_not_proven_comes_early_or_late(void **state)
{
	const struct sale_buyer name = { .is_proven = false }, user = { .is_proven = true };
	const struct sale_rules none = { .are_any = true };
	const struct sale_rules token = { .are_any = true, .token_required = 1 };
	const struct sale_rules hours = { .are_any = true, .starts_ms = 5000, .ends_ms = 9000 };
	const struct sale_rules draw = {
		.are_any = true, .starts_ms = 5000, .ends_ms = 9000, .draw_commit = "9f"
	};
	const struct sale_buyer risky = { .is_proven = true, .is_risky = true };

	(void)state;
	assert_int_equal(sale_ask_rules(&none, &name, 0), SALE_MAY_ASK);
	assert_int_equal(sale_ask_rules(&token, &name, 0), SALE_NEEDS_TOKEN);
	assert_int_equal(sale_ask_rules(&token, &user, 0), SALE_MAY_ASK);
	/* Near the start Redis is asked, for a node's time is an estimate. */
	assert_int_equal(sale_ask_rules(&hours, &name, 4999 - SALE_EARLY_MS), SALE_NOT_STARTED);
	assert_int_equal(sale_ask_rules(&hours, &name, 5000 - SALE_EARLY_MS), SALE_MAY_ASK);
	assert_int_equal(sale_ask_rules(&hours, &name, 8999), SALE_MAY_ASK);
	assert_int_equal(sale_ask_rules(&hours, &name, 9000), SALE_HAS_ENDED);
	assert_int_equal(sale_ask_rules(&none, &risky, 0), SALE_TOO_RISKY);
	/* Who has won a draw may ask after its end, and by any roll. */
	assert_int_equal(sale_ask_rules(&draw, &name, 4999 - SALE_EARLY_MS), SALE_NOT_STARTED);
	assert_int_equal(sale_ask_rules(&draw, &risky, 9000), SALE_MAY_ASK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_open_sale_may_be_asked_within_the_limit),
		cmocka_unit_test(a_paused_and_a_closed_sale_say_so),
		cmocka_unit_test(left_held_paid_and_outside_make_the_total),
		cmocka_unit_test(states_are_read_and_written_by_the_same_words),
		cmocka_unit_test(rules_refuse_who_is_not_proven_comes_early_or_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
