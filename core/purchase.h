/*
 * purchase.h - a purchase's life on a node, from the request to its one answer.
 *
 *            gate: wait              gate: take
 *   BORN ───────────────▶ WAITING ─────────────▶ QUEUED ──▶ SENT ───────▶ ANSWERED
 *    │                       │                     ▲ │        │ │            ▲
 *    │                       │                     │ │        │ │ a reply,   │
 *    │                       │   not executed, or  └─┼────────┘ │ or its     │
 *    │                       │   the link died: sent │          │ deadline   │
 *    │                       │   again, same key     │          └────────────┤
 *    └───────────────────────┴───────────────────────┴───────────────────────┘
 *      answered from memory, or its deadline passed
 *
 * A purchase that was sent and never answered is `doubtful`: it may have been carried out, so at
 * its deadline it is told "unknown, ask again with the same key"; one that was never sent is
 * told "busy", which is a promise that no order was left behind (H9).
 *
 * Layer: core, above keys. Pure: no clock, no I/O, no allocation.
 */
#ifndef PENSTOCK_PURCHASE_H
#define PENSTOCK_PURCHASE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/keys.h"

enum purchase_state {
	PURCHASE_BORN,
	PURCHASE_WAITING,
	PURCHASE_QUEUED,
	PURCHASE_SENT,
	PURCHASE_ANSWERED,
	PURCHASE_STATES,
};

/* How a purchase ended, as the buyer is told. */
enum purchase_outcome {
	OUTCOME_ACCEPTED,
	OUTCOME_REPEATED, /* this key has its order already */
	OUTCOME_SOLD_OUT,
	OUTCOME_HELD, /* nothing is left, but unpaid orders may return */
	OUTCOME_LIMIT,
	OUTCOME_PAUSED,
	OUTCOME_ENDED,
	OUTCOME_NOT_STARTED,  /* the sale starts later */
	OUTCOME_NOT_RESERVED, /* only who has a reservation may buy */
	OUTCOME_TOOK_PART,    /* in a draw that is still to come */
	OUTCOME_NOT_DRAWN,    /* took part, and has not won */
	OUTCOME_REFUSED,      /* the roll by the user's score went against this attempt */
	OUTCOME_NO_TOKEN,     /* only a proven user may buy */
	OUTCOME_BAD_TOKEN,    /* what was sent proves nobody */
	OUTCOME_OTHER_USER,   /* the token is another user's than the one named */
	OUTCOME_CONFLICT,     /* the key belongs to another purchase */
	OUTCOME_NO_ITEM,      /* there is no such item */
	OUTCOME_BAD_REQUEST,  /* the request itself is wrong */
	OUTCOME_BUSY,         /* definitely not carried out; try again */
	OUTCOME_BACKLOG,      /* likewise: too much waits to be written to SQL */
	OUTCOME_UNKNOWN,      /* it may have been carried out; ask again with the same key */
	OUTCOMES,
};

struct purchase {
	struct purchase *next, *prev;    /* its place in one purchase_list */
	struct purchase *later, *sooner; /* its place among the deadlines */
	enum purchase_state state;
	bool doubtful;         /* sent once without a definite answer */
	bool may_repeat;       /* its key may have an order already: ask even when sold out */
	bool is_again;         /* another node was asked first, and nobody knows what it did */
	uint32_t units;        /* asked for */
	uint32_t tokens;       /* taken from the gate and not settled */
	int64_t deadline_ms;   /* on the node's monotonic clock */
	int64_t born_us;       /* likewise, for the log */
	uint64_t number;       /* of the requests this node got for the item, for the log */
	void *item;            /* borrowed: whose gate and queue it uses */
	void *request;         /* borrowed: the HTTP request to answer */
	void *flight;          /* borrowed: the call it was sent with, while SENT */
	uint16_t place;        /* in that call */
	uint8_t language;      /* of the answer */
	bool is_proven;        /* the user, by a token */
	uint32_t score_tenths; /* of a proven user, else 0 */
	bool is_rolled;        /* by the score, and counted */
	bool is_risky;         /* the roll went against it, whether that counts or not */
	uint8_t user_size, key_size;
	char user[KEYS_USER_BYTES + 1];
	char key[KEYS_REQUEST_BYTES + 1];
};

/* May a purchase go from one state to the other? The drawing above, as a table. */
bool purchase_may_move(enum purchase_state from, enum purchase_state to);

/* The only way a state changes. Aborts on a move that the drawing does not have. */
void purchase_move(struct purchase *purchase, enum purchase_state to);

/* What to tell a purchase whose deadline has passed: busy if it was never sent, else unknown. */
enum purchase_outcome purchase_outcome_late(const struct purchase *purchase);

/* The word of an outcome, as in answers and in stat.log. A constant. */
const char *purchase_outcome_word(enum purchase_outcome outcome);

/* First in, first out; a purchase is in at most one list at a time. All zero is the empty list. */
struct purchase_list {
	struct purchase *first, *last;
	uint32_t count;
};

/* Adds at the end. */
void purchase_list_append(struct purchase_list *list, struct purchase *purchase);

/* Adds at the front: for what was sent already and has to go first again. */
void purchase_list_prepend(struct purchase_list *list, struct purchase *purchase);

/* Takes `purchase` out of the list that it is in. */
void purchase_list_remove(struct purchase_list *list, struct purchase *purchase);

/*
 * The same queue discipline for deadlines: all purchases have the same patience, so the oldest
 * ends first.
 */
struct purchase_deadlines {
	struct purchase *soonest, *latest;
	uint32_t count;
};

/* Adds a purchase whose deadline is not before any other's. */
void purchase_deadlines_add(struct purchase_deadlines *all, struct purchase *purchase);

/* Takes it out. */
void purchase_deadlines_remove(struct purchase_deadlines *all, struct purchase *purchase);

#endif
