/*
 * tally.h - what a node has counted since its start.
 *
 * One table says what there is: a line of TALLY_COUNTERS is a field, its name in /metrics and its
 * words there. Whoever sees a thing happen counts it; nobody but /metrics reads it.
 *
 * Layer: core, above histogram and purchase. Pure. One thread; the fields are for all to add to.
 */
#ifndef PENSTOCK_TALLY_H
#define PENSTOCK_TALLY_H

#include <stdint.h>

#include "core/histogram.h"
#include "core/purchase.h"

/* X(field, name in /metrics, help) */
#define TALLY_COUNTERS(X)                                                                          \
	X(redis_links, "penstock_redis_connections_total",                                         \
	  "Connections made to Redis; all but the first are reconnects.")                          \
	X(redis_unknowns, "penstock_redis_unknown_outcomes_total",                                 \
	  "Calls to Redis whose link died before the answer.")                                     \
	X(redis_errors, "penstock_redis_errors_total", "Calls that Redis answered by an error.")

struct tally {
#define TALLY_FIELD(field, name, help) uint64_t field;
	TALLY_COUNTERS(TALLY_FIELD)
#undef TALLY_FIELD
	uint64_t answers[OUTCOMES];  /* of /buy */
	struct histogram purchase;   /* us, from the complete request to its answer */
	struct histogram redis;      /* us, from a call to its answer */
	struct histogram batch_size; /* purchases in a call of buy.lua */
};

/* All at nothing. */
void tally_open(struct tally *tally);

/* A request of /buy was answered. */
void tally_answer(struct tally *tally, enum purchase_outcome outcome, int64_t micros);

#endif
