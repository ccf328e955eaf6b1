/*
 * catalog_parts.h - what the files of the catalog share; nobody else includes it.
 *
 * catalog.c keeps the table and its ticks, catalog_news.c takes what Redis tells, catalog_search.c
 * looks for items.
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
	const char *sync_sha, *item_sha, *items_sha;
	struct clock_view clock;
	uint32_t ticks;
	bool searching; /* a page of items is asked for */
	char page[20];  /* of items.lua: which is next; a 0, or none: the first */
	size_t page_size;
	int64_t searched_ms; /* when a page was last asked for; 0: never */
};

/*
 * Gives the item of a valid name a place, if it has none, and asks for it. Where all places are
 * taken one that is absent goes for it; nothing is done if none is.
 */
void catalog_discover(struct catalog *catalog, const char *name, size_t size);

/* Asks for the next page of items, or again for the first when it is time. Called once a tick. */
void catalog_search(struct catalog *catalog);

/*
 * What sync.lua tells behind the view, `count` words: live weight, orders expired, how far SQL is,
 * the item's rules if it has any, and sometimes all heartbeats.
 */
void catalog_take_beats(struct catalog *catalog, struct item *item, const struct store_word *words,
			size_t count);

#endif
