/*
 * pay.h - what comes after buying: paying, or being reminded of it.
 *
 * Layer: above job and notify; below the commands.
 */
#ifndef PENSTOCK_BUYER_PAY_H
#define PENSTOCK_BUYER_PAY_H

#include "buyer/job.h"

/*
 * Watches the held order of the state until it is paid (VERDICT_DONE) or not held any more
 * (VERDICT_UNPAID), and reminds of it before its deadline. Returns VERDICT_DONE at once where no
 * reminder is wanted.
 */
enum verdict pay_watch(struct job *job) __attribute__((warn_unused_result));

#endif
