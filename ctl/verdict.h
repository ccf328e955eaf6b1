/*
 * verdict.h - how a command ends: the exit codes of penstockctl.
 *
 * Layer: the ground. Constants only.
 */
#ifndef PENSTOCK_CTL_VERDICT_H
#define PENSTOCK_CTL_VERDICT_H

enum verdict {
	VERDICT_DONE = 0,  /* done; an audit: clean */
	VERDICT_NO = 1,    /* refused by a rule, or not there; an audit, a report: a violation */
	VERDICT_USAGE = 2, /* bad words, flags, settings or secrets: nothing was asked */
	VERDICT_AWAY = 3,  /* Redis, the ledger or the output cannot be had: nothing was changed */
	VERDICT_UNKNOWN = 4,   /* sent and not answered: it may or may not have been done */
	VERDICT_STOPPED = 130, /* Ctrl-C between two steps */
};

#endif
