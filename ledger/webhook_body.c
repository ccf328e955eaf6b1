/*
 * webhook_body.c - the message's members, in the order of docs/API.md; see webhook_body.h.
 */
#include "ledger/webhook_body.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

enum { TXN_BYTES_MAX = 64, TXN_JSON_BYTES = TXN_BYTES_MAX * 6 + 16 };

void webhook_body_write_id(char into[WEBHOOK_ID_BYTES], const char *item, int64_t seq)
{
	int size = snprintf(into, WEBHOOK_ID_BYTES, "%s:%" PRId64, item, seq);

	assert(size > 0 && size < WEBHOOK_ID_BYTES);
}

/* Writes `,"txn":"..."`, or nothing when there is none. */
static void write_txn(char into[TXN_JSON_BYTES], struct events_text txn)
{
	size_t used = 0;

	into[0] = '\0';
	if (txn.size == 0)
		return;
	used = (size_t)snprintf(into, TXN_JSON_BYTES, ",\"txn\":\"");
	for (size_t i = 0; i < txn.size && i < TXN_BYTES_MAX; i++) {
		unsigned char c = (unsigned char)txn.at[i];

		if (c >= ' ' && c <= '~' && c != '"' && c != '\\')
			into[used++] = (char)c;
		else
			used += (size_t)snprintf(into + used, 7, "\\u%04x", c);
	}
	into[used++] = '"';
	into[used] = '\0';
}

size_t webhook_body_write(char into[WEBHOOK_BODY_BYTES], const struct tokens *tokens,
			  const char *item, const struct events_event *event,
			  const struct events_order *order)
{
	char id[WEBHOOK_ID_BYTES], number[TOKENS_NUMBER_BYTES], txn[TXN_JSON_BYTES];
	bool is_known = order->state != EVENTS_NO_ORDER, has_payment = event->txn.size > 0;

	webhook_body_write_id(id, item, event->seq);
	tokens_write_number(tokens, number, item, event->order);
	write_txn(txn, event->txn);
	int size = snprintf(into, WEBHOOK_BODY_BYTES,
			    "{\"event\":\"%s\",\"kind\":\"%s\",\"item\":\"%s\",\"orderId\":\"%s\","
			    "\"units\":%" PRId64 ",\"amount\":%" PRId64 ",\"at\":%" PRId64 "%s}",
			    id, events_kind_word(event->kind), item, number,
			    is_known ? order->units : event->units,
			    is_known && !has_payment ? order->amount : event->amount, event->at_ms,
			    txn);

	assert(size > 0 && size < WEBHOOK_BODY_BYTES);
	return (size_t)size;
}
