/*
 * passport.c - tokens of users, by two keys; see passport.h.
 */
#include "node/passport.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/seal.h"
#include "common/xmalloc.h"

enum { KEYS_MAX = 2 };

struct passport {
	unsigned char keys[KEYS_MAX][SEAL_SECRET_BYTES];
	int key_count;
};

struct passport *passport_open(const char *key, const char *old_key)
{
	struct passport *passport = xcalloc(1, sizeof(*passport));
	const char *const texts[KEYS_MAX] = { key, old_key };

	for (int i = 0; i < KEYS_MAX; i++) {
		if (!texts[i][0])
			continue;
		if (!seal_read_secret(texts[i], passport->keys[passport->key_count++])) {
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
