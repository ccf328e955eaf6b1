/*
 * db_sqlite.c - a SQLite file behind db.h.
 *
 * WAL lets others read while one writes; synchronous=FULL makes a commit wait for the disk. A
 * busy, full or failing disk is DB_RETRY and takes the open transaction back, so that the caller
 * always finds all of it or nothing. Parameters are found by name ($1), because SQLite numbers
 * them by their first place in the text.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "common/db_parts.h"
#include "common/xmalloc.h"

enum { BUSY_MS = 2000, COLUMNS_MAX = 32 };

struct sqlite_statement {
	const char *sql; /* the caller's constant: its address is its name */
	sqlite3_stmt *prepared;
	int places[DB_PARAMETERS_MAX]; /* of $1, $2 ...; 0: the text has no such one */
};

struct sqlite {
	struct db db;
	sqlite3 *handle;
	char *path;
	int lock_fd;
	size_t count;
	struct sqlite_statement statements[DB_STATEMENTS_MAX];
};

static void sqlite_rollback(struct db *db)
{
	struct sqlite *own = (struct sqlite *)db;

	if (!sqlite3_get_autocommit(own->handle))
		sqlite3_exec(own->handle, "ROLLBACK", NULL, NULL, NULL);
}

/* What a code of SQLite means to the caller; of a transaction to be retried nothing stays. */
static enum db_result sqlite_judge(struct sqlite *own, int code)
{
	char text[DB_ERROR_BYTES / 2];

	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return DB_DONE;
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
	case SQLITE_TOOBIG:
		return db_fail(&own->db, DB_REFUSED, "SQLite %s: %s", own->path,
			       sqlite3_errmsg(own->handle));
	default: /* busy, full, damaged, out of reach, or not the tables that we made */
		snprintf(text, sizeof(text), "%s", sqlite3_errmsg(own->handle));
		sqlite_rollback(&own->db);
		return db_fail(&own->db, DB_RETRY, "SQLite %s: %s", own->path, text);
	}
}

static enum db_result sqlite_script(struct db *db, const char *sql)
{
	struct sqlite *own = (struct sqlite *)db;

	return sqlite_judge(own, sqlite3_exec(own->handle, sql, NULL, NULL, NULL));
}

static enum db_result sqlite_begin(struct db *db)
{
	return sqlite_script(db, "BEGIN IMMEDIATE");
}

static enum db_result sqlite_commit(struct db *db)
{
	return sqlite_script(db, "COMMIT");
}

/* The prepared statement of a constant text; NULL when SQLite does not understand it. */
static struct sqlite_statement *sqlite_prepare(struct sqlite *own, const char *sql, int *code)
{
	for (size_t i = 0; i < own->count; i++) {
		if (own->statements[i].sql == sql)
			return &own->statements[i];
	}
	assert(own->count < DB_STATEMENTS_MAX);
	struct sqlite_statement *statement = &own->statements[own->count];

	*code = sqlite3_prepare_v3(own->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
				   &statement->prepared, NULL);
	if (*code != SQLITE_OK)
		return NULL;
	statement->sql = sql;
	for (int i = 0; i < DB_PARAMETERS_MAX; i++) {
		char name[8];

		snprintf(name, sizeof(name), "$%d", i + 1);
		statement->places[i] = sqlite3_bind_parameter_index(statement->prepared, name);
	}
	own->count++;
	return statement;
}

static void sqlite_bind(const struct sqlite_statement *statement, const struct db_value *values,
			size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int place = statement->places[i];

		if (place == 0)
			continue;
		if (values[i].kind == DB_NUMBER)
			sqlite3_bind_int64(statement->prepared, place, values[i].number);
		else if (values[i].kind == DB_TEXT)
			sqlite3_bind_text(statement->prepared, place,
					  values[i].text ? values[i].text : "", (int)values[i].size,
					  SQLITE_STATIC);
		else
			sqlite3_bind_null(statement->prepared, place);
	}
}

static bool sqlite_show_row(sqlite3_stmt *row, db_row_cb *cb, void *owner)
{
	struct db_value columns[COLUMNS_MAX];
	int count = sqlite3_column_count(row);

	assert(count <= COLUMNS_MAX);
	for (int i = 0; i < count; i++) {
		columns[i] = (struct db_value){ .kind = DB_NULL };
		if (sqlite3_column_type(row, i) == SQLITE_INTEGER)
			columns[i] = DB_INT(sqlite3_column_int64(row, i));
		else if (sqlite3_column_type(row, i) != SQLITE_NULL)
			columns[i] = DB_STR((const char *)sqlite3_column_text(row, i),
					    (size_t)sqlite3_column_bytes(row, i));
	}
	return cb(owner, columns, (size_t)count);
}

static enum db_result sqlite_query(struct db *db, const char *sql, const struct db_value *values,
				   size_t count, db_row_cb *cb, void *owner)
{
	struct sqlite *own = (struct sqlite *)db;
	int code = SQLITE_OK;
	struct sqlite_statement *statement = sqlite_prepare(own, sql, &code);

	if (!statement)
		return sqlite_judge(own, code);
	sqlite_bind(statement, values, count);
	while ((code = sqlite3_step(statement->prepared)) == SQLITE_ROW) {
		if (cb && !sqlite_show_row(statement->prepared, cb, owner)) {
			code = SQLITE_DONE;
			break;
		}
	}
	/* Judged before the reset, which is told the same code once more. */
	enum db_result result = sqlite_judge(own, code);

	sqlite3_reset(statement->prepared);
	sqlite3_clear_bindings(statement->prepared);
	return result;
}

static enum db_result sqlite_run(struct db *db, const char *sql, const struct db_value *values,
				 size_t count)
{
	return sqlite_query(db, sql, values, count, NULL, NULL);
}

static enum db_result sqlite_lock(struct db *db, const char *name, bool *taken)
{
	struct sqlite *own = (struct sqlite *)db;
	char file[4096];

	*taken = false;
	if (own->lock_fd >= 0) {
		*taken = true;
		return DB_DONE;
	}
	snprintf(file, sizeof(file), "%s.%s.lock", own->path, name);
	int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return db_fail(db, DB_RETRY, "%s: %s", file, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		own->lock_fd = fd;
		*taken = true;
		return DB_DONE;
	}
	int why = errno;

	close(fd);
	return why == EWOULDBLOCK ? DB_DONE : db_fail(db, DB_RETRY, "%s: %s", file, strerror(why));
}

static void sqlite_close(struct db *db)
{
	struct sqlite *own = (struct sqlite *)db;

	for (size_t i = 0; i < own->count; i++)
		sqlite3_finalize(own->statements[i].prepared);
	sqlite3_close(own->handle); /* rolls back what is open */
	if (own->lock_fd >= 0)
		close(own->lock_fd);
	free(own->path);
	free(own);
}

static const struct db_driver driver = {
	.close = sqlite_close,
	.script = sqlite_script,
	.begin = sqlite_begin,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
	.run = sqlite_run,
	.query = sqlite_query,
	.lock = sqlite_lock,
};

struct db *db_sqlite_open(const char *path, bool read_only, char why[DB_ERROR_BYTES])
{
	struct sqlite *own = xcalloc(1, sizeof(*own));
	int flags = read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	const char *setup = read_only ? "PRAGMA query_only=1"
				      : "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL";

	own->db.driver = &driver;
	own->lock_fd = -1;
	own->path = xstrdup(path);
	int code = sqlite3_open_v2(path, &own->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);

	if (code == SQLITE_OK) {
		sqlite3_busy_timeout(own->handle, BUSY_MS);
		code = sqlite3_exec(own->handle, setup, NULL, NULL, NULL);
	}
	if (code == SQLITE_OK)
		return &own->db;
	snprintf(why, DB_ERROR_BYTES, "SQLite %s: %s", path, sqlite3_errmsg(own->handle));
	sqlite_close(&own->db);
	return NULL;
}
