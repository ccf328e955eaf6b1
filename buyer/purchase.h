/*
 * purchase.h - one intended purchase, over as many runs of the tool as it takes.
 *
 * Layer: above job and rush; below the commands.
 */
#ifndef PENSTOCK_BUYER_PURCHASE_H
#define PENSTOCK_BUYER_PURCHASE_H

#include "buyer/job.h"

/*
 * Looks at what is known of the purchase, on a job that has met the server and opened its state:
 * an order that is held or paid is told of (VERDICT_DONE, *is_ours true); else the key is ready
 * that the next attempt is to have, the same as before unless that purchase has ended.
 */
enum verdict purchase_prepare(struct job *job, bool *is_ours) __attribute__((warn_unused_result));

/*
 * Is a token to be got first? The item wants one and there is none, or the one that is there ends
 * before the sale starts: a token that is sent must be good, wanted or not.
 */
bool purchase_needs_login(const struct job *job);

/*
 * Waits for the start and buys, with the key that purchase_prepare() made ready. The end is told
 * and written down; VERDICT_DONE: there is an order, in job->state.
 */
enum verdict purchase_make(struct job *job) __attribute__((warn_unused_result));

#endif
