/*
 * verdict.h - how a run of penstock-buyer ends, as its exit code; listed in the man page.
 *
 * Layer: the ground.
 */
#ifndef PENSTOCK_BUYER_VERDICT_H
#define PENSTOCK_BUYER_VERDICT_H

enum verdict {
	VERDICT_DONE = 0,    /* bought, or what the command is for was done */
	VERDICT_LOST = 1,    /* told definitely that there is no order for this buyer */
	VERDICT_USAGE = 2,   /* bad settings or words; nothing was asked */
	VERDICT_AWAY = 3,    /* the server cannot be reached, or is no Penstock; nothing was sent */
	VERDICT_UNKNOWN = 4, /* there may be an order; the same command again tells */
	VERDICT_OVER = 5,    /* too late: the sale is over */
	VERDICT_LOGIN = 6,   /* no token, or not a good one */
	VERDICT_RESERVE = 7, /* the reservation that the sale wants could not be had */
	VERDICT_TIMEOUT = 8, /* the time to try is over, and there is definitely no order */
	VERDICT_UNPAID = 9,  /* bought, and not paid in time */
	VERDICT_STOPPED = 130 /* Ctrl-C or SIGTERM */
};

#endif
