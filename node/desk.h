/*
 * desk.h - what a buyer does with an order: look at it, pay it for trial, cancel it.
 *
 *   GET /orders/{number}   POST /orders/{number}/pay   POST /orders/{number}/cancel
 *
 * Who has the number may do so: it cannot be guessed. A number that this cluster did not write is
 * refused before anybody is asked. An order that has left Redis has ended; the ledger tells how.
 *
 * Layer: above errands, payments, replies, tokens; below route.
 */
#ifndef PENSTOCK_DESK_H
#define PENSTOCK_DESK_H

#include "common/tokens.h"
#include "node/errands.h"
#include "node/http.h"
#include "node/payments.h"

struct desk;

/* All borrowed. */
struct desk *desk_open(const struct tokens *tokens, struct errands *errands,
		       struct payments *payments);

/* Ends it; nothing may be suspended. NULL is allowed. */
void desk_close(struct desk *desk);

/* Answers a request, now or later; `rest` is what follows /orders/ in its path. */
void desk_on_request(struct desk *desk, struct http_request *request, struct http_text rest);

#endif
