/*
 * reserve.h - the reservation before a sale.
 *
 * Layer: above job, pace and notify; below the commands.
 */
#ifndef PENSTOCK_BUYER_RESERVE_H
#define PENSTOCK_BUYER_RESERVE_H

#include "buyer/job.h"

/*
 * Waits for the time to reserve, and reserves; asking again is harmless. VERDICT_DONE: reserved, or
 * the sale has no reservations; VERDICT_RESERVE: it could not be had. The end is told, and notified
 * of once.
 */
enum verdict reserve_make(struct job *job) __attribute__((warn_unused_result));

#endif
