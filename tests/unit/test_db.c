/*
 * test_db.c - a database behind db.h, on a SQLite file of its own; PENSTOCK_TEST_POSTGRES names
 * a server to run the same cases on.
 *
 * What must hold: all of a transaction or nothing; numbers and texts come back as they went in; a
 * broken constraint is DB_REFUSED and a database that somebody holds is DB_RETRY; one holder of a
 * lock at a time.
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

#include "common/db.h"

struct place {
	char folder[64], url[256];
	struct db *db;
};

static const char put_row[] = "INSERT INTO things (id, name) VALUES ($1, $2)";
static const char count_rows[] = "SELECT count(*) FROM things";
static const char drop_rows[] = "DELETE FROM things";
static const char all_rows[] = "SELECT id, name FROM things ORDER BY id";

static int place_open(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	const char *server = getenv("PENSTOCK_TEST_POSTGRES");

	strcpy(place->folder, "/tmp/penstock-db-XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	if (server)
		snprintf(place->url, sizeof(place->url), "%s", server);
	else
		snprintf(place->url, sizeof(place->url), "sqlite:%s/t.db", place->folder);
	place->db = db_open(place->url, false);
	assert_non_null(place->db);
	assert_int_equal(db_script(place->db, "DROP TABLE IF EXISTS things; CREATE TABLE things "
					      "(id BIGINT PRIMARY KEY, name TEXT)"),
			 DB_DONE);
	*state = place;
	return 0;
}

static int place_close(void **state)
{
	struct place *place = *state;
	char command[128];

	db_close(place->db);
	snprintf(command, sizeof(command), "rm -rf %s", place->folder);
	assert_int_equal(system(command), 0);
	free(place);
	return 0;
}

static bool on_number(void *owner, const struct db_value *columns, size_t count)
{
	assert_int_equal(count, 1);
	assert_int_equal(columns[0].kind, DB_NUMBER);
	*(int64_t *)owner = columns[0].number;
	return true;
}

static int64_t rows(struct db *db)
{
	int64_t number = -1;

	assert_int_equal(db_query(db, count_rows, NULL, 0, on_number, &number), DB_DONE);
	return number;
}

static enum db_result put(struct db *db, int64_t id, const char *name)
{
	const struct db_value values[] = { DB_INT(id),
					   name ? DB_STR(name, strlen(name))
						: (struct db_value){ .kind = DB_NULL } };

	return db_run(db, put_row, values, 2);
}

static void a_committed_transaction_stays_and_another_does_not(void **state)
{
	struct place *place = *state;

	assert_int_equal(db_begin(place->db), DB_DONE);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(put(place->db, i, "x"), DB_DONE);
	assert_int_equal(db_commit(place->db), DB_DONE);
	assert_int_equal(db_begin(place->db), DB_DONE);
	assert_int_equal(put(place->db, 5000, "y"), DB_DONE);
	db_rollback(place->db);
	assert_int_equal(rows(place->db), 1000);
	db_close(place->db);
	place->db = db_open(place->url, false);
	assert_int_equal(rows(place->db), 1000);
}

struct seen {
	int count;
	bool is_right;
};

static bool on_thing(void *owner, const struct db_value *columns, size_t count)
{
	static const struct {
		int64_t id;
		const char *name;
	} wanted[] = { { -1, "" }, { 7, NULL }, { INT64_MAX, "it's \"quoted\" \xe7\xa5\xa8" } };
	struct seen *seen = owner;
	const char *name = wanted[seen->count].name;

	assert_int_equal(count, 2);
	assert_int_equal(columns[0].number, wanted[seen->count].id);
	assert_int_equal(columns[1].kind, name ? DB_TEXT : DB_NULL);
	if (name) {
		assert_int_equal(columns[1].size, strlen(name));
		assert_memory_equal(columns[1].text, name, strlen(name));
	}
	seen->count++;
	return seen->count < 3;
}

static void numbers_and_texts_come_back_as_they_went_in(void **state)
{
	struct place *place = *state;
	struct seen seen = { 0 };

	assert_int_equal(put(place->db, -1, ""), DB_DONE);
	assert_int_equal(put(place->db, 7, NULL), DB_DONE);
	assert_int_equal(put(place->db, INT64_MAX, "it's \"quoted\" \xe7\xa5\xa8"), DB_DONE);
	assert_int_equal(db_query(place->db, all_rows, NULL, 0, on_thing, &seen), DB_DONE);
	assert_int_equal(seen.count, 3);
}

static void a_broken_constraint_is_refused_at_the_latest_by_the_commit(void **state)
{
	struct place *place = *state;
	enum db_result results[4];

	assert_int_equal(put(place->db, 1, "first"), DB_DONE);
	assert_int_equal(rows(place->db), 1);
	results[0] = db_begin(place->db);
	results[1] = put(place->db, 2, "second");
	results[2] = put(place->db, 1, "again");
	results[3] = results[2] == DB_DONE ? db_commit(place->db) : DB_REFUSED;
	assert_int_equal(results[0], DB_DONE);
	assert_int_equal(results[1], DB_DONE);
	assert_int_equal(results[3], DB_REFUSED);
	assert_true(strlen(db_error(place->db)) > 10);
	db_rollback(place->db);
	assert_int_equal(rows(place->db), 1);
	assert_int_equal(put(place->db, 3, "after"), DB_DONE);
	assert_int_equal(rows(place->db), 2);
}

/* More statements than a pipeline holds, one of them wrong, and new ones behind it. */
static void after_a_failure_every_statement_still_works(void **state)
{
	struct place *place = *state;
	enum db_result result = DB_DONE;

	assert_int_equal(put(place->db, 1, "first"), DB_DONE);
	assert_int_equal(rows(place->db), 1);
	assert_int_equal(db_begin(place->db), DB_DONE);
	for (int i = 0; i < 1000 && result == DB_DONE; i++)
		result = put(place->db, i == 5 ? 1 : 100 + i, "x");
	if (result == DB_DONE)
		result = db_run(place->db, drop_rows, NULL, 0);
	if (result == DB_DONE)
		result = db_commit(place->db);
	assert_int_equal(result, DB_REFUSED);
	db_rollback(place->db);
	assert_int_equal(rows(place->db), 1);
	assert_int_equal(db_begin(place->db), DB_DONE);
	assert_int_equal(db_run(place->db, drop_rows, NULL, 0), DB_DONE);
	assert_int_equal(db_commit(place->db), DB_DONE);
	assert_int_equal(rows(place->db), 0);
}

static void a_table_that_is_not_there_is_no_fault_of_the_values(void **state)
{
	struct place *place = *state;

	assert_int_equal(db_query(place->db, "SELECT nothing FROM nowhere", NULL, 0, NULL, NULL),
			 DB_RETRY);
	assert_int_equal(rows(place->db), 0);
}

static void a_lock_has_one_holder_until_it_closes(void **state)
{
	struct place *place = *state;
	struct db *other = db_open(place->url, false);
	bool taken = false;

	assert_non_null(other);
	assert_int_equal(db_lock(place->db, "writer", &taken), DB_DONE);
	assert_true(taken);
	assert_int_equal(db_lock(other, "writer", &taken), DB_DONE);
	assert_false(taken);
	db_close(place->db);
	place->db = db_open(place->url, false);
	assert_int_equal(db_lock(other, "writer", &taken), DB_DONE);
	assert_true(taken);
	db_close(other);
}

static void a_read_only_one_reads_and_does_not_write(void **state)
{
	struct place *place = *state;

	assert_int_equal(put(place->db, 1, "x"), DB_DONE);
	assert_int_equal(rows(place->db), 1);
	struct db *reader = db_open(place->url, true);

	assert_non_null(reader);
	assert_int_equal(rows(reader), 1);
	assert_int_not_equal(db_query(reader, "DELETE FROM things", NULL, 0, NULL, NULL), DB_DONE);
	assert_int_equal(rows(reader), 1);
	db_close(reader);
}

static void what_is_no_database_says_so(void **state)
{
	(void)state;
	assert_null(db_open("mysql://x", false));
	assert_true(strstr(db_open_error(), "sqlite:") != NULL);
	assert_null(db_open("sqlite:/nowhere/at/all.db", false));
	assert_true(strstr(db_open_error(), "/nowhere/at/all.db") != NULL);
	assert_null(db_open("postgresql://ann:secret@127.0.0.1:1/x", false));
	assert_true(strlen(db_open_error()) > 10);
	assert_null(strstr(db_open_error(), "secret"));
	assert_null(db_open("postgresql://ann:secret@[::1", false));
	assert_true(strlen(db_open_error()) > 10);
	assert_null(strstr(db_open_error(), "secret"));
}

static void one_that_is_held_by_another_is_to_be_tried_again(void **state)
{
	struct place *place = *state;

	if (db_is_postgres(place->db))
		skip();
	struct db *other = db_open(place->url, false);

	assert_int_equal(db_begin(other), DB_DONE);
	assert_int_equal(db_begin(place->db), DB_RETRY);
	assert_int_equal(db_commit(other), DB_DONE);
	assert_int_equal(db_begin(place->db), DB_DONE);
	db_rollback(place->db);
	db_close(other);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, place_open, place_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_committed_transaction_stays_and_another_does_not),
		CASE(numbers_and_texts_come_back_as_they_went_in),
		CASE(a_broken_constraint_is_refused_at_the_latest_by_the_commit),
		CASE(after_a_failure_every_statement_still_works),
		CASE(a_table_that_is_not_there_is_no_fault_of_the_values),
		CASE(a_lock_has_one_holder_until_it_closes),
		CASE(a_read_only_one_reads_and_does_not_write),
		CASE(one_that_is_held_by_another_is_to_be_tried_again),
		cmocka_unit_test(what_is_no_database_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
