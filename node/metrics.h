/*
 * metrics.h - /metrics: what this node counted and how it stands, for Prometheus.
 *
 * Layer: above catalog, orders, errands, statlog, http, tally; below route.
 */
#ifndef PENSTOCK_METRICS_H
#define PENSTOCK_METRICS_H

#include "core/tally.h"
#include "node/catalog.h"
#include "node/errands.h"
#include "node/http.h"
#include "node/orders.h"
#include "node/statlog.h"
#include "node/store.h"
#include "node/vigil.h"

/* Where the numbers are; all borrowed. */
struct metrics {
	const struct tally *tally;
	const struct catalog *catalog;
	const struct orders *orders;
	const struct errands *errands;
	const struct statlog *statlog;
	const struct store *store;
	const struct vigil *vigil;
};

/* Answers with all of it. */
void metrics_on_request(const struct metrics *metrics, struct http_request *request);

#endif
