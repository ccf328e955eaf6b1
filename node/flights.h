/*
 * flights.h - batches of purchases on their way to buy.lua and back.
 *
 * At the end of a loop turn each item's queue goes out as one call, bounded in size and in
 * number (group commit, see core/batch.h). When the answer is there, tokens are settled, the
 * item's news are taken, each purchase is told its outcome, and those who wait for news go on.
 * When a call was not executed, or nobody knows, its purchases go back to the front of the queue
 * and out again with the same keys.
 *
 * Layer: above judge, catalog, store, core; below orders.
 */
#ifndef PENSTOCK_FLIGHTS_H
#define PENSTOCK_FLIGHTS_H

#include <stdint.h>

#include "common/tokens.h"
#include "node/answers.h"
#include "node/catalog.h"
#include "node/loop.h"
#include "node/store.h"

struct flights;

struct flights_settings {
	uint32_t batch_max;   /* purchases in one call, at most BATCH_PURCHASES_MAX */
	uint32_t flights_max; /* calls in flight for an item */
	uint32_t gap_us;      /* least time between two calls for an item, unless many wait */
	struct tally *tally;  /* borrowed, like the next */
	const struct tokens *tokens; /* roll by scores */
};

struct flights_owner {
	/* A purchase, still SENT, has its outcome: as Redis said it (SOLD_OUT, never HELD). */
	void (*on_outcome)(void *owner, struct purchase *purchase, enum purchase_outcome outcome,
			   struct answers_order order);
	catalog_cb *on_news; /* all purchases of an answer were told */
	void *owner;
};

/* Settings and owner are copied, the rest is borrowed. */
struct flights *flights_open(struct loop *loop, struct store *store, struct catalog *catalog,
			     const struct flights_settings *settings,
			     const struct flights_owner *owner);

/* Ends it; nothing may be in flight (close the store first). NULL is allowed. */
void flights_close(struct flights *flights);

/* `item` has purchases in its queue: look at it at the end of the turn. */
void flights_expect(struct flights *flights, struct item *item);

/* Sends what may go. Cheap when nothing is expected. */
void flights_flush(struct flights *flights);

#endif
