/*
 * batch.c - take-off, landing and return of batches; see batch.h.
 */
#include "core/batch.h"

#include <assert.h>
#include <stddef.h>

bool batch_is_due(uint32_t queued, uint32_t aloft, uint32_t flying, uint32_t flights_max)
{
	bool is_worth = flying == 0 || queued >= aloft || queued >= BATCH_WORTH;

	return queued > 0 && flying < flights_max && is_worth;
}

void batch_take_off(struct batch_flight *flight, struct purchase_list *queue, uint32_t most)
{
	assert(most >= 1 && most <= BATCH_PURCHASES_MAX);
	flight->count = 0;
	while (queue->first && flight->count < most) {
		struct purchase *purchase = queue->first;

		purchase_list_remove(queue, purchase);
		purchase_move(purchase, PURCHASE_SENT);
		purchase->flight = flight;
		purchase->place = (uint16_t)flight->count;
		flight->member[flight->count] = purchase;
		flight->tokens[flight->count] = purchase->tokens;
		flight->count++;
	}
}

void batch_leave(struct purchase *purchase)
{
	struct batch_flight *flight = purchase->flight;

	assert(flight && flight->member[purchase->place] == purchase);
	flight->member[purchase->place] = NULL;
	purchase->flight = NULL;
	purchase->tokens = 0; /* the flight settles them */
}

struct purchase *batch_land(struct batch_flight *flight, uint32_t place, struct gate *gate)
{
	assert(place < flight->count);
	struct purchase *purchase = flight->member[place];

	gate_settle(gate, flight->tokens[place]);
	flight->tokens[place] = 0;
	flight->member[place] = NULL;
	if (purchase) {
		purchase->flight = NULL;
		purchase->tokens = 0;
	}
	return purchase;
}

void batch_return(struct batch_flight *flight, struct purchase_list *queue, struct gate *gate,
		  bool doubtful)
{
	for (uint32_t i = flight->count; i-- > 0;) {
		struct purchase *purchase = flight->member[i];

		if (!purchase) {
			gate_settle(gate, flight->tokens[i]);
			continue;
		}
		purchase->flight = NULL;
		purchase->doubtful = purchase->doubtful || doubtful;
		purchase_move(purchase, PURCHASE_QUEUED);
		purchase_list_prepend(queue, purchase);
	}
	flight->count = 0;
}
