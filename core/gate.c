/*
 * gate.c - the arithmetic of the local stock; see gate.h for the rule and its promises.
 */
#include "core/gate.h"

#include <assert.h>

void gate_open(struct gate *gate, struct gate_buffer buffer)
{
	assert((buffer.percent >= 0) != (buffer.units >= 0));
	*gate = (struct gate){ .buffer = buffer };
}

int64_t gate_deal(int64_t left, int64_t weight, int64_t live_weight, struct gate_buffer buffer)
{
	assert(left >= 0 && weight >= 1);
	if (left == 0)
		return 0;
	if (live_weight < weight)
		live_weight = weight;
	/* left has at most 15 digits: split it so that the product cannot overflow. */
	int64_t share = left / live_weight * weight +
			(left % live_weight * weight + live_weight - 1) / live_weight;
	if (buffer.units >= 0)
		return share + buffer.units;
	int64_t tenth = share / 100 * buffer.percent + share % 100 * buffer.percent / 100;
	return share + (tenth > 0 ? tenth : 1);
}

void gate_refresh(struct gate *gate, int64_t left, int64_t weight, int64_t live_weight)
{
	int64_t dealt = gate_deal(left, weight, live_weight, gate->buffer);

	gate->left = left;
	gate->tokens = dealt > gate->pending ? dealt - gate->pending : 0;
}

enum gate_answer gate_take(struct gate *gate, int64_t units)
{
	assert(units >= 1);
	if (units > gate->left)
		return GATE_SOLD_OUT;
	if (gate->tokens >= units)
		gate->tokens -= units;
	else if (gate->pending == 0)
		gate->tokens = 0;
	else
		return GATE_WAIT;
	gate->pending += units;
	return GATE_TAKE;
}

void gate_settle(struct gate *gate, int64_t units)
{
	assert(units >= 0 && units <= gate->pending);
	gate->pending -= units;
}
