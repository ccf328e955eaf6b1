/*
 * trimmer.h - lets Redis go of what SQL holds, and looks whether Redis still has its history.
 *
 * trim.lua is told an item's newest committed seq, so that the stream holds only what is not
 * written, finished orders leave, and nodes know how far SQL is (I6). It is called soon after a
 * commit, and once a second for every item all the same: a Redis that was emptied then learns
 * at once what SQL holds, and no script sells there (I8).
 *
 * Layer: above redis, roster; below main. One thread.
 */
#ifndef PENSTOCK_LEDGER_TRIMMER_H
#define PENSTOCK_LEDGER_TRIMMER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/redis.h"
#include "ledger/roster.h"

struct trimmer;

/* Over the items of `roster`; both are borrowed. Finished orders stay for `retain_ms`. */
struct trimmer *trimmer_open(struct redis *redis, struct roster *roster, int64_t retain_ms);

/* Ends it. NULL is allowed. */
void trimmer_close(struct trimmer *trimmer);

/*
 * Calls trim.lua for the items whose turn it is at `now_ms` (of a clock that only goes forward);
 * with `all`, for every one that SQL is ahead of what Redis was told. Only right after a commit or
 * when nothing is uncommitted. REDIS_ANSWERED: all was done, though items may be in trouble now;
 * else Redis is away, and redis_error() says why.
 */
enum redis_fate trimmer_work(struct trimmer *trimmer, int64_t now_ms, bool all)
	__attribute__((warn_unused_result));

/* How often trim.lua was carried out, and how many entries left the streams by that. */
void trimmer_count(const struct trimmer *trimmer, int64_t *trims, int64_t *entries);

#endif
