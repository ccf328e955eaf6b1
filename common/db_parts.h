/*
 * db_parts.h - what the two databases have in common; for the files behind db.h alone.
 *
 * A driver's own struct begins with struct db; db.c hands each call of db.h to the driver's
 * function of the same name, whose contract is db.h's.
 *
 * Layer: inside db.
 */
#ifndef PENSTOCK_DB_PARTS_H
#define PENSTOCK_DB_PARTS_H

#include "common/db.h"

enum { DB_ERROR_BYTES = 512, DB_STATEMENTS_MAX = 96 };

struct db_driver {
	bool is_postgres;
	void (*close)(struct db *db);
	enum db_result (*script)(struct db *db, const char *sql);
	enum db_result (*begin)(struct db *db);
	enum db_result (*commit)(struct db *db);
	void (*rollback)(struct db *db);
	enum db_result (*run)(struct db *db, const char *sql, const struct db_value *values,
			      size_t count);
	enum db_result (*query)(struct db *db, const char *sql, const struct db_value *values,
				size_t count, db_row_cb *cb, void *owner);
	enum db_result (*lock)(struct db *db, const char *name, bool *taken);
};

struct db {
	const struct db_driver *driver;
	char error[DB_ERROR_BYTES];
};

/* Notes a failure's sentence in db->error; returns `result`. */
enum db_result db_fail(struct db *db, enum db_result result, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Opens the SQLite file at `path`; NULL with the sentence in `why`. */
struct db *db_sqlite_open(const char *path, bool read_only, char why[DB_ERROR_BYTES]);

/* Connects to the PostgreSQL server of `url`; NULL with the sentence in `why`. */
struct db *db_postgres_open(const char *url, bool read_only, char why[DB_ERROR_BYTES]);

#endif
