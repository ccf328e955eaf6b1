/*
 * events.h - the event log of an item, and what it makes of an item and its orders.
 *
 * Redis' scripts append one event for each change, numbered 1, 2, 3 ... (docs/KEYS.md). Reading
 * them in order gives back every state that Redis ever had (I7): the ledger writes SQL by it, the
 * audit compares by it, a rebuild starts from it. The moves of an order, and who makes them:
 *
 *                      pay.lua ┌──────▶ PAID ──────────▶ REFUNDED     refund.lua
 *      buy.lua ──▶ HELD ───────┤         ▲
 *                              │         │ pay.lua, late_pay = retake
 *                     sync.lua ├──▶ EXPIRED
 *                   cancel.lua └──▶ CANCELLED
 *
 * An order of an earlier sale (epoch) moves as well, but its units belong to no stock any more.
 *
 * Layer: core. Pure: no clock, no I/O, no allocation; texts are borrowed from the caller.
 */
#ifndef PENSTOCK_EVENTS_H
#define PENSTOCK_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum events_kind {
	EVENTS_OPENED,
	EVENTS_RESTOCKED,
	EVENTS_ALTERED,
	EVENTS_CREATED,
	EVENTS_PAID,
	EVENTS_EXPIRED,
	EVENTS_CANCELLED,
	EVENTS_DUE,
	EVENTS_REFUNDED,
	EVENTS_REBUILT,
	EVENTS_KINDS,
};

enum events_state {
	EVENTS_NO_ORDER, /* there is none of this number */
	EVENTS_HELD,
	EVENTS_IS_PAID,
	EVENTS_IS_EXPIRED,
	EVENTS_IS_CANCELLED,
	EVENTS_IS_REFUNDED,
	EVENTS_STATES,
};

/* A piece of a text that belongs to somebody else; not NUL-terminated. */
struct events_text {
	const char *at;
	size_t size;
};

/* One event, taken apart. What its kind does not have is 0 or empty. */
struct events_event {
	enum events_kind kind;
	int64_t seq;
	int64_t epoch; /* of the order, or of the sale */
	int64_t at_ms; /* Redis' clock */
	int64_t total, outside, delta;
	int64_t order; /* the seq of the order's created event; its own seq for created */
	int64_t units, amount, deadline_ms;
	int64_t from;                    /* rebuilt: the newest event before */
	struct events_text user, key;    /* created */
	struct events_text txn;          /* paid, due, refunded */
	struct events_text field, value; /* altered */
};

/* What the log says of an item's stock. All zero before the first event. */
struct events_item {
	int64_t seq;   /* the newest event applied */
	int64_t epoch; /* of the sale that is on */
	int64_t total, held, paid, outside;
	int64_t last_ms;
	int64_t opened_ms;
};

/* What the log says of an order. All zero: there is none. */
struct events_order {
	int64_t seq, units, amount, created_ms, deadline_ms, epoch, moved_ms;
	enum events_state state;
	int64_t refund_due; /* payments that bought nothing and were not given back: how many */
};

enum events_verdict {
	EVENTS_APPLIED,
	EVENTS_OLD,     /* it was applied before: nothing was changed */
	EVENTS_GAP,     /* events are missing before it: nothing was changed */
	EVENTS_ILLEGAL, /* the rules do not allow it: nothing was changed; see `why` */
};

/*
 * Takes an event apart: the name and the words of its stream entry, whose id was `seq`-0. The
 * texts of *event are borrowed from `words`. False, with a constant sentence in *why, when it is
 * not of its form (an unknown name, a count that is not digits, too few or too many words).
 */
bool events_parse(int64_t seq, struct events_text name, struct events_text words,
		  struct events_event *event, const char **why) __attribute__((warn_unused_result));

/* Is this event about an order (so that events_apply() wants that order)? */
bool events_is_about_order(const struct events_event *event);

/*
 * Applies an event to its item, and to the order event->order, which the caller looked up (all
 * zero if it has none); `order` is not read for events that are about none. Checks that the move
 * is one of the drawing's, that units and epoch agree, that nothing goes below zero and that
 * held + paid + outside never exceeds the total (H4). Anything but EVENTS_APPLIED changed
 * nothing. `why` is set to a constant sentence for EVENTS_ILLEGAL.
 */
enum events_verdict events_apply(struct events_item *item, struct events_order *order,
				 const struct events_event *event, const char **why)
	__attribute__((warn_unused_result));

/*
 * Goes past an event that cannot be applied (poison, set aside by the caller): only the item's
 * seq moves.
 */
void events_skip(struct events_item *item, int64_t seq);

/* May an order go from one state to the other? The drawing above, as a table. */
bool events_may_move(enum events_state from, enum events_state to);

/* The name of a kind, as in the stream. A constant. */
const char *events_kind_word(enum events_kind kind);

/* The word of a state, as in Redis, SQL and answers: "held"; "" for EVENTS_NO_ORDER. A constant. */
const char *events_state_word(enum events_state state);

/* A state's word to *state: true; another text: false. */
bool events_state_parse(const char *text, size_t size, enum events_state *state)
	__attribute__((warn_unused_result));

#endif
