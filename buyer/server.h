/*
 * server.h - what the tool asks Penstock for, each as one plain call.
 *
 * Layer: above http, answer, clock; below the jobs.
 */
#ifndef PENSTOCK_BUYER_SERVER_H
#define PENSTOCK_BUYER_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "buyer/answer.h"
#include "buyer/clock.h"
#include "buyer/http.h"

enum { SERVER_WHY_BYTES = 320, SERVER_PATH_BYTES = 256 };

enum server_seen {
	SERVER_SEEN,    /* it answered as Penstock does */
	SERVER_NONE,    /* it did, and has no such thing */
	SERVER_AWAY,    /* it cannot be reached, or is busy; asking again may help */
	SERVER_STRANGE, /* whatever answers there is no Penstock */
	SERVER_STOPPED, /* a signal came */
};

enum server_reserve { SERVER_RESERVE_NONE, SERVER_RESERVE_OPTIONAL, SERVER_RESERVE_REQUIRED };

/* GET /stock/{item}; what an item without rules does not tell is 0. */
struct server_stock {
	char state[16]; /* "open", "paused", "closed", "fault" */
	int64_t total, left, held, paid, epoch, next_expiry_ms;
	bool wants_token;
	enum server_reserve reserve;
	int64_t starts_ms, ends_ms, reserve_starts_ms, reserve_ends_ms;
	int64_t draws_ms;
	int64_t max_units, limit_units;
};

/*
 * Takes `count` samples of the server's clock into a new round of *sync, over one kept connection,
 * until `until_us` (monotonic; INT64_MAX: as long as it takes): what is under way then is dropped.
 * Once anything is known, a sample that takes a second more than it should is given up, and the
 * next one taken. `why` is a sentence unless it was seen; at least one sample is enough.
 */
enum server_seen server_sync(struct http *http, struct clock_sync *sync, int count,
			     int64_t until_us, char why[SERVER_WHY_BYTES])
	__attribute__((warn_unused_result));

/* Reads what is on sale. */
enum server_seen server_stock(struct http *http, const char *item, struct server_stock *stock,
			      char why[SERVER_WHY_BYTES]) __attribute__((warn_unused_result));

/* Any other question; the answer says how it went. False: a signal came. */
bool server_ask(struct http *http, const struct http_ask *ask, struct answer *answer)
	__attribute__((warn_unused_result));

#endif
