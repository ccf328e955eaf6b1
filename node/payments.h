/*
 * payments.h - money for an order: the provider's callback, and payments for trial.
 *
 *   POST /payments/callback      Penstock-Signature: t=<unix seconds>,v1=<HMAC-SHA-256>
 *
 * A callback is believed when one of the keys signed its body, not longer ago than five minutes by
 * Redis' clock. pay.lua decides it against expiry, once for each transaction id, so a provider may
 * send it as often as it likes; the answer says whether the money is to be given back.
 *
 * A payment for trial moves no money: it pays what the order owes, as transaction `trial-<seq>`.
 *
 * Layer: above errands, replies, body, signature, tokens; below desk, route.
 */
#ifndef PENSTOCK_PAYMENTS_H
#define PENSTOCK_PAYMENTS_H

#include <stdbool.h>

#include "common/tokens.h"
#include "node/catalog.h"
#include "node/errands.h"
#include "node/http.h"
#include "node/loop.h"

struct payments;

struct payments_settings {
	const char *key;     /* 64 hex digits; "": no callback is believed */
	const char *old_key; /* the one before it, while the provider changes over; or "" */
	bool trial;          /* POST /orders/{number}/pay is allowed */
};

/* All borrowed. */
struct payments_tools {
	struct loop *loop;
	const struct catalog *catalog; /* for Redis' time */
	const struct tokens *tokens;
	struct errands *errands;
};

/* Settings (the keys too) and tools are copied. NULL when a key is not of its form. */
struct payments *payments_open(const struct payments_tools *tools,
			       const struct payments_settings *settings);

/* Wipes the keys and ends it; nothing may be suspended. NULL is allowed. */
void payments_close(struct payments *payments);

/* Answers a request of /payments/callback, now or later. */
void payments_on_request(struct payments *payments, struct http_request *request);

/*
 * Pays an order for trial. Of `order` only request, item, seq and language are read; the request
 * is answered, now or later.
 */
void payments_try(struct payments *payments, const struct errand *order);

#endif
