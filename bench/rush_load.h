/*
 * rush_load.h - the crowd: sends a number of purchases over a number of connections.
 *
 * One thread, one epoll descriptor, keep-alive HTTP/1.1, one request at a time on each
 * connection, the next one as soon as the answer is read (a closed loop). Buyer number n
 * of seed s is user `b<s>-<n>` with the idempotency key `k<s>-<n>`, so any run can be
 * crossed with the server's records, and run again under the same keys.
 *
 * A request is sent once. With `retries_max` it is asked again, under the same key but
 * without `Idempotency-Attempt: 1`, when its connection broke, its answer was late, or the
 * answer was a 503. A connection that cannot be made is tried again every 100 ms, and is
 * no attempt, because nothing was sent.
 *
 * It promises: exactly the asked number of distinct requests unless it is stopped; a
 * bounded run, because each attempt has a deadline and the whole run ends when nothing
 * was answered for `patience_ms`; every attempt is in the tally once.
 *
 * Layer: above tally; below rush.c.
 */
#ifndef RUSH_LOAD_H
#define RUSH_LOAD_H

#include <stdint.h>
#include <stdio.h>

#include "bench/rush_tally.h"

/* What to do; all strings are borrowed until load_close(). */
struct load_plan {
	const char *host;
	const char *port;
	const char *item;
	const char *seed;
	uint64_t requests;
	unsigned connections;
	unsigned retries_max; /* further attempts a request may have */
	uint64_t timeout_ms;  /* of one attempt */
	uint64_t patience_ms; /* of the whole run, without any answer */
	FILE *orders;         /* NULL, or takes a line `key reason order` for each unit sold */
};

struct load;

/* Called about ten times a second, and once at the end, from inside load_run(). */
typedef void load_on_tick(const struct tally *t, uint64_t now_ns, void *owner);

/*
 * Resolves the host and prepares the connections; nothing is sent yet. NULL, with a
 * sentence on stderr, when the host is unknown or descriptors run out. The tally is
 * borrowed and written to until load_close().
 */
struct load *load_open(const struct load_plan *plan, struct tally *t);

/* Runs to the end, or to SIGINT or SIGTERM: the first stops asking, the second waiting. */
void load_run(struct load *load, load_on_tick *on_tick, void *owner);

/* Closes whatever is open; NULL is accepted. */
void load_close(struct load *load);

/* Monotonic time, the clock of all stamps in the tally. */
uint64_t load_now_ns(void);

#endif
