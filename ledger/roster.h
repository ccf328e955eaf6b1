/*
 * roster.h - the items that the ledger knows, and how each is doing.
 *
 * An item is known from SQL or because its stream was found in Redis. Its state is what SQL holds:
 * it changes when a transaction was committed and at no other time. An item in trouble is (but for
 * one kind of it) not recorded any further until the trouble is over; the others go on.
 *
 * Layer: above log; below book, tail, trimmer. One thread.
 */
#ifndef PENSTOCK_LEDGER_ROSTER_H
#define PENSTOCK_LEDGER_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/keys.h"
#include "core/events.h"

enum { ROSTER_MAX = 1000, ROSTER_WHY_BYTES = 300 };

enum roster_trouble {
	ROSTER_WELL,
	ROSTER_UNTRIMMED, /* trim.lua fails; events are recorded all the same */
	ROSTER_GAP,       /* the stream does not go on where SQL ends */
	ROSTER_BEHIND,    /* Redis lost history: it has fewer events than SQL (I8) */
	ROSTER_REGROWN,   /* Redis lost history, and was sold from again: its events are others */
	ROSTER_FOREIGN,   /* the stream's key is no stream */
	ROSTER_TROUBLES,
};

struct roster_item {
	char name[KEYS_ITEM_BYTES + 1];
	struct events_item state; /* as SQL holds it */
	int64_t told;             /* the seq that Redis has acknowledged to be recorded */
	int64_t kept;             /* the same, as SQL holds it */
	int64_t backlog;          /* events in Redis that SQL does not hold, as last seen */
	int64_t read_ms;          /* in trouble: not to be read before this time */
	int64_t trimmed_ms;       /* when trim.lua was last called */
	int64_t looked_ms;        /* when its stream was looked at; 0: not on this connection */
	enum roster_trouble trouble;
	char why[ROSTER_WHY_BYTES];
};

struct roster;

/* An empty one. */
struct roster *roster_open(void);

/* Ends it. NULL is allowed. */
void roster_close(struct roster *roster);

/* Forgets all items: what SQL holds is to be read again. */
void roster_clear(struct roster *roster);

/*
 * The item of this name, made with an empty state if it is not there. Borrowed until
 * roster_clear(). NULL when ROSTER_MAX items are known already (said once in the log).
 */
struct roster_item *roster_take(struct roster *roster, const char *name, size_t size);

/* Takes all of a list of names with commas between. */
void roster_take_all(struct roster *roster, const char *names);

/* The connection to Redis is another one: nothing was looked at on it. */
void roster_forget_looks(struct roster *roster);

/* How many items there are. */
size_t roster_count(const struct roster *roster);

/* An item by its place, 0 to count - 1. Borrowed. */
struct roster_item *roster_at(struct roster *roster, size_t place);

/*
 * The item is in trouble, for the reason that the format gives; or well again (ROSTER_WELL, NULL).
 * A change of the trouble is said in the log.
 */
void roster_set_trouble(struct roster_item *item, enum roster_trouble trouble, const char *format,
			...) __attribute__((format(printf, 3, 4)));

#endif
