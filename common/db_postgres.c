/*
 * db_postgres.c - a PostgreSQL server behind db.h.
 *
 * The connection stays in libpq's pipeline mode: db_run() only sends, and answers are read when
 * somebody must know (a query, a commit) or when PIPELINE_MOST statements are under way, which
 * keeps what the server has to say far below what the sockets hold, so that neither side ever
 * waits for the other. The first failure of a pipeline is the one that is told; the server skips
 * the rest.
 *
 * The server is given up after SILENCE_MS: as DB_RETRY, with the connection closed, so that every
 * later call fails at once until the caller opens anew.
 */
#include <assert.h>
#include <poll.h>
#include <postgresql/libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "common/db_parts.h"
#include "common/xmalloc.h"

enum { PIPELINE_MOST = 256, NUMBER_BYTES = 24, COLUMNS_MAX = 32, SILENCE_MS = 10000 };

/* Of the types that libpq names by number, those that are integers: int8, int2, int4. */
enum { TYPE_INT8 = 20, TYPE_INT2 = 21, TYPE_INT4 = 23 };

/* Bounds on connecting, on each statement, and on a peer that is gone. */
static const char setup_options[] =
	"-c synchronous_commit=on -c statement_timeout=10000 -c lock_timeout=5000 "
	"-c client_min_messages=warning";

struct postgres {
	struct db db;
	PGconn *link;
	unsigned under_way; /* sent, and not yet answered */
	bool in_transaction;
	enum db_result failed; /* the first failure that was not told yet */
	size_t count, settled; /* statements; those whose preparation was answered */
	unsigned names;        /* given so far: s1, s2 ...; none is given twice */
	struct postgres_statement {
		const char *sql; /* the caller's constant: its address is its name */
		unsigned name;
	} statements[DB_STATEMENTS_MAX];
};

/* What a failure with this SQLSTATE means to the caller. */
static enum db_result postgres_read_state(const char *state)
{
	/* data exception, integrity constraint: only these are the fault of what is written */
	bool is_data = state && (strncmp(state, "22", 2) == 0 || strncmp(state, "23", 2) == 0);

	return is_data ? DB_REFUSED : DB_RETRY;
}

/* Notes the first failure of a pipeline. */
static void postgres_note(struct postgres *own, const PGresult *answer)
{
	const char *text = answer ? PQresultErrorMessage(answer) : PQerrorMessage(own->link);

	if (own->failed != DB_DONE)
		return;
	own->failed =
		postgres_read_state(answer ? PQresultErrorField(answer, PG_DIAG_SQLSTATE) : NULL);
	if (PQstatus(own->link) == CONNECTION_BAD)
		own->failed = DB_RETRY;
	db_fail(&own->db, own->failed, "PostgreSQL: %s", text);
}

static int64_t postgres_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Sends what is waiting until an answer can be read; false when the server is gone or silent. */
static bool postgres_wait(struct postgres *own)
{
	int64_t end_ms = postgres_clock_ms() + SILENCE_MS;

	while (PQisBusy(own->link)) {
		int unsent = PQflush(own->link);
		struct pollfd fd = { .fd = PQsocket(own->link),
				     .events = unsent == 1 ? POLLIN | POLLOUT : POLLIN };
		int64_t left_ms = end_ms - postgres_clock_ms();

		if (unsent < 0)
			return false;
		if (left_ms <= 0) {
			shutdown(PQsocket(own->link), SHUT_RDWR); /* later calls fail at once */
			own->failed =
				db_fail(&own->db, DB_RETRY, "PostgreSQL: silent for %d seconds",
					SILENCE_MS / 1000);
			return false;
		}
		if (poll(&fd, 1, (int)left_ms) > 0 && PQconsumeInput(own->link) != 1)
			return false;
	}
	return true;
}

/* A row as the caller knows it; the texts belong to `answer`. */
static bool postgres_show_row(const PGresult *answer, int row, db_row_cb *cb, void *owner)
{
	struct db_value columns[COLUMNS_MAX];
	int count = PQnfields(answer);

	assert(count <= COLUMNS_MAX);
	for (int i = 0; i < count; i++) {
		Oid type = PQftype(answer, i);
		const char *text = PQgetvalue(answer, row, i);
		bool is_number = type == TYPE_INT8 || type == TYPE_INT4 || type == TYPE_INT2;

		if (PQgetisnull(answer, row, i))
			columns[i] = (struct db_value){ .kind = DB_NULL };
		else if (is_number)
			columns[i] = DB_INT(strtoll(text, NULL, 10));
		else
			columns[i] = DB_STR(text, (size_t)PQgetlength(answer, row, i));
	}
	return cb(owner, columns, (size_t)count);
}

static void postgres_show(const PGresult *answer, db_row_cb *cb, void *owner)
{
	for (int row = 0; cb && row < PQntuples(answer); row++) {
		if (!postgres_show_row(answer, row, cb, owner))
			return;
	}
}

/* Takes one answer; rows, which only the last statement may have, go to `cb`. */
static void postgres_take(struct postgres *own, const PGresult *answer, db_row_cb *cb, void *owner)
{
	switch (PQresultStatus(answer)) {
	case PGRES_TUPLES_OK:
		postgres_show(answer, cb, owner);
		break;
	case PGRES_COMMAND_OK:
	case PGRES_PIPELINE_ABORTED:
		break;
	default:
		postgres_note(own, answer);
		break;
	}
}

/* Reads the answers of all that is under way up to the sync; false when the server is gone. */
static bool postgres_drain(struct postgres *own, db_row_cb *cb, void *owner)
{
	bool is_open = PQpipelineSync(own->link) == 1;

	while (is_open && postgres_wait(own) && PQstatus(own->link) == CONNECTION_OK) {
		PGresult *answer = PQgetResult(own->link);

		if (!answer)
			continue; /* between two statements */
		if (PQresultStatus(answer) == PGRES_PIPELINE_SYNC)
			is_open = false;
		else
			postgres_take(own, answer, cb, owner);
		PQclear(answer);
		if (!is_open)
			return true;
	}
	return false;
}

/* DB_DONE when all that was sent has succeeded, or the first failure. */
static enum db_result postgres_settle(struct postgres *own, db_row_cb *cb, void *owner)
{
	enum db_result result;

	if (own->under_way > 0 && !postgres_drain(own, cb, owner))
		postgres_note(own, NULL);
	own->under_way = 0;
	result = own->failed;
	own->failed = DB_DONE;
	/* What was to be prepared behind a failure is not: forget its name. */
	if (result == DB_DONE)
		own->settled = own->count;
	else
		own->count = own->settled;
	return result;
}

/* Makes room in the pipeline; false when something in it has failed: own->failed says what. */
static bool postgres_make_room(struct postgres *own)
{
	if (own->under_way >= PIPELINE_MOST)
		own->failed = postgres_settle(own, NULL, NULL);
	return own->failed == DB_DONE;
}

static void postgres_count(struct postgres *own, int sent)
{
	if (sent == 1)
		own->under_way++;
	else
		postgres_note(own, NULL);
}

/* Writes the name of the prepared statement of a constant text; it is prepared at first use. */
static void postgres_prepare(struct postgres *own, const char *sql, char name[16])
{
	size_t place = 0;

	while (place < own->count && own->statements[place].sql != sql)
		place++;
	if (place < own->count) {
		snprintf(name, 16, "s%u", own->statements[place].name);
		return;
	}
	assert(own->count < DB_STATEMENTS_MAX);
	snprintf(name, 16, "s%u", ++own->names);
	own->statements[own->count++] = (struct postgres_statement){ sql, own->names };
	postgres_count(own, PQsendPrepare(own->link, name, sql, 0, NULL));
}

static enum db_result postgres_run(struct db *db, const char *sql, const struct db_value *values,
				   size_t count)
{
	struct postgres *own = (struct postgres *)db;
	char digits[DB_PARAMETERS_MAX][NUMBER_BYTES], name[16];
	const char *texts[DB_PARAMETERS_MAX];
	/* Texts go as they are ("binary"), so that none has to be copied for a NUL. */
	int sizes[DB_PARAMETERS_MAX], are_binary[DB_PARAMETERS_MAX];

	if (!postgres_make_room(own))
		return own->failed;
	for (size_t i = 0; i < count; i++) {
		are_binary[i] = values[i].kind == DB_TEXT;
		sizes[i] = (int)values[i].size;
		texts[i] = values[i].text ? values[i].text : "";
		if (values[i].kind == DB_NUMBER) {
			snprintf(digits[i], NUMBER_BYTES, "%lld", (long long)values[i].number);
			texts[i] = digits[i];
		} else if (values[i].kind == DB_NULL) {
			texts[i] = NULL;
		}
	}
	postgres_prepare(own, sql, name);
	postgres_count(
		own, PQsendQueryPrepared(own->link, name, (int)count, texts, sizes, are_binary, 0));
	return own->failed;
}

static enum db_result postgres_query(struct db *db, const char *sql, const struct db_value *values,
				     size_t count, db_row_cb *cb, void *owner)
{
	struct postgres *own = (struct postgres *)db;

	if (postgres_run(db, sql, values, count) != DB_DONE)
		cb = NULL;
	return postgres_settle(own, cb, owner);
}

static enum db_result postgres_begin(struct db *db)
{
	((struct postgres *)db)->in_transaction = true;
	return postgres_run(db, "BEGIN", NULL, 0);
}

static void postgres_rollback(struct db *db)
{
	struct postgres *own = (struct postgres *)db;
	char kept[DB_ERROR_BYTES];

	if (!own->in_transaction)
		return;
	own->in_transaction = false;
	memcpy(kept, db->error, sizeof(kept));
	(void)!postgres_settle(own, NULL, NULL);
	(void)!postgres_query(db, "ROLLBACK", NULL, 0, NULL, NULL);
	memcpy(db->error, kept, sizeof(kept));
}

/* Sent with the rest of the pipeline: behind a failure the server does not execute it. */
static enum db_result postgres_commit(struct db *db)
{
	struct postgres *own = (struct postgres *)db;
	enum db_result result;

	/* A transaction whose failure was told already would answer COMMIT by rolling back. */
	if (PQtransactionStatus(own->link) == PQTRANS_INERROR)
		return db_fail(db, DB_REFUSED, "PostgreSQL: this transaction has failed");
	result = postgres_query(db, "COMMIT", NULL, 0, NULL, NULL);
	if (result == DB_DONE)
		own->in_transaction = false;
	else if (result == DB_RETRY)
		postgres_rollback(db);
	return result;
}

/* Several statements at once are the one thing that a pipeline cannot carry. */
static enum db_result postgres_script(struct db *db, const char *sql)
{
	struct postgres *own = (struct postgres *)db;
	enum db_result result = postgres_settle(own, NULL, NULL);
	PGresult *answer;

	if (result != DB_DONE)
		return result;
	if (PQexitPipelineMode(own->link) != 1 || PQsendQuery(own->link, sql) != 1)
		return db_fail(db, DB_RETRY, "PostgreSQL: %s", PQerrorMessage(own->link));
	while (postgres_wait(own) && (answer = PQgetResult(own->link)) != NULL) {
		postgres_take(own, answer, NULL, NULL);
		PQclear(answer);
	}
	if (PQstatus(own->link) != CONNECTION_OK || PQenterPipelineMode(own->link) != 1)
		postgres_note(own, NULL);
	result = own->failed;
	own->failed = DB_DONE;
	return result;
}

static bool postgres_on_lock(void *owner, const struct db_value *columns, size_t count)
{
	assert(count == 1);
	*(bool *)owner = columns[0].number == 1;
	return true;
}

static enum db_result postgres_lock(struct db *db, const char *name, bool *taken)
{
	const struct db_value values[] = { DB_STR(name, strlen(name)) };

	*taken = false;
	return postgres_query(db, "SELECT pg_try_advisory_lock(hashtext($1))::int", values, 1,
			      postgres_on_lock, taken);
}

static void postgres_close(struct db *db)
{
	struct postgres *own = (struct postgres *)db;

	PQfinish(own->link); /* the server takes back what is open, and its locks */
	free(own);
}

static const struct db_driver driver = {
	.is_postgres = true,
	.close = postgres_close,
	.script = postgres_script,
	.begin = postgres_begin,
	.commit = postgres_commit,
	.rollback = postgres_rollback,
	.run = postgres_run,
	.query = postgres_query,
	.lock = postgres_lock,
};

/* Can libpq take the URL apart? Its own words about one that it cannot would quote the password. */
static bool postgres_url_is_valid(const char *url)
{
	PQconninfoOption *parts = PQconninfoParse(url, NULL);

	PQconninfoFree(parts);
	return parts != NULL;
}

struct db *db_postgres_open(const char *url, bool read_only, char why[DB_ERROR_BYTES])
{
	/* The URL comes last but one, so that it wins over what stands before it. */
	const char *const names[] = { "connect_timeout",
				      "tcp_user_timeout",
				      "keepalives_idle",
				      "application_name",
				      "options",
				      "dbname",
				      NULL };
	const char *const values[] = { "5", "10000", "5", "penstock", setup_options, url, NULL };
	struct postgres *own;

	if (!postgres_url_is_valid(url)) {
		snprintf(why, DB_ERROR_BYTES,
			 "PostgreSQL: the URL is not of the form postgresql://user@host:port/name");
		return NULL;
	}
	own = xcalloc(1, sizeof(*own));
	own->db.driver = &driver;
	own->link = PQconnectdbParams(names, values, 1);
	if (PQstatus(own->link) == CONNECTION_OK && PQsetnonblocking(own->link, 1) == 0 &&
	    PQenterPipelineMode(own->link) == 1 &&
	    (!read_only ||
	     postgres_script(&own->db, "SET default_transaction_read_only=on") == DB_DONE))
		return &own->db;
	snprintf(why, DB_ERROR_BYTES, "PostgreSQL: %s", PQerrorMessage(own->link));
	why[strcspn(why, "\n")] = '\0';
	postgres_close(&own->db);
	return NULL;
}
