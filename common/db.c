/*
 * db.c - hands each call to the database that the URL names; see db.h.
 */
#include "common/db.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/db_parts.h"

static _Thread_local char open_error[DB_ERROR_BYTES];

static const char sqlite[] = "sqlite:";

static bool is_postgres(const char *url)
{
	return strncmp(url, "postgresql://", 13) == 0 || strncmp(url, "postgres://", 11) == 0;
}

bool db_url_is_valid(const char *url)
{
	bool is_sqlite = strncmp(url, sqlite, sizeof(sqlite) - 1) == 0;

	return is_postgres(url) || (is_sqlite && url[sizeof(sqlite) - 1]);
}

struct db *db_open(const char *url, bool read_only)
{
	open_error[0] = '\0';
	if (!db_url_is_valid(url)) {
		snprintf(open_error, sizeof(open_error),
			 "a database is sqlite:/path/to/file or postgresql://user@host:port/name");
		return NULL;
	}
	if (is_postgres(url))
		return db_postgres_open(url, read_only, open_error);
	return db_sqlite_open(url + sizeof(sqlite) - 1, read_only, open_error);
}

const char *db_open_error(void)
{
	return open_error;
}

enum db_result db_fail(struct db *db, enum db_result result, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(db->error, sizeof(db->error), format, args);
	va_end(args);
	for (char *at = db->error; *at; at++) {
		if (*at == '\n')
			*at = ' ';
	}
	return result;
}

void db_close(struct db *db)
{
	if (db)
		db->driver->close(db);
}

bool db_is_postgres(const struct db *db)
{
	return db->driver->is_postgres;
}

const char *db_error(const struct db *db)
{
	return db->error;
}

enum db_result db_script(struct db *db, const char *sql)
{
	return db->driver->script(db, sql);
}

enum db_result db_begin(struct db *db)
{
	return db->driver->begin(db);
}

enum db_result db_commit(struct db *db)
{
	return db->driver->commit(db);
}

void db_rollback(struct db *db)
{
	db->driver->rollback(db);
}

enum db_result db_run(struct db *db, const char *sql, const struct db_value *values, size_t count)
{
	assert(count <= DB_PARAMETERS_MAX);
	return db->driver->run(db, sql, values, count);
}

enum db_result db_query(struct db *db, const char *sql, const struct db_value *values, size_t count,
			db_row_cb *cb, void *owner)
{
	assert(count <= DB_PARAMETERS_MAX);
	return db->driver->query(db, sql, values, count, cb, owner);
}

enum db_result db_lock(struct db *db, const char *name, bool *taken)
{
	return db->driver->lock(db, name, taken);
}
