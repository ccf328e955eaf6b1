/*
 * status.h - the whole cluster in one JSON, as any node can tell it from the heartbeats.
 *
 *   GET /status
 *
 * Items are told from this node's views; the other nodes from what they wrote into Redis, which is
 * told to every node some times a second (sync.lua); the ledger from its own entry there. Nobody is
 * asked for it. Numbers are counts since a node's start; rates are the reader's differences.
 *
 * Layer: above catalog, store, http; below route.
 */
#ifndef PENSTOCK_NODE_STATUS_H
#define PENSTOCK_NODE_STATUS_H

#include "node/catalog.h"
#include "node/http.h"
#include "node/store.h"

/* Beyond this age of its heartbeat a node, or the ledger, is `late`, and then `gone`. */
enum {
	STATUS_LATE_MS = 1000, /* as lua/sync.lua: its share is dealt to the others */
	STATUS_GONE_MS = 2000,
	STATUS_LEDGER_GONE_MS = 3000,
	STATUS_BEHIND_MS = 5000, /* an event waits for longer to be written: the ledger is behind */
};

/* Where the numbers come from; all borrowed. */
struct status_sources {
	const struct catalog *catalog;
	const struct store *store;
};

/* Answers a request; with 503, and the same text, while this node does not reach Redis. */
void status_on_request(const struct status_sources *sources, struct http_request *request);

/* "up", "behind" or "gone", and the age of its heartbeat in ms, -1 if there is none. A constant. */
const char *status_ledger(const struct status_sources *sources, int64_t *lag, int64_t *age_ms);

#endif
