/*
 * user_token.h - what proves who a buyer is: v1.<user>.<score>.<expiry>.<mac>
 *
 * Whoever knows the buyers (penstockctl, a shop's own login) issues one; a node checks it without
 * asking anybody. `score` is the buyer's credit score in tenths (638 is 63.8), `expiry` unix
 * seconds, `mac` HMAC-SHA-256 over the text before the last full stop, 64 hex digits in lower case.
 * The names of users may hold full stops, so the text is read from its end.
 *
 * There is one way to write a token: no leading zeros, no blanks. A token that was issued cannot be
 * taken back before it expires, so give it a short life.
 *
 * Layer: the ground, above keys and seal. Pure.
 */
#ifndef PENSTOCK_USER_TOKEN_H
#define PENSTOCK_USER_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/keys.h"
#include "common/seal.h"

enum {
	USER_TOKEN_SCORE_TENTHS_MAX = 999999,
	USER_TOKEN_BYTES = 3 + KEYS_USER_BYTES + 1 + 6 + 1 + 12 + 1 + 64 + 1, /* with its NUL */
};

/* Unix seconds, twelve digits. */
#define USER_TOKEN_EXPIRES_S_MAX INT64_C(999999999999)

struct user_token {
	char user[KEYS_USER_BYTES + 1];
	int64_t score_tenths; /* 0 to USER_TOKEN_SCORE_TENTHS_MAX */
	int64_t expires_s;    /* unix time, 1 to USER_TOKEN_EXPIRES_S_MAX */
};

/*
 * Writes a token, NUL-terminated; returns its length. The user must be a valid, non-empty name and
 * the numbers in their bounds.
 */
size_t user_token_write(char into[USER_TOKEN_BYTES], const struct user_token *token,
			const unsigned char secret[SEAL_SECRET_BYTES]);

/*
 * Takes a token apart: true if the owner of `secret` wrote exactly this text; else false and
 * *token untouched. Compares in constant time. Whether it has expired is for the caller to say,
 * who knows the time.
 */
bool user_token_read(const char *text, size_t size, const unsigned char secret[SEAL_SECRET_BYTES],
		     struct user_token *token) __attribute__((warn_unused_result));

#endif
