/*
 * passport.c - tokens of users, by two keys; see passport.h.
 */
#include "node/passport.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/seal.h"
#include "common/settings.h"
#include "common/xmalloc.h"

enum { KEYS_MAX = 2, TEXT_BYTES = 256 };

struct passport {
	unsigned char keys[KEYS_MAX][SEAL_SECRET_BYTES];
	int key_count;
};

/* The key in a file. */
static bool passport_read_key(const char *path, unsigned char key[SEAL_SECRET_BYTES])
{
	char text[TEXT_BYTES];
	bool is_good =
		settings_read_secret(path, text, sizeof(text)) >= 0 && seal_read_secret(text, key);

	seal_wipe(text, sizeof(text));
	return is_good;
}

struct passport *passport_open(const char *key_file, const char *old_key_file)
{
	struct passport *passport = xcalloc(1, sizeof(*passport));
	const char *const paths[KEYS_MAX] = { key_file, old_key_file };

	for (int i = 0; i < KEYS_MAX; i++) {
		if (!paths[i][0])
			continue;
		if (!passport_read_key(paths[i], passport->keys[passport->key_count++])) {
			passport_close(passport);
			return NULL;
		}
	}
	return passport;
}

void passport_close(struct passport *passport)
{
	if (!passport)
		return;
	seal_wipe(passport, sizeof(*passport));
	free(passport);
}

enum passport_verdict passport_read(const struct passport *passport,
				    const struct http_request *request, int64_t now_ms,
				    struct user_token *token)
{
	static const char scheme[] = "Bearer ";
	const size_t size = sizeof(scheme) - 1;
	struct http_text text = http_request_field(request, HTTP_AUTHORIZATION);

	if (!text.at || text.size == 0) /* nginx leaves an absent header out, or empty */
		return PASSPORT_NONE;
	if (text.size <= size || strncasecmp(text.at, scheme, size) != 0)
		return PASSPORT_BAD;
	for (int i = 0; i < passport->key_count; i++) {
		if (user_token_read(text.at + size, text.size - size, passport->keys[i], token))
			return token->expires_s > now_ms / 1000 ? PASSPORT_GOOD : PASSPORT_BAD;
	}
	return PASSPORT_BAD;
}

void passport_issue(const struct passport *passport, const struct user_token *token,
		    char into[USER_TOKEN_BYTES])
{
	assert(passport->key_count > 0);
	user_token_write(into, token, passport->keys[0]);
}

void passport_hash(const struct passport *passport, const char *purpose, const char *text,
		   char into[PASSPORT_HASH_BYTES])
{
	static const char hex_digits[] = "0123456789abcdef";
	const struct seal_piece pieces[] = { { purpose, strlen(purpose) }, { text, strlen(text) } };
	unsigned char sign[SEAL_SIGN_BYTES];

	assert(passport->key_count > 0);
	seal_sign(sign, pieces, 2, passport->keys[0]);
	for (size_t i = 0; i < sizeof(sign); i++) {
		*into++ = hex_digits[sign[i] >> 4];
		*into++ = hex_digits[sign[i] & 15];
	}
	*into = '\0';
}
