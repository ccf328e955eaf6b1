/*
 * orders.h - purchases on their way: gate, batch, Redis, answer.
 *
 * Every request of /buy that was understood comes here and gets exactly one answer and one line
 * in stat.log. A purchase that cannot be answered from memory is suspended, has a deadline, and
 * stands in one of three places: waiting for the gate, queued for the next batch, or in a
 * flight. Their number is bounded.
 *
 * Layer: above flights, receipts, catalog, store, http, core; below route.
 */
#ifndef PENSTOCK_ORDERS_H
#define PENSTOCK_ORDERS_H

#include <stdint.h>

#include "node/answers.h"
#include "node/ask.h"
#include "node/catalog.h"
#include "node/http.h"
#include "node/loop.h"
#include "node/receipts.h"
#include "node/store.h"

struct orders;

struct orders_settings {
	uint32_t deadline_ms; /* how long a buyer may be kept waiting */
	uint32_t queue_max;   /* purchases suspended at most */
	uint32_t batch_max;   /* purchases in one call, at most BATCH_PURCHASES_MAX */
	uint32_t flights_max; /* calls in flight for an item */
	uint32_t gap_us;      /* least time between two calls for an item */
};

/*
 * What it works with; all borrowed. `catalog` is given later by orders_use_catalog(), as the two
 * need each other.
 */
struct orders_tools {
	struct loop *loop;
	struct store *store;
	struct receipts *receipts;
	struct tally *tally;
	const struct tokens *tokens; /* roll by scores */
};

/* Settings and tools are copied. */
struct orders *orders_open(const struct orders_tools *tools,
			   const struct orders_settings *settings);

/* The catalog whose items are sold; once, before the first purchase. */
void orders_use_catalog(struct orders *orders, struct catalog *catalog);

/* Ends it; nothing may be suspended (see orders_give_up()). NULL is allowed. */
void orders_close(struct orders *orders);

/* A buyer asks for `item`. Answers, or suspends the request and answers later. */
void orders_buy(struct orders *orders, struct http_request *request, struct item *item,
		const struct ask *ask);

/*
 * News of `item` (the catalog's callback): waiting purchases go on. `owner` is the struct orders.
 */
void orders_on_news(void *owner, struct item *item);

/* Sends what this turn has queued. Call it at the end of each turn, before store_flush(). */
void orders_flush(struct orders *orders);

/* Purchases suspended now. */
uint32_t orders_suspended(const struct orders *orders);

/* Answers all that is suspended: busy if never sent, else unknown. For the end of a drain. */
void orders_give_up(struct orders *orders);

#endif
