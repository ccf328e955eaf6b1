/*
 * receipts.h - the end of a request of /buy: its one answer, and its one line in stat.log.
 *
 * No other module answers such a request, so no request goes unwritten and none is written twice.
 *
 * Layer: above answers, statlog; below orders, route.
 */
#ifndef PENSTOCK_RECEIPTS_H
#define PENSTOCK_RECEIPTS_H

#include <stdint.h>

#include "core/tally.h"
#include "node/answers.h"
#include "node/ask.h"
#include "node/catalog.h"
#include "node/http.h"
#include "node/loop.h"
#include "node/statlog.h"

struct receipts;

struct receipt {
	struct http_request *request; /* gone after the call */
	struct item *item;
	enum answers_language language;
	enum purchase_outcome outcome; /* any but BAD_REQUEST */
	uint32_t units;
	const char *key;
	int64_t born_us;
	uint64_t number;            /* of the requests this node got for the item */
	struct answers_order order; /* of ACCEPTED and REPEATED */
};

/* All borrowed; `port` is this node's, for stat.log. Answers are counted in `tally`. */
struct receipts *receipts_open(struct loop *loop, struct answers *answers, struct statlog *statlog,
			       struct tally *tally, unsigned port);

/* Ends it. NULL is allowed. */
void receipts_close(struct receipts *receipts);

/* Answers a purchase of an item. */
void receipts_give(struct receipts *receipts, const struct receipt *receipt);

/*
 * Answers a request that no item can serve: BUSY, UNKNOWN with its key, or how a token is refused.
 * `item` is a valid name or "-".
 */
void receipts_refuse(struct receipts *receipts, struct http_request *request, const char *item,
		     const struct ask *ask, enum purchase_outcome outcome);

/* Answers a request that is wrong in itself with `status` and the constant sentence `error`. */
void receipts_reject(struct receipts *receipts, struct http_request *request, const char *item,
		     const struct ask *ask, unsigned status, const char *error);

#endif
