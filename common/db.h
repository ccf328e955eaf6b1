/*
 * db.h - an SQL database by its URL: a SQLite file or a PostgreSQL server, behind one face.
 *
 *     sqlite:/path/to/ledger.db        postgresql://user@host:port/name
 *
 * Both are asked in the same SQL: parameters are $1, $2 ..., numbers are 64-bit integers, texts
 * are UTF-8. SQLite runs in WAL with synchronous=FULL, so that a commit that returned is on the
 * disk; PostgreSQL is asked for synchronous_commit=on. Statements are prepared once each.
 *
 * A failure is one of two kinds. DB_REFUSED: what was to be written breaks a constraint or is no
 * value of its column; the same values will always be refused. DB_RETRY: everything else (the
 * server or the disk is away, busy or full, a table is not there or not ours): nothing was kept
 * of an open transaction; close, and open again later.
 *
 * Layer: the ground. sqlite3.h is known to db_sqlite.c only, libpq-fe.h to db_postgres.c only.
 * A db belongs to one thread.
 */
#ifndef PENSTOCK_DB_H
#define PENSTOCK_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;

enum db_result {
	DB_DONE,
	DB_RETRY,   /* away, busy or full: nothing was kept of the open transaction */
	DB_REFUSED, /* the database understood and said no */
};

enum { DB_PARAMETERS_MAX = 16 };

/* A parameter or a column: a number, a text, or nothing (NULL). */
struct db_value {
	enum db_kind { DB_NULL, DB_NUMBER, DB_TEXT } kind;
	int64_t number;
	const char *text; /* of a column: lives until the row callback returns */
	size_t size;
};

/* Shorthands for parameters. */
#define DB_INT(n) ((struct db_value){ .kind = DB_NUMBER, .number = (n) })
#define DB_STR(s, n) ((struct db_value){ .kind = DB_TEXT, .text = (s), .size = (n) })

/* A row of an answer; returns false to be shown no more rows. */
typedef bool db_row_cb(void *owner, const struct db_value *columns, size_t count);

/*
 * Opens the database at `url`, creating a SQLite file that is not there. `read_only` opens
 * without the right to write, and fails if there is nothing. NULL with a sentence in
 * db_open_error() if it cannot; the sentence never has a password in it.
 */
struct db *db_open(const char *url, bool read_only);

/* Is `url` of a form that db_open() knows? Nothing is opened. */
bool db_url_is_valid(const char *url);

/* Why the last db_open() of this thread failed. */
const char *db_open_error(void);

/* Ends it; an open transaction is rolled back. NULL is allowed. */
void db_close(struct db *db);

/* Is this PostgreSQL (and not SQLite)? For the few words of SQL that differ. */
bool db_is_postgres(const struct db *db);

/* The sentence of the last failure; empty if there was none. */
const char *db_error(const struct db *db);

/* Runs statements without parameters and without rows, separated by semicolons (migrations). */
enum db_result db_script(struct db *db, const char *sql) __attribute__((warn_unused_result));

/* Begins a transaction. */
enum db_result db_begin(struct db *db) __attribute__((warn_unused_result));

/*
 * Commits it: DB_DONE means on the disk. After DB_RETRY nobody knows whether it was kept: read
 * what it wrote.
 */
enum db_result db_commit(struct db *db) __attribute__((warn_unused_result));

/* Takes it back; nothing to do if none is open. */
void db_rollback(struct db *db);

/*
 * Runs a statement that returns no rows. `sql` is a constant text, and is prepared at its first
 * use (by its address). On PostgreSQL it is only queued (pipeline mode); a failure shows in a
 * later call, at the latest in db_commit().
 */
enum db_result db_run(struct db *db, const char *sql, const struct db_value *values, size_t count)
	__attribute__((warn_unused_result));

/* Runs a statement and shows its rows, after whatever was queued before it. */
enum db_result db_query(struct db *db, const char *sql, const struct db_value *values, size_t count,
			db_row_cb *cb, void *owner) __attribute__((warn_unused_result));

/*
 * Takes the lock named `name` of this database for this process, without waiting; it is held
 * until db_close() or death. *taken tells. SQLite: a lock on a file beside it.
 */
enum db_result db_lock(struct db *db, const char *name, bool *taken)
	__attribute__((warn_unused_result));

#endif
