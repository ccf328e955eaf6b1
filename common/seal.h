/*
 * seal.h - keys, keyed hashes and randomness: the one module that knows libsodium.
 *
 * Every key comes from a secret of 64 hex digits in a file of its own. Two hashes are made with
 * them: a short one for what people see and type (SipHash-2-4, Aumasson and Bernstein, 2012), and
 * HMAC-SHA-256 (RFC 2104, FIPS 180-4) for what other programs sign. Hashes are compared in
 * constant time.
 *
 * Layer: the ground. libsodium is known to seal.c only.
 */
#ifndef PENSTOCK_SEAL_H
#define PENSTOCK_SEAL_H

#include <stdbool.h>
#include <stddef.h>

enum {
	SEAL_SECRET_BYTES = 32,
	SEAL_SHORT_KEY_BYTES = 16,
	SEAL_SHORT_BYTES = 8,
	SEAL_SIGN_BYTES = 32,
};

/* A piece of a text to be signed; the pieces are signed as one text. */
struct seal_piece {
	const void *at;
	size_t size;
};

/* The bytes of a secret of exactly 64 hex digits: true; else false and `secret` untouched. */
bool seal_read_secret(const char *hex, unsigned char secret[SEAL_SECRET_BYTES])
	__attribute__((warn_unused_result));

/* A key for one purpose, so that no secret is used for two. `purpose` is a constant text. */
void seal_derive_key(unsigned char key[SEAL_SHORT_KEY_BYTES], const char *purpose,
		     const unsigned char secret[SEAL_SECRET_BYTES]);

/* The short hash of a text: 64 bits. */
void seal_hash_short(unsigned char hash[SEAL_SHORT_BYTES], const void *text, size_t size,
		     const unsigned char key[SEAL_SHORT_KEY_BYTES]);

/* HMAC-SHA-256 of the pieces. */
void seal_sign(unsigned char sign[SEAL_SIGN_BYTES], const struct seal_piece *pieces, size_t count,
	       const unsigned char secret[SEAL_SECRET_BYTES]);

/* Are they the same bytes? Takes as long for any two of this size. */
bool seal_is_same(const void *one, const void *other, size_t size);

/* SHA-256 (FIPS 180-4). */
void seal_digest(unsigned char digest[SEAL_SIGN_BYTES], const void *text, size_t size);

/* Fills with random bytes; after a seal_read_secret(). */
void seal_random(void *into, size_t size);

/* Overwrites with zeros, in a way that no compiler leaves out. */
void seal_wipe(void *what, size_t size);

#endif
