/*
 * permits.h - may the ledger do in Redis all that it has to?
 *
 * Asked once, before anything is read: a missing command of the ACL would else show in the middle
 * of a sale, when something is to be trimmed for the first time.
 *
 * Layer: above redis; below main.
 */
#ifndef PENSTOCK_LEDGER_PERMITS_H
#define PENSTOCK_LEDGER_PERMITS_H

#include <stddef.h>

#include "common/redis.h"

enum permits_verdict {
	PERMITS_GIVEN,
	PERMITS_REFUSED, /* `why` says what to change */
	PERMITS_UNKNOWN, /* Redis is not there; see redis_error() */
};

enum { PERMITS_WHY_BYTES = 400 };

/*
 * Asks Redis what `user` may do. A user who may not even ask (ACL DRYRUN) is let through: the first
 * refusal will say the rest.
 */
enum permits_verdict permits_check(struct redis *redis, const char *user,
				   char why[PERMITS_WHY_BYTES]) __attribute__((warn_unused_result));

#endif
