/*
 * seal.c - libsodium behind seal.h.
 */
#include "common/seal.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

bool seal_read_secret(const char *hex, unsigned char secret[SEAL_SECRET_BYTES])
{
	unsigned char found[SEAL_SECRET_BYTES];
	size_t size = strlen(hex), got = 0;
	bool good = sodium_init() >= 0 && size == 2 * sizeof(found) &&
		    sodium_hex2bin(found, sizeof(found), hex, size, NULL, &got, NULL) == 0 &&
		    got == sizeof(found);

	if (good)
		memcpy(secret, found, sizeof(found));
	sodium_memzero(found, sizeof(found));
	return good;
}

void seal_derive_key(unsigned char key[SEAL_SHORT_KEY_BYTES], const char *purpose,
		     const unsigned char secret[SEAL_SECRET_BYTES])
{
	crypto_generichash(key, SEAL_SHORT_KEY_BYTES, (const unsigned char *)purpose,
			   strlen(purpose), secret, SEAL_SECRET_BYTES);
}

void seal_hash_short(unsigned char hash[SEAL_SHORT_BYTES], const void *text, size_t size,
		     const unsigned char key[SEAL_SHORT_KEY_BYTES])
{
	static_assert(SEAL_SHORT_BYTES == crypto_shorthash_BYTES, "SipHash-2-4");
	static_assert(SEAL_SHORT_KEY_BYTES == crypto_shorthash_KEYBYTES, "SipHash-2-4");
	crypto_shorthash(hash, text, size, key);
}

void seal_sign(unsigned char sign[SEAL_SIGN_BYTES], const struct seal_piece *pieces, size_t count,
	       const unsigned char secret[SEAL_SECRET_BYTES])
{
	crypto_auth_hmacsha256_state state;

	static_assert(SEAL_SIGN_BYTES == crypto_auth_hmacsha256_BYTES, "HMAC-SHA-256");
	crypto_auth_hmacsha256_init(&state, secret, SEAL_SECRET_BYTES);
	for (size_t i = 0; i < count; i++)
		crypto_auth_hmacsha256_update(&state, pieces[i].at, pieces[i].size);
	crypto_auth_hmacsha256_final(&state, sign);
	sodium_memzero(&state, sizeof(state));
}

void seal_digest(unsigned char digest[SEAL_SIGN_BYTES], const void *text, size_t size)
{
	static_assert(SEAL_SIGN_BYTES == crypto_hash_sha256_BYTES, "SHA-256");
	crypto_hash_sha256(digest, text, size);
}

bool seal_is_same(const void *one, const void *other, size_t size)
{
	return sodium_memcmp(one, other, size) == 0;
}

void seal_random(void *into, size_t size)
{
	randombytes_buf(into, size);
}

void seal_wipe(void *what, size_t size)
{
	sodium_memzero(what, size);
}
