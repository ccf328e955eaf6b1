/*
 * test_book.c - batches of events into a SQLite file: rows and cursor together, or nothing.
 *
 * tests/ledger shows the same on a running ledger and on PostgreSQL; here each case is one batch.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/log.h"
#include "ledger/book.h"
#include "ledger/rows.h"
#include "ledger/schema.h"

struct desk {
	char folder[64], url[128];
	struct db *db;
	struct roster *roster;
	struct book *book;
	struct roster_item *item;
};

/* Opens the database, perhaps again, and reads what it holds. */
static void desk_start(struct desk *desk)
{
	char why[SCHEMA_WHY_BYTES];

	db_close(desk->db);
	desk->db = db_open(desk->url, false);
	assert_non_null(desk->db);
	assert_int_equal(schema_prepare(desk->db, why), DB_DONE);
	assert_int_equal(book_start(desk->book, desk->db), DB_DONE);
	desk->item = roster_take(desk->roster, "ticket", 6);
}

static int desk_open(void **state)
{
	struct desk *desk = calloc(1, sizeof(*desk));

	log_open("test", LOG_ERROR + 1);
	strcpy(desk->folder, "/tmp/penstock-book-XXXXXX");
	assert_non_null(mkdtemp(desk->folder));
	snprintf(desk->url, sizeof(desk->url), "sqlite:%s/t.db", desk->folder);
	desk->roster = roster_open();
	desk->book = book_open(desk->roster);
	desk_start(desk);
	*state = desk;
	return 0;
}

static int desk_close(void **state)
{
	struct desk *desk = *state;
	char command[128];

	book_close(desk->book);
	roster_close(desk->roster);
	db_close(desk->db);
	snprintf(command, sizeof(command), "rm -rf %s", desk->folder);
	assert_int_equal(system(command), 0);
	free(desk);
	return 0;
}

static void add(struct desk *desk, int64_t seq, const char *kind, const char *words)
{
	book_add(desk->book, desk->item, seq, (struct events_text){ kind, strlen(kind) },
		 (struct events_text){ words, strlen(words) });
}

static void write_batch(struct desk *desk)
{
	assert_int_equal(book_write(desk->book, desk->db), DB_DONE);
	assert_int_equal(book_size(desk->book), 0);
}

static bool on_number(void *owner, const struct db_value *columns, size_t count)
{
	assert_int_equal(count, 1);
	*(int64_t *)owner = columns[0].number;
	return true;
}

/* The number that a SELECT gives; -1 when it gives no row. `sql` is a constant. */
static int64_t ask(struct desk *desk, const char *sql)
{
	int64_t number = -1;

	assert_int_equal(db_query(desk->db, sql, NULL, 0, on_number, &number), DB_DONE);
	return number;
}

/* Events 1 to 4: a sale of ten, order 2 of three units and order 3 of one, order 2 paid. */
static void add_sale(struct desk *desk)
{
	add(desk, 1, "opened", "1|1000|10|0");
	add(desk, 2, "created", "1|1001|3|30|2000|ann|k-2");
	add(desk, 3, "created", "1|1001|1|10|2000||k-3");
	add(desk, 4, "paid", "1|1500|2|3|t-1|30");
}

static void a_batch_is_written_with_its_cursor(void **state)
{
	struct desk *desk = *state;

	add_sale(desk);
	assert_int_equal(book_size(desk->book), 4);
	write_batch(desk);
	assert_int_equal(ask(desk, "SELECT count(*) FROM events"), 4);
	assert_int_equal(ask(desk, "SELECT seq FROM items"), 4);
	assert_int_equal(ask(desk, "SELECT held * 100 + paid FROM items"), 103);
	assert_int_equal(ask(desk, "SELECT seq FROM orders WHERE state = 'paid' AND txn = 't-1'"),
			 2);
	assert_int_equal(ask(desk, "SELECT order_seq FROM payments WHERE fate = 'paid'"), 2);
	assert_int_equal(desk->item->state.seq, 4);
	assert_int_equal(book_counts(desk->book).events, 4);
}

static void the_next_batch_goes_on_where_the_last_one_ended_also_after_a_restart(void **state)
{
	struct desk *desk = *state;

	add_sale(desk);
	write_batch(desk);
	desk_start(desk);
	assert_int_equal(desk->item->state.seq, 4);
	assert_int_equal(desk->item->state.held, 1);
	add(desk, 5, "expired", "1|2000|3|1");
	add(desk, 6, "due", "1|2001|3|0|t-2|10");
	add(desk, 7, "refunded", "1|2002|2|3|t-1|30");
	write_batch(desk);
	assert_int_equal(ask(desk, "SELECT held + paid FROM items"), 0);
	assert_int_equal(ask(desk, "SELECT refund_due FROM orders WHERE seq = 3 AND txn = 't-2'"),
			 1);
	assert_int_equal(ask(desk, "SELECT at_ms FROM payments WHERE fate = 'refunded'"), 2002);
	assert_int_equal(ask(desk, "SELECT count(*) FROM poison"), 0);
}

static void what_is_read_twice_is_written_once(void **state)
{
	struct desk *desk = *state;

	add_sale(desk);
	write_batch(desk);
	add_sale(desk);
	add(desk, 5, "cancelled", "1|1600|3|1");
	write_batch(desk);
	assert_int_equal(ask(desk, "SELECT count(*) FROM events"), 5);
	assert_int_equal(ask(desk, "SELECT count(*) FROM poison"), 0);
	assert_int_equal(book_counts(desk->book).events, 5);
}

static void a_gap_ends_the_batch_of_its_item_alone(void **state)
{
	struct desk *desk = *state;
	struct roster_item *other = roster_take(desk->roster, "other", 5);
	static const char opened[] = "1|1000|10|0";

	add_sale(desk);
	add(desk, 6, "expired", "1|2000|3|1");
	add(desk, 7, "altered", "1|2000|price|5");
	book_add(desk->book, other, 1, (struct events_text){ "opened", 6 },
		 (struct events_text){ opened, sizeof(opened) - 1 });
	write_batch(desk);
	assert_int_equal(ask(desk, "SELECT seq FROM items WHERE item = 'ticket'"), 4);
	assert_int_equal(ask(desk, "SELECT seq FROM items WHERE item = 'other'"), 1);
	assert_int_equal(ask(desk, "SELECT count(*) FROM events"), 5);
	assert_int_equal(desk->item->trouble, ROSTER_GAP);
	assert_int_equal(other->trouble, ROSTER_WELL);
	add(desk, 5, "cancelled", "1|1600|3|1");
	write_batch(desk);
	assert_int_equal(desk->item->trouble, ROSTER_WELL);
}

static void poison_is_set_aside_and_passed_over(void **state)
{
	struct desk *desk = *state;

	add_sale(desk);
	add(desk, 5, "sold", "1|2");
	add(desk, 6, "expired", "1|2000|99|1");
	add(desk, 7, "expired", "1|2000|3|1");
	write_batch(desk);
	assert_int_equal(ask(desk, "SELECT count(*) FROM poison"), 2);
	assert_int_equal(ask(desk, "SELECT seq FROM poison WHERE kind = 'sold'"), 5);
	assert_int_equal(ask(desk, "SELECT count(*) FROM events"), 5);
	assert_int_equal(ask(desk, "SELECT seq FROM items"), 7);
	assert_int_equal(book_counts(desk->book).poison, 2);
	desk_start(desk);
	assert_int_equal(book_counts(desk->book).poison, 2);
}

static void what_the_database_refuses_is_poison_wherever_it_stands(void **state)
{
	struct desk *desk = *state;
	char sql[128];

	for (int64_t bad = 1; bad <= 4; bad++) {
		assert_int_equal(db_script(desk->db, "DELETE FROM events; DELETE FROM orders;"
						     "DELETE FROM payments; DELETE FROM items;"
						     "DELETE FROM poison"),
				 DB_DONE);
		snprintf(sql, sizeof(sql), "INSERT INTO events VALUES ('ticket', %d, 'x', 'y')",
			 (int)bad);
		assert_int_equal(db_script(desk->db, sql), DB_DONE);
		desk_start(desk);
		add_sale(desk);
		write_batch(desk);
		assert_int_equal(ask(desk, "SELECT min(seq) FROM poison"), bad);
		assert_int_equal(ask(desk, "SELECT seq FROM items"), 4);
	}
}

static void a_table_that_is_gone_is_no_event_s_fault(void **state)
{
	struct desk *desk = *state;

	assert_int_equal(db_script(desk->db, "DROP TABLE items"), DB_DONE);
	add_sale(desk);
	assert_int_equal(book_write(desk->book, desk->db), DB_RETRY);
	assert_int_equal(book_size(desk->book), 0);
	assert_int_equal(desk->item->state.seq, 0);
	assert_int_equal(ask(desk, "SELECT count(*) FROM events"), 0);
}

static void a_database_that_is_held_keeps_nothing_of_the_batch(void **state)
{
	struct desk *desk = *state;
	struct db *other = db_open(desk->url, false);

	assert_int_equal(db_begin(other), DB_DONE);
	add_sale(desk);
	assert_int_equal(book_write(desk->book, desk->db), DB_RETRY);
	assert_int_equal(desk->item->state.seq, 0);
	db_rollback(other);
	db_close(other);
	assert_int_equal(ask(desk, "SELECT count(*) FROM events"), 0);
	add_sale(desk);
	write_batch(desk);
	assert_int_equal(ask(desk, "SELECT seq FROM items"), 4);
}

static void what_redis_was_told_is_kept_with_a_batch_or_alone(void **state)
{
	struct desk *desk = *state;

	add_sale(desk);
	write_batch(desk);
	desk->item->told = 4;
	assert_int_equal(ask(desk, "SELECT told FROM items"), 0);
	assert_int_equal(rows_keep_told(desk->db, desk->roster), DB_DONE);
	assert_int_equal(ask(desk, "SELECT told FROM items"), 4);
	add(desk, 5, "cancelled", "1|1600|3|1");
	write_batch(desk);
	desk->item->told = 5;
	add(desk, 6, "altered", "1|1700|price|5");
	write_batch(desk);
	assert_int_equal(ask(desk, "SELECT told FROM items"), 5);
	assert_int_equal(desk->item->kept, 5);
	desk_start(desk);
	assert_int_equal(desk->item->told, 5);
}

static void a_refunded_order_is_found_for_its_buyer(void **state)
{
	struct desk *desk = *state;
	struct events_order order;

	add_sale(desk);
	add(desk, 5, "refunded", "1|1600|2|3|t-1|30");
	write_batch(desk);
	assert_int_equal(rows_find_order(desk->db, "ticket", 2, &order), DB_DONE);
	assert_int_equal(order.state, EVENTS_IS_REFUNDED);
	assert_int_equal(order.moved_ms, 1600);
	assert_int_equal(rows_find_order(desk->db, "ticket", 9, &order), DB_DONE);
	assert_int_equal(order.state, EVENTS_NO_ORDER);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, desk_open, desk_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_batch_is_written_with_its_cursor),
		CASE(the_next_batch_goes_on_where_the_last_one_ended_also_after_a_restart),
		CASE(what_is_read_twice_is_written_once),
		CASE(a_gap_ends_the_batch_of_its_item_alone),
		CASE(poison_is_set_aside_and_passed_over),
		CASE(what_the_database_refuses_is_poison_wherever_it_stands),
		CASE(a_table_that_is_gone_is_no_event_s_fault),
		CASE(a_database_that_is_held_keeps_nothing_of_the_batch),
		CASE(what_redis_was_told_is_kept_with_a_batch_or_alone),
		CASE(a_refunded_order_is_found_for_its_buyer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
