/*
 * test_page.c - the orders of a batch: found again by item and number, in the order they came.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ledger/page.h"

static void an_order_is_found_by_its_item_and_number(void **state)
{
	struct page *page = page_open();

	(void)state;
	page_clear(page, 4);
	assert_null(page_find(page, 0, 7));
	page_take(page, 0, 7)->order.units = 1;
	page_take(page, 1, 7)->order.units = 2;
	page_take(page, 0, 8)->order.units = 3;
	assert_int_equal(page_find(page, 0, 7)->order.units, 1);
	assert_int_equal(page_find(page, 1, 7)->order.units, 2);
	assert_int_equal(page_find(page, 0, 8)->order.units, 3);
	assert_null(page_find(page, 1, 8));
	assert_ptr_equal(page_take(page, 0, 7), page_find(page, 0, 7));
	assert_int_equal(page_count(page), 3);
	assert_int_equal(page_at(page, 1)->item, 1);
	page_close(page);
}

static void a_full_page_of_neighbours_and_strangers_is_found(void **state)
{
	enum { ORDERS = 5000 };
	struct page *page = page_open();

	(void)state;
	for (int64_t step = 1; step < 1000000007; step *= 1009) {
		page_clear(page, ORDERS);
		for (int64_t i = 0; i < ORDERS; i++)
			page_take(page, (size_t)i % 3, 1 + i * step)->order.seq = i;
		for (int64_t i = 0; i < ORDERS; i++)
			assert_int_equal(page_find(page, (size_t)i % 3, 1 + i * step)->order.seq,
					 i);
		assert_null(page_find(page, 2, 1));
		assert_int_equal(page_count(page), ORDERS);
	}
	page_close(page);
}

static void a_cleared_page_is_empty_and_has_room(void **state)
{
	struct page *page = page_open();

	(void)state;
	page_clear(page, 0);
	assert_int_equal(page_count(page), 0);
	assert_null(page_find(page, 0, 1));
	for (size_t room = 1; room < 300; room = room * 2 + 1) {
		page_clear(page, room);
		for (size_t i = 0; i < room; i++)
			page_take(page, 0, (int64_t)i + 1)->is_new = true;
		page_clear(page, 1);
		assert_null(page_find(page, 0, 1));
		assert_false(page_take(page, 0, 1)->is_new);
	}
	page_close(page);
	page_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_order_is_found_by_its_item_and_number),
		cmocka_unit_test(a_full_page_of_neighbours_and_strangers_is_found),
		cmocka_unit_test(a_cleared_page_is_empty_and_has_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
