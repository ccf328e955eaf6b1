/*
 * webhook_rows.c - the statements, each a constant; see webhook_rows.h.
 */
#include "ledger/webhook_rows.h"

#include <stdio.h>
#include <string.h>

#include "common/xmalloc.h"

/* One statement, so that the check and the marks are of the same moment. */
static const char begin[] = "INSERT INTO webhooks (item, cursor_seq) SELECT item, seq FROM"
			    " (SELECT item, seq FROM items UNION ALL SELECT '', 0) AS now"
			    " WHERE NOT EXISTS (SELECT 1 FROM webhooks)";
static const char get_behind[] =
	"SELECT i.item, coalesce(w.cursor_seq, 0), i.seq FROM items i"
	" LEFT JOIN webhooks w ON w.item = i.item WHERE i.seq > coalesce(w.cursor_seq, 0)"
	" ORDER BY i.item";
static const char get_next[] =
	"SELECT seq, kind, words FROM events WHERE item = $1 AND seq > $2 AND kind IN"
	" ('created', 'paid', 'expired', 'cancelled', 'due', 'refunded') ORDER BY seq LIMIT 1";
static const char put_delivered[] =
	"INSERT INTO webhooks (item, cursor_seq) VALUES ($1, $2) ON CONFLICT (item) DO UPDATE"
	" SET cursor_seq = excluded.cursor_seq WHERE excluded.cursor_seq > webhooks.cursor_seq";

/* Runs one statement that writes, in a transaction of its own. */
static enum db_result run_alone(struct db *db, const char *sql, const struct db_value *values,
				size_t count)
{
	enum db_result result = db_begin(db);

	if (result == DB_DONE)
		result = db_run(db, sql, values, count);
	if (result == DB_DONE)
		result = db_commit(db);
	if (result != DB_DONE)
		db_rollback(db);
	return result;
}

enum db_result webhook_rows_begin(struct db *db)
{
	return run_alone(db, begin, NULL, 0);
}

struct showing {
	webhook_rows_item_cb *cb;
	void *owner;
};

static bool on_behind(void *owner, const struct db_value *columns, size_t count)
{
	struct showing *showing = owner;
	struct webhook_item item = { .delivered = columns[1].number, .newest = columns[2].number };

	(void)count;
	if (!keys_item_is_valid(columns[0].text, columns[0].size))
		return true;
	memcpy(item.name, columns[0].text, columns[0].size);
	showing->cb(showing->owner, &item);
	return true;
}

enum db_result webhook_rows_behind(struct db *db, webhook_rows_item_cb *cb, void *owner)
{
	struct showing showing = { cb, owner };

	return db_query(db, get_behind, NULL, 0, on_behind, &showing);
}

static bool on_event(void *owner, const struct db_value *columns, size_t count)
{
	struct webhook_event *event = owner;

	(void)count;
	event->seq = columns[0].number;
	snprintf(event->kind, sizeof(event->kind), "%.*s", (int)columns[1].size, columns[1].text);
	event->size = columns[2].size;
	event->words = xmalloc(event->size + 1);
	memcpy(event->words, columns[2].text, event->size);
	return false;
}

enum db_result webhook_rows_next(struct db *db, const char *item, int64_t after,
				 struct webhook_event *event)
{
	const struct db_value values[] = { DB_STR(item, strlen(item)), DB_INT(after) };

	*event = (struct webhook_event){ 0 };
	return db_query(db, get_next, values, 2, on_event, event);
}

enum db_result webhook_rows_deliver(struct db *db, const char *item, int64_t seq)
{
	const struct db_value values[] = { DB_STR(item, strlen(item)), DB_INT(seq) };

	return run_alone(db, put_delivered, values, 2);
}
