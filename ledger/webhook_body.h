/*
 * webhook_body.h - an event about an order as the shop's system is told it: JSON, one object.
 *
 * Layer: above events and tokens; below webhook. Pure.
 */
#ifndef PENSTOCK_LEDGER_WEBHOOK_BODY_H
#define PENSTOCK_LEDGER_WEBHOOK_BODY_H

#include <stddef.h>

#include "common/keys.h"
#include "common/tokens.h"
#include "core/events.h"

enum {
	WEBHOOK_ID_BYTES = KEYS_ITEM_BYTES + 1 + 19 + 1, /* with its NUL */
	WEBHOOK_BODY_BYTES = 1024,
};

/* Writes the event's id, `<item>:<seq>`. */
void webhook_body_write_id(char into[WEBHOOK_ID_BYTES], const char *item, int64_t seq);

/*
 * Writes the message (docs/API.md); returns its length. Units and amount are those of `order`, or
 * the event's own when there is none; an event with a payment tells the payment's amount. A txn of
 * more than 64 bytes is cut.
 */
size_t webhook_body_write(char into[WEBHOOK_BODY_BYTES], const struct tokens *tokens,
			  const char *item, const struct events_event *event,
			  const struct events_order *order);

#endif
