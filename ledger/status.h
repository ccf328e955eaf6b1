/*
 * status.h - how the ledger is doing, told by its main thread and read by the others.
 *
 * The only thing that the threads share. Everything is copied under one lock, held for the
 * time of a copy.
 *
 * Layer: above log; below lookup, webhook and main. Any thread.
 */
#ifndef PENSTOCK_LEDGER_STATUS_H
#define PENSTOCK_LEDGER_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/histogram.h"

enum { STATUS_WHY_BYTES = 400, STATUS_JSON_BYTES = 1024 };

enum status_state {
	STATUS_STARTING,
	STATUS_STANDBY,   /* another ledger writes into this database; ready to take over */
	STATUS_RECORDING, /* what is in the streams is written */
	STATUS_SQL_AWAY,
	STATUS_REDIS_AWAY,
	STATUS_STOPPING,
	STATUS_STATES,
};

/* What is told beside the state. */
struct status_facts {
	int64_t items;                  /* known */
	int64_t stopped;                /* of them: in trouble, not recorded */
	int64_t backlog;                /* events in Redis that SQL does not hold, as last seen */
	int64_t events;                 /* written since the start */
	int64_t batches;                /* transactions, likewise */
	int64_t trims, trimmed;         /* calls of trim.lua, and entries let go by them */
	struct histogram sql;           /* us of a transaction that wrote events */
	int64_t poison;                 /* events set aside, of all times */
	char trouble[STATUS_WHY_BYTES]; /* of an item in trouble; empty: none is */
};

struct status;

/* STARTING, with nothing to tell. */
struct status *status_open(void);

/* Ends it; no other thread may use it any more. NULL is allowed. */
void status_close(struct status *status);

/* The state, with a reason or "". A change is said in the log. */
void status_set(struct status *status, enum status_state state, const char *why);

/* The state as last set. */
enum status_state status_state(struct status *status);

/* The other facts, copied. */
void status_set_facts(struct status *status, const struct status_facts *facts);

/* How many events are not passed by webhooks, as last seen; 0 from the start. */
void status_set_webhook_backlog(struct status *status, int64_t backlog);

/* All of it, copied. */
struct status_sight {
	enum status_state state;
	bool is_well; /* it records all items, or stands by */
	struct status_facts facts;
	int64_t webhook_backlog;
	int64_t losses[STATUS_STATES]; /* how often each state was entered */
};

/* Copies what is known now. */
void status_look(struct status *status, struct status_sight *sight);

/* "recording" and so on. A constant. */
const char *status_state_word(enum status_state state);

/*
 * Writes all of it as one JSON object with a newline; *size is its length. True if the ledger is
 * well: it records all items, or stands by.
 */
bool status_write(struct status *status, char into[STATUS_JSON_BYTES], size_t *size);

#endif
