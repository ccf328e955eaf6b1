/*
 * keys.h - the names of things: items, users, idempotency keys, counts, and an item's Redis keys.
 *
 * What a client sends becomes a key name, a log field or a script argument only after it passed
 * here. All checks are by character class on the ground of docs/KEYS.md; Lua checks the counts
 * once more.
 *
 * Layer: the ground. Pure: no state, no allocation.
 */
#ifndef PENSTOCK_KEYS_H
#define PENSTOCK_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	KEYS_ITEM_BYTES = 32,    /* longest item name */
	KEYS_USER_BYTES = 64,    /* longest user name */
	KEYS_REQUEST_BYTES = 64, /* longest idempotency key */
	KEYS_TXN_BYTES = 64,     /* longest id of a payment */
	KEYS_NAME_BYTES = 80,    /* room for any Redis key of an item, with its NUL */
	KEYS_UNITS_MAX = 999999999,
};

/* The Redis keys of an item, in the order in which scripts take them. */
enum keys_part {
	KEYS_HASH,     /* <item>_hash_key: counts, rules, state */
	KEYS_ORDERS,   /* seq to record */
	KEYS_REQUESTS, /* idempotency key to entry */
	KEYS_BUYERS,   /* user to units */
	KEYS_UNPAID,   /* held orders by deadline */
	KEYS_EVENTS,   /* the stream */
	KEYS_NODES,    /* node name to weight and heartbeat */
	KEYS_PAYMENTS, /* transaction id to entry */
	KEYS_FINISHED, /* orders that left "held", by the seq of the event */
	KEYS_RESERVED, /* users who may buy where that has to be reserved */
	KEYS_ENTRANTS, /* user to 0, or what was won, where it is drawn */
	KEYS_RANKS,    /* those who have not won yet, in the order of the draw */
	KEYS_PARTS,
};

/* [a-z0-9][a-z0-9_-]{0,31} */
bool keys_item_is_valid(const char *text, size_t size);

/* [A-Za-z0-9._@-]{0,64}; the empty name is the anonymous buyer */
bool keys_user_is_valid(const char *text, size_t size);

/* [A-Za-z0-9_.:~-]{1,64} */
bool keys_request_is_valid(const char *text, size_t size);

/* Is a valid key one that no client may choose: `draw:` and more, the key of what a draw gave? */
bool keys_request_is_reserved(const char *text, size_t size);

/* The id that a payment provider gave to a payment: [A-Za-z0-9_.:~-]{1,64} */
bool keys_txn_is_valid(const char *text, size_t size);

/* [1-9][0-9]{0,8}: true and *units set; else false and *units untouched. */
bool keys_units_parse(const char *text, size_t size, uint32_t *units);

/* The value of a text of 1 to 18 digits, else -1. */
int64_t keys_count_read(const char *text, size_t size);

/*
 * Writes the NUL-terminated Redis key of `part` for a valid `item` into `into`; returns its
 * length.
 */
size_t keys_name(char into[KEYS_NAME_BYTES], const char *item, enum keys_part part);

#endif
