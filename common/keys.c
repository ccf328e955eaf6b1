/*
 * keys.c - the names of things: items, users, idempotency keys, counts, and an item's Redis keys.
 *
 * One table says of each byte in which kinds of name it may stand, so a check is one look-up a
 * byte: these run once a request or more. Bytes that are not listed (NUL, space, comma, quotes,
 * '|', braces, all outside ASCII) stand in none, so no name can end a log field, a record's
 * field or a hash tag.
 */
#include "common/keys.h"

#include <assert.h>
#include <string.h>

enum {
	HEAD = 1, /* an item's first byte */
	ITEM = 2,
	USER = 4,
	REQUEST = 8,
	UNITS_DIGITS = 9, /* KEYS_UNITS_MAX has as many, so nothing overflows */
	COUNT_DIGITS = 18,
};

/* clang-format off */
static const unsigned char classes[256] = {
	['0' ... '9'] = HEAD | ITEM | USER | REQUEST,
	['a' ... 'z'] = HEAD | ITEM | USER | REQUEST,
	['A' ... 'Z'] = USER | REQUEST,
	['-'] = ITEM | USER | REQUEST,
	['_'] = ITEM | USER | REQUEST,
	['.'] = USER | REQUEST,
	['@'] = USER,
	[':'] = REQUEST,
	['~'] = REQUEST,
};
/* clang-format on */

static const char *const suffixes[KEYS_PARTS] = {
	[KEYS_HASH] = "",
	[KEYS_ORDERS] = "}:orders",
	[KEYS_REQUESTS] = "}:requests",
	[KEYS_BUYERS] = "}:buyers",
	[KEYS_UNPAID] = "}:unpaid",
	[KEYS_EVENTS] = "}:events",
	[KEYS_NODES] = "}:nodes",
	[KEYS_PAYMENTS] = "}:payments",
	[KEYS_FINISHED] = "}:finished",
	[KEYS_RESERVED] = "}:reserved",
	[KEYS_ENTRANTS] = "}:entrants",
	[KEYS_RANKS] = "}:ranks",
};

static bool all_are(const char *text, size_t size, unsigned char class)
{
	for (size_t i = 0; i < size; i++) {
		if (!(classes[(unsigned char)text[i]] & class))
			return false;
	}
	return true;
}

bool keys_item_is_valid(const char *text, size_t size)
{
	return size > 0 && size <= KEYS_ITEM_BYTES && all_are(text, 1, HEAD) &&
	       all_are(text, size, ITEM);
}

bool keys_user_is_valid(const char *text, size_t size)
{
	return size <= KEYS_USER_BYTES && all_are(text, size, USER);
}

bool keys_request_is_valid(const char *text, size_t size)
{
	return size > 0 && size <= KEYS_REQUEST_BYTES && all_are(text, size, REQUEST);
}

bool keys_request_is_reserved(const char *text, size_t size)
{
	static const char prefix[] = "draw:";

	return size >= sizeof(prefix) - 1 && memcmp(text, prefix, sizeof(prefix) - 1) == 0;
}

bool keys_txn_is_valid(const char *text, size_t size)
{
	return size > 0 && size <= KEYS_TXN_BYTES && all_are(text, size, REQUEST);
}

bool keys_units_parse(const char *text, size_t size, uint32_t *units)
{
	uint32_t sum = 0;

	if (size == 0 || size > UNITS_DIGITS || text[0] == '0')
		return false;
	for (size_t i = 0; i < size; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		sum = sum * 10 + (uint32_t)(text[i] - '0');
	}
	*units = sum;
	return true;
}

int64_t keys_count_read(const char *text, size_t size)
{
	int64_t value = 0;

	if (size == 0 || size > COUNT_DIGITS)
		return -1;
	for (size_t i = 0; i < size; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

/* Copies without the NUL; returns the end. */
static char *put(char *into, const char *text)
{
	size_t size = strlen(text);

	memcpy(into, text, size);
	return into + size;
}

size_t keys_name(char into[KEYS_NAME_BYTES], const char *item, enum keys_part part)
{
	char *end = into;

	/* The item's length is what makes `into` large enough. */
	assert((unsigned)part < KEYS_PARTS && keys_item_is_valid(item, strlen(item)));
	if (part != KEYS_HASH)
		*end++ = '{';
	end = put(end, item);
	end = put(end, "_hash_key");
	end = put(end, suffixes[part]);
	*end = '\0';
	return (size_t)(end - into);
}
