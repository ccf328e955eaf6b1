/*
 * gate.h - the local stock: how many units this node may ask Redis for before it is told more.
 *
 * A gate holds tokens. They are a hint, not a promise: every unit is granted by Redis, so a wrong
 * gate costs a question or a wait, never a unit. With every answer of Redis the shares are dealt
 * anew from what is left:
 *
 *     tokens = ceil(left * weight / live_weight) + buffer - pending,   0 when nothing is left
 *
 * where `pending` are units already asked for. So a dead node's share is sold by the others, units
 * that come back are sold again, and near the end no node asks for more than it could get.
 *
 * Layer: core. Pure: no clock, no I/O, no allocation. The fields are the gate's own.
 */
#ifndef PENSTOCK_GATE_H
#define PENSTOCK_GATE_H

#include <stdint.h>

/* How much a node may ask beyond its share: a percentage of the share (at least 1) or units. */
struct gate_buffer {
	int64_t percent; /* -1 when given in units */
	int64_t units;   /* -1 when given in percent */
};

struct gate {
	struct gate_buffer buffer;
	int64_t tokens;
	int64_t left;    /* as last told */
	int64_t pending; /* units asked for and not yet settled */
};

enum gate_answer {
	GATE_TAKE,     /* tokens are spent; settle them when the outcome is known */
	GATE_SOLD_OUT, /* as last told there are not that many anywhere; nothing was taken */
	GATE_WAIT,     /* some are left, but not for this node right now; the next refresh tells */
};

/* A gate that knows of no stock yet: it answers sold out until it is refreshed. */
void gate_open(struct gate *gate, struct gate_buffer buffer);

/*
 * What a node of `weight` gets of `left` units while nodes of `live_weight` in all (its own
 * included) live.
 */
int64_t gate_deal(int64_t left, int64_t weight, int64_t live_weight, struct gate_buffer buffer);

/*
 * Deals anew. Settle what the same answer settles before. `weight` >= 1; a live weight below it
 * counts as it.
 */
void gate_refresh(struct gate *gate, int64_t left, int64_t weight, int64_t live_weight);

/*
 * Asks for `units` (>= 1). A purchase larger than this node's share is let through alone, when
 * nothing is pending, so that none waits for ever.
 */
enum gate_answer gate_take(struct gate *gate, int64_t units) __attribute__((warn_unused_result));

/* The outcome of `units` taken before is known, whatever it is; they are no longer pending. */
void gate_settle(struct gate *gate, int64_t units);

#endif
