/*
 * tokens.c - order numbers and made-up idempotency keys; see tokens.h.
 *
 * A made-up key is a random half, new with each start, and a counter: unique without asking the
 * system for randomness on the path of a purchase. It is no secret.
 */
#include "common/tokens.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/seal.h"
#include "common/xmalloc.h"

enum { MAC_DIGITS = 12, SEQ_DIGITS_LEAST = 8 };

struct tokens {
	unsigned char order_key[SEAL_SHORT_KEY_BYTES];
	unsigned char roll_key[SEAL_SHORT_KEY_BYTES];
	uint64_t id_half, id_count;
};

static const char hex_digits[] = "0123456789abcdef";

struct tokens *tokens_open(const char *hex)
{
	unsigned char secret[SEAL_SECRET_BYTES];

	if (!seal_read_secret(hex, secret))
		return NULL;
	struct tokens *tokens = xcalloc(1, sizeof(*tokens));
	seal_derive_key(tokens->order_key, "penstock order number", secret);
	seal_derive_key(tokens->roll_key, "penstock roll by score", secret);
	seal_wipe(secret, sizeof(secret));
	seal_random(&tokens->id_half, sizeof(tokens->id_half));
	return tokens;
}

void tokens_close(struct tokens *tokens)
{
	if (!tokens)
		return;
	seal_wipe(tokens, sizeof(*tokens));
	free(tokens);
}

/* Appends `seq` with at least `least` digits; returns the end. */
static char *tokens_put_digits(char *at, int64_t seq, int least)
{
	char digits[20];
	int count = 0;

	for (; seq > 0 || count < least; seq /= 10)
		digits[count++] = (char)('0' + seq % 10);
	while (count > 0)
		*at++ = digits[--count];
	return at;
}

static char *tokens_put_hex(char *at, uint64_t value, int digits)
{
	for (int i = digits - 1; i >= 0; i--)
		*at++ = hex_digits[value >> (4 * i) & 15];
	return at;
}

size_t tokens_write_number(const struct tokens *tokens, char into[TOKENS_NUMBER_BYTES],
			   const char *item, int64_t seq)
{
	unsigned char mac[SEAL_SHORT_BYTES];
	size_t item_size = strlen(item);

	assert(item_size <= KEYS_ITEM_BYTES && seq >= 1);
	memcpy(into, item, item_size);
	into[item_size] = '-';
	char *at = tokens_put_digits(into + item_size + 1, seq, SEQ_DIGITS_LEAST);
	seal_hash_short(mac, into, (size_t)(at - into), tokens->order_key);
	*at++ = '-';
	for (int i = 0; i < MAC_DIGITS / 2; i++)
		at = tokens_put_hex(at, mac[i], 2);
	*at = '\0';
	return (size_t)(at - into);
}

/* The digits that end at `end`, back to a '-'; their start, or NULL. */
static const char *tokens_find_seq(const char *text, const char *end, int64_t *seq)
{
	const char *start = end;
	int64_t value = 0;

	while (start > text && start[-1] >= '0' && start[-1] <= '9')
		start--;
	if (start == text || start[-1] != '-' || end - start < SEQ_DIGITS_LEAST || end - start > 18)
		return NULL;
	for (const char *at = start; at < end; at++)
		value = value * 10 + (*at - '0');
	*seq = value;
	return start;
}

bool tokens_read_number(const struct tokens *tokens, const char *text, size_t size,
			char item[KEYS_ITEM_BYTES + 1], int64_t *seq)
{
	char written[TOKENS_NUMBER_BYTES], name[KEYS_ITEM_BYTES + 1];
	int64_t value = 0;

	if (size < 1 + 1 + SEQ_DIGITS_LEAST + 1 + MAC_DIGITS || size >= TOKENS_NUMBER_BYTES ||
	    text[size - MAC_DIGITS - 1] != '-')
		return false;
	const char *start = tokens_find_seq(text, text + size - MAC_DIGITS - 1, &value);
	if (!start || value < 1 || !keys_item_is_valid(text, (size_t)(start - 1 - text)))
		return false;
	memcpy(name, text, (size_t)(start - 1 - text));
	name[start - 1 - text] = '\0';
	if (tokens_write_number(tokens, written, name, value) != size ||
	    !seal_is_same(written, text, size))
		return false;
	strcpy(item, name);
	*seq = value;
	return true;
}

unsigned tokens_roll(const struct tokens *tokens, const char *text, size_t size, unsigned whole)
{
	unsigned char hash[SEAL_SHORT_BYTES];
	uint64_t value = 0;

	seal_hash_short(hash, text, size, tokens->roll_key);
	for (int i = 0; i < SEAL_SHORT_BYTES; i++)
		value = value << 8 | hash[i];
	return (unsigned)(value % whole);
}

void tokens_write_id(struct tokens *tokens, char into[TOKENS_ID_BYTES])
{
	char *at = tokens_put_hex(into, tokens->id_half, 16);

	at = tokens_put_hex(at, ++tokens->id_count, 16);
	*at = '\0';
}
