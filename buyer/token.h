/*
 * token.h - the buyer's token: from the file of settings, or where login keeps it.
 *
 * It is a secret: read from files closed to others only, kept in one, never shown. Its user and
 * expiry are read from its text for names and advice; whether it is good only the server can say.
 *
 * Layer: above settings and options.
 */
#ifndef PENSTOCK_BUYER_TOKEN_H
#define PENSTOCK_BUYER_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "buyer/options.h"
#include "common/user_token.h"

enum { TOKEN_BYTES = 512 };

struct token {
	char text[TOKEN_BYTES];         /* "" : none */
	char user[KEYS_USER_BYTES + 1]; /* "" : not to be read from it */
	int64_t expires_s;              /* unix time; 0: not to be read */
};

/*
 * Finds the token: the settings' own, else in the token file. True also when there is none; false,
 * with a sentence on stderr: the file is there and not fit to hold one, or it holds no token.
 */
bool token_find(const struct options *options, struct token *token)
	__attribute__((warn_unused_result));

/* Takes a text as token; false: it cannot be one (its bytes would not fit into a header). */
bool token_take(const char *text, struct token *token) __attribute__((warn_unused_result));

/* Keeps it in the token file, readable by its owner only; false, with errno. */
bool token_keep(const struct options *options, const struct token *token)
	__attribute__((warn_unused_result));

/* Wipes it. */
void token_wipe(struct token *token);

#endif
