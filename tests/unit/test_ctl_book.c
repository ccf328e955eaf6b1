/*
 * test_ctl_book.c - the book follows the log: orders, buyers, payments, and what it refuses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/book.h"
#include "ctl/table.h"

static struct events_text text_of(const char *text)
{
	return (struct events_text){ text, strlen(text) };
}

/* NULL if the event was applied, else why not. */
static const char *add(struct book *book, int64_t seq, const char *name, const char *words)
{
	struct events_event event;
	const char *why = NULL;

	if (!events_parse(seq, text_of(name), text_of(words), &event, &why))
		return why;
	return book_apply(book, &event);
}

static void assert_added(struct book *book, int64_t seq, const char *name, const char *words)
{
	const char *why = add(book, seq, name, words);

	if (why != NULL)
		fail_msg("%s %s: %s", name, words, why);
}

/* A sale of 10 with two orders: 2 is ada's of 3 units, 3 is anonymous, of 1. */
static struct book *two_orders(void)
{
	struct book *book = book_open();

	assert_added(book, 1, "opened", "1|1000|10|0");
	assert_added(book, 2, "created", "1|1001|3|30|2000|ada|key-1");
	assert_added(book, 3, "created", "1|1002|1|10|2000||key-2");
	return book;
}

static void orders_are_found_by_their_seq(void **state)
{
	struct book *book = two_orders();

	(void)state;
	assert_int_equal(book_orders(book), 2);
	assert_int_equal(book_held(book), 2);
	assert_int_equal(book_find(book, 2)->order.units, 3);
	assert_true(book_find(book, 2)->user == book_hash(book, text_of("ada")));
	assert_true(book_find(book, 2)->key == book_hash(book, text_of("key-1")));
	assert_int_equal(book_find(book, 3)->user, 0);
	assert_ptr_equal(book_order_at(book, 1), book_find(book, 3));
	assert_null(book_find(book, 1));
	assert_null(book_find(book, 4));
	assert_int_equal(book_item(book)->held, 4);
	book_close(book);
}

static void buyers_have_what_is_held_or_paid_in_this_epoch(void **state)
{
	struct book *book = two_orders();

	(void)state;
	assert_int_equal(book_buyers(book), 1);
	assert_int_equal(book_buyer(book, text_of("ada")), 3);
	assert_int_equal(book_buyer(book, text_of("bob")), 0);
	assert_added(book, 4, "paid", "1|1500|2|3|t1|30");
	assert_int_equal(book_buyer(book, text_of("ada")), 3);
	assert_added(book, 5, "refunded", "1|1600|2|3|t1|30");
	assert_int_equal(book_buyer(book, text_of("ada")), 0);
	assert_int_equal(book_buyers(book), 0);
	assert_added(book, 6, "created", "1|1700|2|20|2700|ada|key-3");
	assert_int_equal(book_buyer(book, text_of("ada")), 2);
	assert_added(book, 7, "opened", "7|1800|10|0");
	assert_int_equal(book_buyers(book), 0);
	assert_added(book, 8, "expired", "1|2700|6|2"); /* of the sale before: nobody's units */
	assert_int_equal(book_buyer(book, text_of("ada")), 0);
	assert_int_equal(book_buyers(book), 0);
	book_close(book);
}

static void the_newest_event_and_payment_of_an_order_are_known(void **state)
{
	struct book *book = two_orders();

	(void)state;
	assert_int_equal(book_find(book, 2)->last_seq, 0);
	assert_added(book, 4, "expired", "1|2000|2|3");
	assert_int_equal(book_find(book, 2)->last_seq, 4);
	assert_added(book, 5, "due", "1|2001|2|0|t1|30");
	assert_int_equal(book_find(book, 2)->last_seq, 5);
	assert_true(book_find(book, 2)->txn == book_hash(book, text_of("t1")));
	assert_added(book, 6, "due", "0|2002|2|0|t2|99"); /* its record had left Redis */
	assert_int_equal(book_find(book, 2)->last_seq, 5);
	assert_true(book_find(book, 2)->txn == book_hash(book, text_of("t1")));
	assert_added(book, 7, "paid", "1|2003|2|3|t3|30"); /* retaken */
	assert_true(book_find(book, 2)->txn == book_hash(book, text_of("t3")));
	assert_added(book, 8, "due", "1|2004|2|0|t4|30"); /* a second payment names nothing */
	assert_true(book_find(book, 2)->txn == book_hash(book, text_of("t3")));
	assert_int_equal(book_find(book, 2)->last_seq, 8);
	book_close(book);
}

static void payments_keep_their_fate(void **state)
{
	struct book *book = two_orders();
	const struct book_payment *payment;

	(void)state;
	assert_added(book, 4, "paid", "1|1500|2|3|t1|30");
	payment = book_payment(book, text_of("t1"));
	assert_int_equal(payment->fate, RECORD_PAID);
	assert_int_equal(payment->units, 3);
	assert_int_equal(payment->epoch, 1);
	assert_true(payment->user == book_hash(book, text_of("ada")));
	assert_added(book, 5, "due", "0|1600|2|0|t2|30");
	payment = book_payment(book, text_of("t2"));
	assert_int_equal(payment->fate, RECORD_DUE);
	assert_int_equal(payment->units, 0);
	assert_int_equal(payment->epoch, 0);
	assert_int_equal(payment->user, 0);
	assert_added(book, 6, "refunded", "0|1700|2|0|t2|30");
	payment = book_payment(book, text_of("t2"));
	assert_int_equal(payment->fate, RECORD_REFUNDED);
	assert_int_equal(payment->at_ms, 1700);
	assert_int_equal(book_payments(book), 2);
	assert_null(book_payment(book, text_of("t3")));
	book_close(book);
}

static void assert_refused(struct book *book, int64_t seq, const char *name, const char *words,
			   const char *why)
{
	const struct events_item before = *book_item(book);
	const char *said = add(book, seq, name, words);

	if (said == NULL || strstr(said, why) == NULL)
		fail_msg("%s %s: %s", name, words, said == NULL ? "applied" : said);
	assert_memory_equal(&before, book_item(book), sizeof(before));
}

static void what_the_rules_do_not_allow_changes_nothing(void **state)
{
	struct book *book = two_orders();

	(void)state;
	assert_refused(book, 3, "expired", "1|2000|2|3", "applied before");
	assert_refused(book, 5, "expired", "1|2000|2|3", "missing before");
	assert_refused(book, 4, "created", "1|1003|7|70|2000||k", "than there are");
	assert_refused(book, 4, "expired", "1|2000|9|3", "no order");
	assert_refused(book, 4, "refunded", "1|1500|2|3|t1|30", "no such payment");
	assert_added(book, 4, "paid", "1|1500|2|3|t1|30");
	assert_refused(book, 5, "paid", "1|1501|3|1|t1|10", "came before");
	assert_refused(book, 5, "refunded", "1|1501|3|1|t1|10", "another order or amount");
	assert_refused(book, 5, "refunded", "1|1501|2|0|t1|30", "units come back");
	assert_added(book, 5, "refunded", "1|1501|2|3|t1|30");
	assert_refused(book, 6, "refunded", "1|1502|2|3|t1|30", "given back before");
	assert_int_equal(book_orders(book), 2);
	book_close(book);
}

static void many_orders_are_found_as_well(void **state)
{
	struct book *book = book_open();
	char words[100];

	(void)state;
	assert_added(book, 1, "opened", "1|1000|50000|0");
	for (int i = 2; i <= 20001; i++) {
		snprintf(words, sizeof(words), "1|1001|1|0|2000|u%d|k%d", i % 5000, i);
		assert_added(book, i, "created", words);
	}
	assert_int_equal(book_orders(book), 20000);
	assert_int_equal(book_buyers(book), 5000);
	for (int i = 2; i <= 20001; i++)
		assert_int_equal(book_find(book, i)->order.seq, i);
	assert_int_equal(book_buyer(book, text_of("u7")), 4);
	book_close(book);
}

static void a_table_keeps_every_number(void **state)
{
	struct table *table = table_open();

	(void)state;
	assert_null(table_get(table, 0));
	for (uint64_t i = 0; i < 10000; i++) /* keys that all want the same place */
		*table_put(table, i << 32) += (int64_t)i;
	for (uint64_t i = 0; i < 10000; i++)
		assert_int_equal(*table_get(table, i << 32), i);
	assert_null(table_get(table, 1));
	table_close(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_are_found_by_their_seq),
		cmocka_unit_test(buyers_have_what_is_held_or_paid_in_this_epoch),
		cmocka_unit_test(the_newest_event_and_payment_of_an_order_are_known),
		cmocka_unit_test(payments_keep_their_fate),
		cmocka_unit_test(what_the_rules_do_not_allow_changes_nothing),
		cmocka_unit_test(many_orders_are_found_as_well),
		cmocka_unit_test(a_table_keeps_every_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
