/*
 * order_json.h - an order as its buyer sees it: one text, whoever writes it.
 *
 * A node answers from Redis while the order lives there, the ledger from SQL afterwards; the
 * buyer must not see a difference, so both write it here. The form is in docs/API.md.
 *
 * Layer: the ground, above keys and tokens. Pure but for snprintf.
 */
#ifndef PENSTOCK_ORDER_JSON_H
#define PENSTOCK_ORDER_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ORDER_JSON_BYTES = 1024 };

struct order_facts {
	const char *number; /* as people see it; common/tokens.h */
	const char *item;
	const char *state; /* held, paid, expired, cancelled, refunded */
	int64_t units, amount;
	int64_t created_ms, deadline_ms, moved_ms; /* Redis' time; moved_ms is 0 while held */
	bool recorded;                             /* SQL holds it */
	bool refund_due;                           /* a payment came too late, not yet given back */
};

/* Writes it, with a newline and a NUL; returns its length without the NUL. */
size_t order_json_write(char into[ORDER_JSON_BYTES], const struct order_facts *facts);

#endif
