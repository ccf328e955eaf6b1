/*
 * record.h - records as Redis keeps them (docs/KEYS.md), taken apart.
 *
 *     order record    state|units|amount|created_ms|deadline_ms|epoch|user|key|moved_ms|txn
 *     request entry   seq|deadline_ms|units|user
 *     payment entry   seq|fate|amount|at_ms|units|epoch|user
 *
 * Texts are borrowed from what was taken apart.
 *
 * Layer: above core/events.h. Pure.
 */
#ifndef PENSTOCK_CTL_RECORD_H
#define PENSTOCK_CTL_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/events.h"

struct record_order {
	enum events_state state;
	int64_t units, amount, created_ms, deadline_ms, epoch, moved_ms;
	struct events_text user, key, txn;
};

struct record_request {
	int64_t order, deadline_ms, units;
	struct events_text user;
};

enum record_fate { RECORD_PAID, RECORD_DUE, RECORD_REFUNDED, RECORD_FATES };

struct record_payment {
	int64_t order, amount, at_ms, units, epoch;
	enum record_fate fate;
	struct events_text user;
};

/* Takes an order's record apart: true; false, *record untouched, when it is none. */
bool record_read_order(struct events_text text, struct record_order *record)
	__attribute__((warn_unused_result));

/* The same for the entry of an idempotency key. */
bool record_read_request(struct events_text text, struct record_request *record)
	__attribute__((warn_unused_result));

/* The same for the entry of a payment. */
bool record_read_payment(struct events_text text, struct record_payment *record)
	__attribute__((warn_unused_result));

/* A number of at most eighteen digits, written plainly: true and *number set. */
bool record_read_number(struct events_text text, int64_t *number)
	__attribute__((warn_unused_result));

/* The word of a fate: paid, due, refunded. A constant. */
const char *record_fate_word(enum record_fate fate);

/* A fate's word to *fate: true; another text: false. */
bool record_read_fate(struct events_text text, enum record_fate *fate)
	__attribute__((warn_unused_result));

#endif
