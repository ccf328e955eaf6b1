/*
 * secrets.h - what the files of secrets hold, read once at the start.
 *
 * Layer: above options, passport, tokens, settings; below main.
 */
#ifndef PENSTOCK_SECRETS_H
#define PENSTOCK_SECRETS_H

#include "common/tokens.h"
#include "node/options.h"
#include "node/passport.h"

enum { SECRETS_KEY_BYTES = 256 };

/* Texts are "" where no file is set. Whoever takes one over wipes it here. */
struct secrets {
	char password[512]; /* of Redis */
	char payment_key[SECRETS_KEY_BYTES], payment_old_key[SECRETS_KEY_BYTES];
	char operator_token[SECRETS_KEY_BYTES];
	struct tokens *tokens;     /* owned: the key that signs order numbers */
	struct passport *passport; /* owned: the keys that prove users */
};

/*
 * Reads all files that `options` name into `secrets`, which is all zeros. 0, or -1 when one cannot
 * be read or has another form; the log says which. secrets_close() follows in any case.
 */
int secrets_read(const struct options *options, struct secrets *secrets)
	__attribute__((warn_unused_result));

/* Ends what is owned, and wipes the rest. */
void secrets_close(struct secrets *secrets);

#endif
