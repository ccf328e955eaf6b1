/*
 * order_record.h - takes the record of an order apart, as Redis keeps it (docs/KEYS.md).
 *
 *     state|units|amount|created_ms|deadline_ms|epoch|user|key|moved_ms|txn
 *
 * Layer: the ground of a node. Pure.
 */
#ifndef PENSTOCK_ORDER_RECORD_H
#define PENSTOCK_ORDER_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a buyer may know of it; the user and the key stay where they are. */
struct order_record {
	const char *state; /* a constant: held, paid, expired, cancelled, refunded */
	int64_t units, amount;
	int64_t created_ms, deadline_ms;
	int64_t moved_ms; /* when it last left a state; 0 while it is held */
};

/*
 * Takes apart `size` bytes at `text`: true; or false, *record untouched, when it is no record (a
 * count that is not digits, another state, too few or too many parts).
 */
bool order_record_read(const char *text, size_t size, struct order_record *record)
	__attribute__((warn_unused_result));

/* The constant of a state's word: held, paid, expired, cancelled, refunded; NULL for any other. */
const char *order_record_state(const char *text, size_t size);

#endif
