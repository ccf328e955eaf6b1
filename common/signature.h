/*
 * signature.h - the header by which two programs that share a secret know each other's messages.
 *
 *     Penstock-Signature: t=1763814000,v1=<64 hex digits>
 *
 * `t` is the time of signing in unix seconds; `v1` is HMAC-SHA-256 over `t`, a full stop and the
 * bytes of the body, in lower case. The time is signed as well, so an old message cannot be sent
 * again as a new one; whether it is too old is for the caller to say, who knows the time.
 *
 * The form is strict: these two parts in this order, no blanks, no leading zeros.
 *
 * Layer: the ground, above seal. Pure.
 */
#ifndef PENSTOCK_SIGNATURE_H
#define PENSTOCK_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/seal.h"

struct signature {
	int64_t at_s; /* unix time, 1 to 999999999999 */
	unsigned char sign[SEAL_SIGN_BYTES];
};

enum { SIGNATURE_BYTES = 96 }; /* a header's value, with its NUL */

/* Takes a header's value apart: true; false (*signature untouched) when it is not of the form. */
bool signature_read(const char *text, size_t size, struct signature *signature)
	__attribute__((warn_unused_result));

/* Did the owner of `secret` sign this body at this time? Compares in constant time. */
bool signature_is_of(const struct signature *signature, const void *body, size_t size,
		     const unsigned char secret[SEAL_SECRET_BYTES])
	__attribute__((warn_unused_result));

/* Signs a body at `at_s` and writes the header's value; returns its length. */
size_t signature_write(char into[SIGNATURE_BYTES], int64_t at_s, const void *body, size_t size,
		       const unsigned char secret[SEAL_SECRET_BYTES]);

#endif
