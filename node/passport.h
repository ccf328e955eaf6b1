/*
 * passport.h - who a request says that it comes from, and whether that is so.
 *
 * `Authorization: Bearer <token>`, a token as in common/user_token.h, signed by the key or, while
 * it is changed, by the one before it. Both comparisons take constant time.
 *
 * A node with device logins issues tokens itself, by the first key.
 *
 * Layer: above http, user_token; below ask.
 */
#ifndef PENSTOCK_PASSPORT_H
#define PENSTOCK_PASSPORT_H

#include <stdint.h>

#include "common/user_token.h"
#include "node/http.h"

struct passport;

enum passport_verdict {
	PASSPORT_NONE, /* it says nothing of that kind */
	PASSPORT_GOOD, /* *token holds the user */
	PASSPORT_BAD,  /* forged, cut, expired, of another kind, or no key is set here */
};

/*
 * The keys are in these files, 64 hex digits each; "" is no file. NULL when one cannot be read, or
 * holds something else.
 */
struct passport *passport_open(const char *key_file, const char *old_key_file);

/* Ends it and wipes the keys. NULL is allowed. */
void passport_close(struct passport *passport);

enum { PASSPORT_HASH_BYTES = 2 * SEAL_SIGN_BYTES + 1 };

/* Issues a token, signed by the first key; there must be one. What user_token_write() asks for. */
void passport_issue(const struct passport *passport, const struct user_token *token,
		    char into[USER_TOKEN_BYTES]);

/*
 * A name for `text` that tells nobody what it is: HMAC-SHA-256 of `purpose` and text by the first
 * key (there must be one), as hex digits. `purpose` is a constant that ends with a colon, so that
 * no such hash is a token's.
 */
void passport_hash(const struct passport *passport, const char *purpose, const char *text,
		   char into[PASSPORT_HASH_BYTES]);

/* Reads the proof that `request` brings, at unix time `now_ms`; *token is set when it is good. */
enum passport_verdict passport_read(const struct passport *passport,
				    const struct http_request *request, int64_t now_ms,
				    struct user_token *token) __attribute__((warn_unused_result));

#endif
