/*
 * record.c - records as Redis keeps them, taken apart; see record.h.
 */
#include "ctl/record.h"

#include <string.h>

enum { ORDER_PARTS = 10, REQUEST_PARTS = 4, PAYMENT_PARTS = 7, DIGITS_MAX = 18 };

static const char *const fates[RECORD_FATES] = {
	[RECORD_PAID] = "paid",
	[RECORD_DUE] = "due",
	[RECORD_REFUNDED] = "refunded",
};

/* Exactly `count` parts between bars. */
static bool split(struct events_text text, struct events_text *parts, size_t count)
{
	const char *at = text.at, *end = text.at + text.size;

	for (size_t i = 0; i < count; i++) {
		const char *bar = memchr(at, '|', (size_t)(end - at));
		const char *stop = bar == NULL ? end : bar;

		if ((bar == NULL) != (i + 1 == count))
			return false;
		parts[i] = (struct events_text){ at, (size_t)(stop - at) };
		at = stop + 1;
	}
	return true;
}

bool record_read_number(struct events_text text, int64_t *number)
{
	int64_t sum = 0;

	if (text.size == 0 || text.size > DIGITS_MAX || (text.at[0] == '0' && text.size > 1))
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		sum = sum * 10 + (text.at[i] - '0');
	}
	*number = sum;
	return true;
}

const char *record_fate_word(enum record_fate fate)
{
	return fates[fate];
}

bool record_read_fate(struct events_text text, enum record_fate *fate)
{
	for (size_t i = 0; i < RECORD_FATES; i++) {
		if (strlen(fates[i]) == text.size && memcmp(fates[i], text.at, text.size) == 0) {
			*fate = (enum record_fate)i;
			return true;
		}
	}
	return false;
}

bool record_read_order(struct events_text text, struct record_order *record)
{
	struct events_text parts[ORDER_PARTS];
	struct record_order found;

	if (text.at == NULL || !split(text, parts, ORDER_PARTS) ||
	    !events_state_parse(parts[0].at, parts[0].size, &found.state) ||
	    !record_read_number(parts[1], &found.units) ||
	    !record_read_number(parts[2], &found.amount) ||
	    !record_read_number(parts[3], &found.created_ms) ||
	    !record_read_number(parts[4], &found.deadline_ms) ||
	    !record_read_number(parts[5], &found.epoch) ||
	    !record_read_number(parts[8], &found.moved_ms))
		return false;
	found.user = parts[6];
	found.key = parts[7];
	found.txn = parts[9];
	*record = found;
	return true;
}

bool record_read_request(struct events_text text, struct record_request *record)
{
	struct events_text parts[REQUEST_PARTS];
	struct record_request found;

	if (text.at == NULL || !split(text, parts, REQUEST_PARTS) ||
	    !record_read_number(parts[0], &found.order) ||
	    !record_read_number(parts[1], &found.deadline_ms) ||
	    !record_read_number(parts[2], &found.units))
		return false;
	found.user = parts[3];
	*record = found;
	return true;
}

bool record_read_payment(struct events_text text, struct record_payment *record)
{
	struct events_text parts[PAYMENT_PARTS];
	struct record_payment found;

	if (text.at == NULL || !split(text, parts, PAYMENT_PARTS) ||
	    !record_read_number(parts[0], &found.order) ||
	    !record_read_fate(parts[1], &found.fate) ||
	    !record_read_number(parts[2], &found.amount) ||
	    !record_read_number(parts[3], &found.at_ms) ||
	    !record_read_number(parts[4], &found.units) ||
	    !record_read_number(parts[5], &found.epoch))
		return false;
	found.user = parts[6];
	*record = found;
	return true;
}
