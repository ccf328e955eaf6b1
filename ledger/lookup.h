/*
 * lookup.h - answers for orders that have left Redis, and says how the ledger is.
 *
 *     GET /orders/{number}   the order as common/order_json writes it, or 404
 *     GET /healthz           200 or 503, with the facts of status.h
 *
 * It runs on a thread of its own, so that a buyer's question waits for no batch and no batch for a
 * question. What the two threads share is the status and nothing else: this one has a database
 * connection of its own, which may only read, and opens it at the first question.
 *
 * Layer: above rows, status, listen, order_json, tokens; below main. libmicrohttpd is known here to
 * lookup.c only.
 */
#ifndef PENSTOCK_LEDGER_LOOKUP_H
#define PENSTOCK_LEDGER_LOOKUP_H

#include "common/tokens.h"
#include "ledger/status.h"

struct lookup;

struct lookup_settings {
	const char *address;
	const char *url; /* of the database */
};

/*
 * Listens and answers from now on, on its own thread. Settings, tokens and status are borrowed.
 * NULL with a sentence in the log when the address cannot be had.
 */
struct lookup *lookup_open(const struct lookup_settings *settings, const struct tokens *tokens,
			   struct status *status);

/* Answers what is under way, and ends the thread. NULL is allowed. */
void lookup_close(struct lookup *lookup);

#endif
