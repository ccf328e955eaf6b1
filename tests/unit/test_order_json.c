/*
 * test_order_json.c - an order's text, byte for byte, for each state and progress.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/order_json.h"

static struct order_facts facts_of(const char *state)
{
	return (struct order_facts){
		.number = "ticket-00000042-0123456789ab",
		.item = "ticket",
		.state = state,
		.units = 2,
		.amount = 500,
		.created_ms = 1763814000123,
		.deadline_ms = 1763814300123,
	};
}

static void assert_holds(const struct order_facts *facts, const char *expected)
{
	char text[ORDER_JSON_BYTES];
	size_t size = order_json_write(text, facts);

	assert_int_equal(size, strlen(text));
	if (strstr(text, expected) == NULL)
		fail_msg("%s is not in %s", expected, text);
}

static void the_whole_text(void **state)
{
	struct order_facts facts = facts_of("held");
	char text[ORDER_JSON_BYTES];

	(void)state;
	order_json_write(text, &facts);
	assert_string_equal(text,
			    "{\"code\":1,\"success\":true,\"resultCode\":0,\"data\":{"
			    "\"orderId\":\"ticket-00000042-0123456789ab\",\"item\":\"ticket\","
			    "\"state\":\"held\",\"progress\":\"accepted\",\"units\":2,"
			    "\"amount\":500,\"createdAt\":1763814000123,\"recorded\":false,"
			    "\"payBefore\":1763814300123,\"changedAt\":0,\"refundDue\":false}}\n");
}

static void a_hold_is_accepted_then_recorded_then_awaits_its_payment(void **state)
{
	struct order_facts facts = facts_of("held");

	(void)state;
	assert_holds(&facts, "\"progress\":\"accepted\"");
	facts.recorded = true;
	assert_holds(&facts, "\"progress\":\"awaiting_payment\"");
	assert_holds(&facts, "\"recorded\":true");
}

static void else_the_progress_is_the_state(void **state)
{
	static const char *const states[] = { "paid", "expired", "cancelled", "refunded" };
	char expected[80];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct order_facts facts = facts_of(states[i]);

		facts.moved_ms = 7;
		snprintf(expected, sizeof(expected), "\"state\":\"%s\",\"progress\":\"%s\"",
			 states[i], states[i]);
		assert_holds(&facts, expected);
		assert_holds(&facts, "\"changedAt\":7");
		facts.recorded = facts.refund_due = true;
		assert_holds(&facts, expected);
		assert_holds(&facts, "\"refundDue\":true");
	}
}

static void the_longest_of_everything_has_room(void **state)
{
	struct order_facts facts = facts_of("cancelled");

	(void)state;
	facts.number = "abcdefghijklmnopqrstuvwxyz012345-999999999999999999-0123456789ab";
	facts.item = "abcdefghijklmnopqrstuvwxyz012345";
	facts.units = facts.amount = facts.created_ms = INT64_MAX;
	facts.deadline_ms = facts.moved_ms = INT64_MAX;
	assert_holds(&facts, "9223372036854775807");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_whole_text),
		cmocka_unit_test(a_hold_is_accepted_then_recorded_then_awaits_its_payment),
		cmocka_unit_test(else_the_progress_is_the_state),
		cmocka_unit_test(the_longest_of_everything_has_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
