/*
 * schema.c - the steps, in SQL that both databases read but for a few words; see schema.h.
 *
 * The words that differ are written as PostgreSQL has them and replaced for SQLite: BIGINT is
 * INTEGER there, and ~ at a table's end makes it strict and clustered by its key, as the rows are
 * read.
 */
#include "ledger/schema.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/xmalloc.h"

static const char step_1[] =
	"CREATE TABLE items (item TEXT NOT NULL, seq BIGINT NOT NULL, epoch BIGINT NOT NULL,"
	" total BIGINT NOT NULL, held BIGINT NOT NULL, paid BIGINT NOT NULL,"
	" outside BIGINT NOT NULL, last_ms BIGINT NOT NULL, opened_ms BIGINT NOT NULL,"
	" told BIGINT NOT NULL, PRIMARY KEY (item))~;"
	"CREATE TABLE events (item TEXT NOT NULL, seq BIGINT NOT NULL, kind TEXT NOT NULL,"
	" words TEXT NOT NULL, PRIMARY KEY (item, seq))~;"
	"CREATE TABLE orders (item TEXT NOT NULL, seq BIGINT NOT NULL, epoch BIGINT NOT NULL,"
	" state TEXT NOT NULL, units BIGINT NOT NULL, amount BIGINT NOT NULL,"
	" created_ms BIGINT NOT NULL, deadline_ms BIGINT NOT NULL, user_name TEXT NOT NULL,"
	" request_key TEXT NOT NULL, moved_ms BIGINT NOT NULL, txn TEXT NOT NULL,"
	" refund_due BIGINT NOT NULL, PRIMARY KEY (item, seq))~;"
	"CREATE TABLE payments (item TEXT NOT NULL, txn TEXT NOT NULL, order_seq BIGINT NOT NULL,"
	" fate TEXT NOT NULL, amount BIGINT NOT NULL, at_ms BIGINT NOT NULL,"
	" units BIGINT NOT NULL, PRIMARY KEY (item, txn))~;"
	"CREATE TABLE poison (item TEXT NOT NULL, seq BIGINT NOT NULL, kind TEXT NOT NULL,"
	" words TEXT NOT NULL, why TEXT NOT NULL, PRIMARY KEY (item, seq))~;"
	"CREATE INDEX orders_of_user ON orders (item, user_name, seq) WHERE user_name <> '';"
	"CREATE INDEX payments_of_order ON payments (item, order_seq);";

static const char step_2[] =
	"CREATE TABLE webhooks (item TEXT NOT NULL, cursor_seq BIGINT NOT NULL,"
	" PRIMARY KEY (item))~;";

static const char *const steps[] = { step_1, step_2 };

enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

static const char make_migrations[] =
	"CREATE TABLE IF NOT EXISTS migrations (version BIGINT NOT NULL, PRIMARY KEY (version))~";
static const char newest_migration[] = "SELECT coalesce(max(version), 0) FROM migrations";
static const char note_migration[] = "INSERT INTO migrations (version) VALUES ($1)";

/* Writes `from` into `into`, each `old` replaced. `into` has room for the longest outcome. */
static void replace(char *into, const char *from, const char *old, const char *new)
{
	size_t old_size = strlen(old), new_size = strlen(new);

	while (*from) {
		if (strncmp(from, old, old_size) == 0) {
			memcpy(into, new, new_size);
			into += new_size;
			from += old_size;
		} else {
			*into++ = *from++;
		}
	}
	*into = '\0';
}

static enum db_result run(struct db *db, const char *sql)
{
	static const char strict[] = " STRICT, WITHOUT ROWID";
	bool is_postgres = db_is_postgres(db);
	size_t room = strlen(sql) * sizeof(strict) + 1;
	char *first = xmalloc(room), *second = xmalloc(room);
	enum db_result result;

	replace(first, sql, "BIGINT", is_postgres ? "BIGINT" : "INTEGER");
	replace(second, first, "~", is_postgres ? "" : strict);
	result = db_script(db, second);
	free(first);
	free(second);
	return result;
}

static bool on_version(void *owner, const struct db_value *columns, size_t count)
{
	(void)count;
	*(int64_t *)owner = columns[0].number;
	return true;
}

static enum db_result step(struct db *db, int64_t version)
{
	const struct db_value values[] = { DB_INT(version) };
	enum db_result result = db_begin(db);

	if (result == DB_DONE)
		result = run(db, steps[version - 1]);
	if (result == DB_DONE)
		result = db_run(db, note_migration, values, 1);
	if (result == DB_DONE)
		result = db_commit(db);
	if (result == DB_DONE)
		log_line(LOG_INFO, "the database is of version %lld now", (long long)version);
	else
		db_rollback(db);
	return result;
}

enum db_result schema_prepare(struct db *db, char why[SCHEMA_WHY_BYTES])
{
	int64_t version = 0;
	enum db_result result = run(db, make_migrations);

	if (result == DB_DONE)
		result = db_query(db, newest_migration, NULL, 0, on_version, &version);
	if (result == DB_DONE && version > STEPS) {
		snprintf(why, SCHEMA_WHY_BYTES,
			 "the database is of version %lld, and this program knows %d: it is older",
			 (long long)version, STEPS);
		return DB_REFUSED;
	}
	while (result == DB_DONE && version < STEPS)
		result = step(db, ++version);
	if (result != DB_DONE)
		snprintf(why, SCHEMA_WHY_BYTES, "%s", db_error(db));
	return result;
}
