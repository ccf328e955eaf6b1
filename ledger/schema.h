/*
 * schema.h - the tables of the ledger, and how an older database becomes this one.
 *
 * Each change of the tables is a numbered step; the table `migrations` says which were done. Both
 * databases have the same tables with the same columns; docs/LEDGER.md lists them.
 *
 * Layer: above db; below book.
 */
#ifndef PENSTOCK_LEDGER_SCHEMA_H
#define PENSTOCK_LEDGER_SCHEMA_H

#include "common/db.h"

enum { SCHEMA_WHY_BYTES = 400 };

/*
 * Does the steps that are missing, each in a transaction of its own. Else `why` has a sentence:
 * DB_REFUSED when the database is of a newer version than this program or does not let us make
 * tables, DB_RETRY when it is away.
 */
enum db_result schema_prepare(struct db *db, char why[SCHEMA_WHY_BYTES])
	__attribute__((warn_unused_result));

#endif
