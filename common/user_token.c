/*
 * user_token.c - writing and reading what proves who a buyer is; see user_token.h.
 *
 * Reading takes the parts out, writes the token that they would make, and compares the whole: so
 * whatever differs from the one form is refused by the same comparison that refuses a forged mac.
 */
#include "common/user_token.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char version[] = "v1.";

enum { VERSION_BYTES = sizeof(version) - 1, MAC_DIGITS = 2 * SEAL_SIGN_BYTES };

static void append_mac(char *text, size_t size, const unsigned char secret[SEAL_SECRET_BYTES])
{
	static const char hex_digits[] = "0123456789abcdef";
	const struct seal_piece piece = { text, size };
	unsigned char sign[SEAL_SIGN_BYTES];
	char *at = text + size;

	seal_sign(sign, &piece, 1, secret);
	*at++ = '.';
	for (size_t i = 0; i < sizeof(sign); i++) {
		*at++ = hex_digits[sign[i] >> 4];
		*at++ = hex_digits[sign[i] & 15];
	}
	*at = '\0';
}

static bool is_in_bounds(const struct user_token *token)
{
	size_t size = strlen(token->user);

	return size > 0 && keys_user_is_valid(token->user, size) && token->score_tenths >= 0 &&
	       token->score_tenths <= USER_TOKEN_SCORE_TENTHS_MAX && token->expires_s >= 1 &&
	       token->expires_s <= USER_TOKEN_EXPIRES_S_MAX;
}

size_t user_token_write(char into[USER_TOKEN_BYTES], const struct user_token *token,
			const unsigned char secret[SEAL_SECRET_BYTES])
{
	int size;

	assert(is_in_bounds(token));
	size = snprintf(into, USER_TOKEN_BYTES, "%s%s.%" PRId64 ".%" PRId64, version, token->user,
			token->score_tenths, token->expires_s);
	append_mac(into, (size_t)size, secret);
	return (size_t)size + 1 + MAC_DIGITS;
}

/* The digits that end at `end`, back to a full stop, at most twelve; where they begin, or NULL. */
static const char *read_digits(const char *text, const char *end, int64_t *number)
{
	const char *start = end;

	*number = 0;
	while (start > text && start[-1] >= '0' && start[-1] <= '9')
		start--;
	if (start == end || end - start > 12 || start == text || start[-1] != '.')
		return NULL;
	for (const char *at = start; at < end; at++)
		*number = *number * 10 + (*at - '0');
	return start;
}

bool user_token_read(const char *text, size_t size, const unsigned char secret[SEAL_SECRET_BYTES],
		     struct user_token *token)
{
	struct user_token found = { .score_tenths = 0 };
	char written[USER_TOKEN_BYTES];
	const char *start, *end = text + size - MAC_DIGITS - 1;

	if (size <= VERSION_BYTES + MAC_DIGITS || size >= USER_TOKEN_BYTES ||
	    memcmp(text, version, VERSION_BYTES) != 0)
		return false;
	start = read_digits(text, end, &found.expires_s);
	start = start == NULL ? NULL : read_digits(text, start - 1, &found.score_tenths);
	if (start == NULL || start - 1 < text + VERSION_BYTES ||
	    start - 1 - (text + VERSION_BYTES) > KEYS_USER_BYTES)
		return false;
	memcpy(found.user, text + VERSION_BYTES, (size_t)(start - 1 - (text + VERSION_BYTES)));
	if (memchr(text, '\0', size) != NULL || !is_in_bounds(&found) ||
	    user_token_write(written, &found, secret) != size || !seal_is_same(written, text, size))
		return false;
	*token = found;
	return true;
}
