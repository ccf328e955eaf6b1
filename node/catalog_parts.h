/*
 * catalog_parts.h - what the files of the catalog share; nobody else includes it.
 *
 * catalog.c keeps the table and its ticks, catalog_news.c takes what Redis tells.
 *
 * Layer: part of catalog.
 */
#ifndef PENSTOCK_CATALOG_PARTS_H
#define PENSTOCK_CATALOG_PARTS_H

#include "node/catalog.h"

struct catalog {
	struct loop *loop;
	struct store *store;
	struct catalog_settings settings;
	catalog_cb *cb;
	void *owner;
	struct loop_timer *tick;
	struct item **items; /* items_max places, the first `count` taken */
	uint32_t count;
	const char *sync_sha, *item_sha;
	struct clock_view clock;
};

/*
 * What sync.lua tells behind the view, `count` words: live weight, orders expired, how far SQL is,
 * the item's rules if it has any, and sometimes all heartbeats.
 */
void catalog_take_beats(struct catalog *catalog, struct item *item, const struct store_word *words,
			size_t count);

#endif
