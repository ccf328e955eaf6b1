/*
 * rush.h - attempts at one purchase, by several workers over kept connections, with one key.
 *
 *               ┌──────────── wait, by pace ───────────┐
 *     at the    ▼                                      │ not yet, busy, too fast, lost
 *     start ─▶ send ──▶ answer ──▶ ours: all stop ─▶ WON
 *                          └─────▶ refused for good: all stop; is nothing open? ─▶ REFUSED
 *
 * All workers send the same key, so there is at most one order. A refusal is believed only when no
 * earlier attempt is open: one whose answer was lost may have bought, so the key is asked once more
 * in a way that makes the server look it up (every send but the very first does). Only a word that
 * is said of a key that was looked up closes it; after any other the key is asked about until the
 * time is over.
 *
 * Where an item is drawn, taking part is an open attempt as well: who is drawn has an order without
 * asking for it, and the key tells.
 *
 * Layer: above http, answer, clock, pace, ui; below the commands.
 */
#ifndef PENSTOCK_BUYER_RUSH_H
#define PENSTOCK_BUYER_RUSH_H

#include <stdbool.h>
#include <stdint.h>

#include "buyer/answer.h"
#include "buyer/clock.h"
#include "buyer/http.h"
#include "buyer/ui.h"

enum { RUSH_WORKERS_MAX = 16 };

struct rush_settings {
	const char *path; /* "/buy/ticket?units=1" */
	const char *key;
	bool is_first;    /* the key was never sent */
	bool is_open;     /* it was, by an earlier run, and nobody knows what came of it */
	int workers;      /* 1 to RUSH_WORKERS_MAX */
	int64_t start_ms; /* the server's time; 0: at once */
	int64_t stop_ms;  /* likewise: no attempt begins after it, */
	int64_t draw_ms;  /* or so long after a draw in which the buyer takes part */
};

enum rush_end {
	RUSH_WON,     /* `answer` has the order */
	RUSH_REFUSED, /* `answer` says why; there is definitely no order */
	RUSH_TIMEOUT, /* the time is over; there is definitely none; `answer` is the last one */
	RUSH_UNKNOWN, /* the time is over, or the token is not good, and there may be one */
	RUSH_STOPPED, /* a signal came; there may be one */
};

struct rush_result {
	enum rush_end end;
	struct answer answer;
	int tries;
};

/*
 * Opens a connection for each worker, so that no attempt has to, until `until_us` (monotonic) at
 * most: one that is not answered, though by the clock's round trips it should be, is given up, and
 * another opened. False: a signal came.
 */
bool rush_warm(struct http *http, const struct clock_sync *sync, int workers, int64_t until_us)
	__attribute__((warn_unused_result));

/* Does it all. The clock may be corrected by what the server says of its start. */
void rush_run(struct http *http, const struct clock_sync *sync, struct ui *ui,
	      const struct rush_settings *settings, struct rush_result *result);

#endif
