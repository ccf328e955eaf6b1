/*
 * webhook_rows.h - what a webhook reads and writes in SQL: how far each item's were delivered.
 *
 * The table `webhooks` has a row an item with the seq up to which all is delivered, and a row with
 * an empty name once webhooks were ever on.
 *
 * Layer: above db, events; below webhook.
 */
#ifndef PENSTOCK_LEDGER_WEBHOOK_ROWS_H
#define PENSTOCK_LEDGER_WEBHOOK_ROWS_H

#include "common/db.h"
#include "common/keys.h"
#include "core/events.h"

enum { WEBHOOK_KIND_BYTES = 16 };

/* An item with events beyond what was delivered. */
struct webhook_item {
	char name[KEYS_ITEM_BYTES + 1];
	int64_t delivered; /* the newest seq delivered; 0: none */
	int64_t newest;    /* the newest seq that SQL holds */
};

/* Shown each such item, by name; borrowed until it returns. */
typedef void webhook_rows_item_cb(void *owner, const struct webhook_item *item);

/* An event as it stands in SQL, its words allocated; empty when seq is 0. */
struct webhook_event {
	int64_t seq;
	char kind[WEBHOOK_KIND_BYTES];
	char *words;
	size_t size;
};

/*
 * Marks that webhooks are on. When they never were, all items that are there count as delivered, so
 * that an old database does not flood the shop.
 */
enum db_result webhook_rows_begin(struct db *db) __attribute__((warn_unused_result));

/* Shows all items that have events beyond what was delivered. */
enum db_result webhook_rows_behind(struct db *db, webhook_rows_item_cb *cb, void *owner)
	__attribute__((warn_unused_result));

/* The first event about an order beyond `after`; the caller frees its words. seq 0: none. */
enum db_result webhook_rows_next(struct db *db, const char *item, int64_t after,
				 struct webhook_event *event) __attribute__((warn_unused_result));

/* All of the item up to `seq` is delivered, committed. Never goes back. */
enum db_result webhook_rows_deliver(struct db *db, const char *item, int64_t seq)
	__attribute__((warn_unused_result));

#endif
