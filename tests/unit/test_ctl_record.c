/*
 * test_ctl_record.c - records of Redis and lines of stat.log are taken apart in one form only.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/record.h"
#include "ctl/statlog_line.h"

#define LINE                                                                                       \
	"result:1,localSales:145,time:1763814000123,port:3001,item:ticket,reason:ACCEPTED,"        \
	"status:200,units:2,order:42,micros:812,key:k:1"

static struct events_text text_of(const char *text)
{
	return (struct events_text){ text, strlen(text) };
}

static void assert_text(struct events_text text, const char *expected)
{
	assert_int_equal(text.size, strlen(expected));
	assert_memory_equal(text.at, expected, text.size);
}

static void an_order_has_ten_parts(void **state)
{
	struct record_order record;

	(void)state;
	assert_true(record_read_order(text_of("paid|3|30|1000|2000|1|ada|key-1|1500|t1"), &record));
	assert_int_equal(record.state, EVENTS_IS_PAID);
	assert_int_equal(record.units, 3);
	assert_int_equal(record.amount, 30);
	assert_int_equal(record.created_ms, 1000);
	assert_int_equal(record.deadline_ms, 2000);
	assert_int_equal(record.epoch, 1);
	assert_int_equal(record.moved_ms, 1500);
	assert_text(record.user, "ada");
	assert_text(record.key, "key-1");
	assert_text(record.txn, "t1");
	assert_true(record_read_order(text_of("held|1|0|1|2|1||k|0|"), &record));
	assert_text(record.user, "");
	assert_text(record.txn, "");
}

static void what_is_no_order_is_refused(void **state)
{
	const char *const none[] = {
		"",
		"held",
		"held|1|0|1|2|1||k|0",    /* a part too few */
		"held|1|0|1|2|1||k|0||",  /* one too many */
		"lost|1|0|1|2|1||k|0|",   /* no state */
		"held|01|0|1|2|1||k|0|",  /* a leading zero */
		"held|-1|0|1|2|1||k|0|",  /* a sign */
		"held|1e3|0|1|2|1||k|0|", /* no digits */
		"held||0|1|2|1||k|0|",    /* no number */
		"held|1|0|1|2|1||k| 0|",  /* a blank */
		"held|9999999999999999999|0|1|2|1||k|0|",
	};
	struct record_order record;

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(record_read_order(text_of(none[i]), &record));
	assert_false(record_read_order((struct events_text){ NULL, 0 }, &record));
}

static void a_request_has_four_parts_and_a_payment_seven(void **state)
{
	struct record_request request;
	struct record_payment payment;

	(void)state;
	assert_true(record_read_request(text_of("42|2000|3|ada"), &request));
	assert_int_equal(request.order, 42);
	assert_int_equal(request.deadline_ms, 2000);
	assert_int_equal(request.units, 3);
	assert_text(request.user, "ada");
	assert_false(record_read_request(text_of("42|2000|3"), &request));
	assert_false(record_read_request(text_of("42|2000|3|ada|"), &request));
	assert_false(record_read_request(text_of("x|2000|3|ada"), &request));
	assert_true(record_read_payment(text_of("42|due|30|1500|3|1|ada"), &payment));
	assert_int_equal(payment.order, 42);
	assert_int_equal(payment.fate, RECORD_DUE);
	assert_int_equal(payment.amount, 30);
	assert_int_equal(payment.at_ms, 1500);
	assert_int_equal(payment.units, 3);
	assert_int_equal(payment.epoch, 1);
	assert_false(record_read_payment(text_of("42|dues|30|1500|3|1|ada"), &payment));
	assert_false(record_read_payment(text_of("42|due|30|1500|3|1"), &payment));
	assert_string_equal(record_fate_word(RECORD_REFUNDED), "refunded");
}

static void a_line_has_eleven_fields_by_name(void **state)
{
	struct statlog_line line;

	(void)state;
	assert_true(statlog_line_read(text_of(LINE), &line));
	assert_true(line.is_sold);
	assert_int_equal(line.order, 42);
	assert_int_equal(line.units, 2);
	assert_text(line.item, "ticket");
	assert_text(line.reason, "ACCEPTED");
	assert_text(line.key, "k:1");
	assert_true(
		statlog_line_read(text_of("result:0,localSales:1,time:1,port:1,item:-,reason:BUSY,"
					  "status:503,units:1,order:-,micros:1,key:-"),
				  &line));
	assert_false(line.is_sold);
	assert_int_equal(line.order, 0);
}

static void half_a_line_is_none(void **state)
{
	const size_t whole = strlen(LINE), key = strlen("k:1");
	struct statlog_line line;

	(void)state;
	for (size_t i = 0; i < whole - key + 1; i++) /* cut inside the key, nobody can tell */
		assert_false(statlog_line_read((struct events_text){ LINE, i }, &line));
	assert_false(statlog_line_read(text_of(LINE ",more:1"), &line));
	assert_false(statlog_line_read(text_of("x" LINE), &line));
	assert_false(statlog_line_read(text_of("result:2" LINE), &line));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_order_has_ten_parts),
		cmocka_unit_test(what_is_no_order_is_refused),
		cmocka_unit_test(a_request_has_four_parts_and_a_payment_seven),
		cmocka_unit_test(a_line_has_eleven_fields_by_name),
		cmocka_unit_test(half_a_line_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
