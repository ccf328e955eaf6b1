/*
 * ask.h - reads what a buyer asks for out of a request: key, user, units, language.
 *
 * All bytes of a client pass here (and in keys and body) before anything else sees them: what
 * comes out is valid by the rules of keys.h.
 *
 * Layer: above http, body, passport, keys, tokens; below route.
 */
#ifndef PENSTOCK_ASK_H
#define PENSTOCK_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/keys.h"
#include "common/tokens.h"
#include "core/purchase.h"
#include "node/answers.h"
#include "node/http.h"
#include "node/passport.h"

struct ask {
	char key[KEYS_REQUEST_BYTES + 1];
	char user[KEYS_USER_BYTES + 1];
	uint8_t key_size, user_size;
	uint32_t units;
	/*
	 * The buyer may have been accepted before: it brought a key of its own and did not say
	 * that this is its first attempt. It is looked up even when nothing is left (H7).
	 */
	bool may_repeat;
	/*
	 * nginx asks a second node, and nobody knows what the first one did or still does: it may
	 * repeat, and it must not be told that there is no order (H9).
	 */
	bool is_again;
	enum answers_language language;
	int64_t score_tenths; /* of a proven user */
	bool is_proven;       /* `user` is whom a token proves */
	enum purchase_outcome
		outcome; /* of a refusal: BAD_REQUEST, or what a token is refused with */
};

/* What requests are read with; all borrowed. */
struct ask_tools {
	struct tokens *tokens; /* makes the key of a request that came without any */
	const struct passport *passport;
	int64_t now_ms; /* Redis' time, to see whether a token has expired */
};

/* nginx asked another node before, and nobody knows what that one did or still does. */
bool ask_is_again(const struct http_request *request);

/*
 * Fills *ask and returns 200; or returns the HTTP status of a refusal, with *error a constant
 * sentence for the client, and ask->outcome the word. ask->language is set in any case.
 */
unsigned ask_read(const struct http_request *request, const struct ask_tools *tools,
		  struct ask *ask, const char **error) __attribute__((warn_unused_result));

/*
 * Decodes %XX of an argument into `into` of `room` bytes, NUL-terminated; its length, or -1 if it
 * is malformed or too long.
 */
int ask_decode(struct http_text text, char *into, size_t room);

/* Is this Content-Type (absent: at is NULL) application/json, whatever its parameters? */
bool ask_is_json(struct http_text type);

#endif
