/*
 * route.h - which path is which verb, and the answers that come from memory.
 *
 *   GET|POST /buy/{item}   GET /stock/{item}   GET /time   GET /healthz   GET /readyz
 *   GET /metrics   GET /status
 *   POST /admin/items/{item}   POST /device/code|token   GET|POST /device/confirm
 *   GET /orders/{number}   POST /orders/{number}/pay|cancel   POST /payments/callback
 *
 * Paths are matched as they were sent, without decoding: no valid name needs a `%`, so `%00` and
 * its like end as 400.
 *
 * Layer: above orders, receipts, desk, payments, catalog, health, http; below main.
 */
#ifndef PENSTOCK_ROUTE_H
#define PENSTOCK_ROUTE_H

#include "node/catalog.h"
#include "node/desk.h"
#include "node/device.h"
#include "node/health.h"
#include "node/http.h"
#include "node/metrics.h"
#include "node/commands.h"
#include "node/orders.h"
#include "node/passport.h"
#include "node/payments.h"
#include "node/receipts.h"
#include "node/reservations.h"
#include "node/status.h"

/* What routes lead to; all borrowed, but for `http`, to be filled in by the owner. */
struct route {
	struct orders *orders;
	struct receipts *receipts;
	struct catalog *catalog;
	struct health *health;
	struct tokens *tokens;
	const struct passport *passport;
	struct desk *desk;
	struct payments *payments;
	struct reservations reservations;
	struct commands *commands;
	struct device *device; /* NULL: there are no device logins here */
	struct metrics metrics;
	struct status_sources status;
	bool is_over; /* what asks Redis is being taken down: refuse */
};

/* The http_handler: `owner` is a struct route. */
void route_on_request(struct http_request *request, void *owner);

#endif
