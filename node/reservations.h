/*
 * reservations.h - GET and POST /reservations/{item}: the right to buy, looked at or taken.
 *
 * Whose it is says a token, or, where the item requires none, the argument `user`. POST may be
 * asked again at any time: who has a reservation keeps it. Before the window opens, and of items
 * that are not there, a node answers from memory; else reserve.lua decides.
 *
 * Layer: above errands, passport, replies; below route.
 */
#ifndef PENSTOCK_RESERVATIONS_H
#define PENSTOCK_RESERVATIONS_H

#include "node/catalog.h"
#include "node/errands.h"
#include "node/http.h"
#include "node/loop.h"
#include "node/passport.h"

/* What it works with; all borrowed. */
struct reservations {
	struct loop *loop;
	struct catalog *catalog;
	struct errands *errands;
	const struct passport *passport;
};

/* Answers a request, now or later; `name` is what follows /reservations/ in its path. */
void reservations_on_request(struct reservations *reservations, struct http_request *request,
			     struct http_text name);

#endif
