/*
 * preflight.h - what a node asks of Redis before it trusts it.
 *
 * Runs on each new connection, in three round trips: is an unknown caller refused, may this node
 * log in, is what Redis acknowledges on disk (appendonly, appendfsync always, no silent repair),
 * are keys never evicted, may the node run each command that its scripts use, and are the
 * scripts loaded as they stand here? Only then is the connection admitted. Otherwise one
 * sentence says what to change.
 *
 * Layer: above store; below main.
 */
#ifndef PENSTOCK_PREFLIGHT_H
#define PENSTOCK_PREFLIGHT_H

#include <stdbool.h>

#include "node/store.h"

struct preflight;

enum preflight_verdict {
	PREFLIGHT_PENDING,  /* Redis did not answer yet */
	PREFLIGHT_ADMITTED, /* the store takes calls */
	PREFLIGHT_REJECTED, /* Redis is there but not safe to sell from */
};

/* Told each time the verdict is made anew; `sentence` (when rejected) lives during the call. */
typedef void preflight_cb(void *owner, enum preflight_verdict verdict, const char *sentence);

/*
 * `user` and `password` are borrowed and must outlive it. `logs_devices_in`: the keys of device
 * logins are checked as well.
 */
struct preflight *preflight_open(const char *user, const char *password, bool logs_devices_in,
				 preflight_cb *cb, void *owner);

/* Checks the fresh connection of `store`; call it when the link came up. */
void preflight_run(struct preflight *preflight, struct store *store);

/* Ends it; nothing may be under way (close the store first). NULL is allowed. */
void preflight_close(struct preflight *preflight);

#endif
