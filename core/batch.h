/*
 * batch.h - group commit: which purchases go to Redis together, and when.
 *
 * Purchases of one item queue up. At the end of each loop turn a batch is taken from the queue,
 * unless as many batches as allowed are in flight already: then the queue grows, and the next
 * batch is larger. A further batch joins those in flight only when it is as large as all of them
 * together: so Redis has the next one before it is done with the last, and yet batches are not
 * ground to dust. So a quiet node answers at once and a busy one pays for one script call what
 * many buyers share. A batch in flight is a flight: it remembers its purchases by place, since
 * answers come by place, and the units of those that were answered at their deadline, since the
 * gate still counts them.
 *
 * Layer: core, above purchase and gate. Pure: no clock, no I/O, no allocation.
 */
#ifndef PENSTOCK_BATCH_H
#define PENSTOCK_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "core/gate.h"
#include "core/purchase.h"

enum {
	BATCH_PURCHASES_MAX = 256, /* bound of buy.lua: unpack() takes about 8,000 values */
	BATCH_WORTH = 100,         /* purchases worth a call of their own */
};

struct batch_flight {
	uint32_t count;
	struct purchase *member[BATCH_PURCHASES_MAX]; /* NULL: answered at its deadline */
	uint32_t tokens[BATCH_PURCHASES_MAX];         /* to settle when the answer comes */
};

/*
 * May another batch go, with `queued` purchases waiting, and `flying` batches of at most
 * `flights_max` out, with `aloft` purchases in all? Besides others it must be as many as they are,
 * or so many (BATCH_WORTH) that the fixed cost of a call, that of six purchases, hardly matters.
 */
bool batch_is_due(uint32_t queued, uint32_t aloft, uint32_t flying, uint32_t flights_max);

/* Moves the first purchases of `queue`, at most `most`, into the empty `flight`: QUEUED to SENT. */
void batch_take_off(struct batch_flight *flight, struct purchase_list *queue, uint32_t most);

/*
 * `purchase`, which is in `flight`, is answered already: its place is kept, but nobody waits
 * there.
 */
void batch_leave(struct purchase *purchase);

/*
 * The answer for place `place` is there: settles its tokens with `gate`. Returns the purchase,
 * still SENT, or NULL if it has left.
 */
struct purchase *batch_land(struct batch_flight *flight, uint32_t place, struct gate *gate);

/*
 * The flight did not arrive: its purchases go back to the front of `queue` in their order, SENT
 * to QUEUED, keeping their tokens; tokens of those that left are settled. `doubtful`: it may
 * have been carried out (the link died).
 */
void batch_return(struct batch_flight *flight, struct purchase_list *queue, struct gate *gate,
		  bool doubtful);

#endif
