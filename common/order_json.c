/*
 * order_json.c - the one text of an order; see order_json.h.
 */
#include "common/order_json.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* How far an order is, for its buyer: a hold is accepted first, and then waits for its payment. */
static const char *order_json_progress(const struct order_facts *facts)
{
	if (strcmp(facts->state, "held") != 0)
		return facts->state;
	return facts->recorded ? "awaiting_payment" : "accepted";
}

size_t order_json_write(char into[ORDER_JSON_BYTES], const struct order_facts *facts)
{
	int size = snprintf(into, ORDER_JSON_BYTES,
			    "{\"code\":1,\"success\":true,\"resultCode\":0,\"data\":{"
			    "\"orderId\":\"%s\",\"item\":\"%s\",\"state\":\"%s\","
			    "\"progress\":\"%s\",\"units\":%" PRId64 ",\"amount\":%" PRId64
			    ",\"createdAt\":%" PRId64 ",\"recorded\":%s,\"payBefore\":%" PRId64
			    ",\"changedAt\":%" PRId64 ",\"refundDue\":%s}}\n",
			    facts->number, facts->item, facts->state, order_json_progress(facts),
			    facts->units, facts->amount, facts->created_ms,
			    facts->recorded ? "true" : "false", facts->deadline_ms, facts->moved_ms,
			    facts->refund_due ? "true" : "false");

	assert(size > 0 && size < ORDER_JSON_BYTES);
	return (size_t)size;
}
