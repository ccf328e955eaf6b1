/*
 * order_record.c - ten parts between bars; see order_record.h.
 */
#include "node/order_record.h"

#include <string.h>

enum { PARTS = 10, DIGITS_MAX = 15 };

/* In the order of the text. */
enum order_record_part { STATE, UNITS, AMOUNT, CREATED, DEADLINE, EPOCH, USER, KEY, MOVED, TXN };

struct order_record_text {
	const char *at;
	size_t size;
};

/* Cuts the text at its bars; false unless there are exactly nine. */
static bool order_record_cut(const char *text, size_t size, struct order_record_text parts[PARTS])
{
	const char *end = text + size;

	for (int i = 0; i < PARTS; i++) {
		const char *bar = memchr(text, '|', (size_t)(end - text));

		if ((bar == NULL) != (i == PARTS - 1))
			return false;
		parts[i] = (struct order_record_text){ text, (size_t)((bar ? bar : end) - text) };
		text = bar ? bar + 1 : end;
	}
	return true;
}

/* The value of 1 to 15 digits, else -1. */
static int64_t order_record_number(struct order_record_text part)
{
	int64_t value = 0;

	if (part.size == 0 || part.size > DIGITS_MAX)
		return -1;
	for (size_t i = 0; i < part.size; i++) {
		if (part.at[i] < '0' || part.at[i] > '9')
			return -1;
		value = value * 10 + (part.at[i] - '0');
	}
	return value;
}

const char *order_record_state(const char *text, size_t size)
{
	static const char *const states[] = { "held", "paid", "expired", "cancelled", "refunded" };

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (strlen(states[i]) == size && memcmp(states[i], text, size) == 0)
			return states[i];
	}
	return NULL;
}

bool order_record_read(const char *text, size_t size, struct order_record *record)
{
	struct order_record_text parts[PARTS];

	if (!order_record_cut(text, size, parts))
		return false;
	const struct order_record found = {
		.state = order_record_state(parts[STATE].at, parts[STATE].size),
		.units = order_record_number(parts[UNITS]),
		.amount = order_record_number(parts[AMOUNT]),
		.created_ms = order_record_number(parts[CREATED]),
		.deadline_ms = order_record_number(parts[DEADLINE]),
		.moved_ms = order_record_number(parts[MOVED]),
	};
	if (!found.state || found.units < 1 || found.amount < 0 || found.created_ms < 0 ||
	    found.deadline_ms < 0 || found.moved_ms < 0 || order_record_number(parts[EPOCH]) < 0)
		return false;
	*record = found;
	return true;
}
