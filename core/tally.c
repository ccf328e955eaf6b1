/*
 * tally.c - counting; see tally.h.
 */
#include "core/tally.h"

#include <string.h>

void tally_open(struct tally *tally)
{
	memset(tally, 0, sizeof(*tally));
	histogram_open_us(&tally->purchase);
	histogram_open_us(&tally->redis);
	histogram_open_sizes(&tally->batch_size);
}

void tally_answer(struct tally *tally, enum purchase_outcome outcome, int64_t micros)
{
	tally->answers[outcome]++;
	histogram_add(&tally->purchase, micros);
}
