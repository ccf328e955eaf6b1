/*
 * tokens.h - order numbers that cannot be forged: <item>-<seq, 8 digits or more>-<12 hex digits>.
 *
 * The last part is a keyed hash of the others, so a node refuses a forged or mistyped number
 * without asking Redis. The short hash of seal.h, cut to 48 bits: guessing one takes 2^47 requests
 * on average, and each guess is one request.
 *
 * Layer: above keys and seal.
 */
#ifndef PENSTOCK_TOKENS_H
#define PENSTOCK_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/keys.h"

enum { TOKENS_NUMBER_BYTES = KEYS_ITEM_BYTES + 1 + 19 + 1 + 12 + 1 }; /* with its NUL */

enum { TOKENS_ID_BYTES = 33 }; /* with its NUL */

struct tokens;

/*
 * From the secret of --order-key-file: 64 hex digits. NULL if it is not that. The text is not
 * kept.
 */
struct tokens *tokens_open(const char *hex);

/* Wipes and ends it. NULL is allowed. */
void tokens_close(struct tokens *tokens);

/* Writes the number of the order `seq` (>= 1) of a valid `item`; returns its length. */
size_t tokens_write_number(const struct tokens *tokens, char into[TOKENS_NUMBER_BYTES],
			   const char *item, int64_t seq);

/*
 * Takes a number apart: true, the item's name and the seq if this key wrote exactly this text.
 * Compares in constant time.
 */
bool tokens_read_number(const struct tokens *tokens, const char *text, size_t size,
			char item[KEYS_ITEM_BYTES + 1], int64_t *seq)
	__attribute__((warn_unused_result));

/*
 * A number from 0 to below `whole`, always the same for this text and this key, and not to be
 * guessed without the key.
 */
unsigned tokens_roll(const struct tokens *tokens, const char *text, size_t size, unsigned whole);

/* Writes an idempotency key for a request that came without one: unique, 32 hex digits. */
void tokens_write_id(struct tokens *tokens, char into[TOKENS_ID_BYTES]);

#endif
