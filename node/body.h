/*
 * body.h - reads the JSON body of a purchase, a payment, a command or a login. Only body.c knows
 * jansson.
 *
 * Strict: one object, no duplicate members, nothing behind it, no NUL bytes, no unknown members,
 * `units` and `amount` integers written with digits only, the others strings. What it finds is
 * copied, so the body may go.
 *
 * Layer: above keys and tokens (which say what a valid user, count or id is) and form. Pure but
 * for allocation.
 */
#ifndef PENSTOCK_BODY_H
#define PENSTOCK_BODY_H

#include <stddef.h>
#include <stdint.h>

#include "common/keys.h"
#include "common/tokens.h"
#include "node/form.h"

enum { BODY_BYTES_MAX = 4096 };

enum body_verdict {
	BODY_GOOD,
	BODY_BAD, /* *why names the fault: a constant sentence for the client, without its bytes */
};

struct body_purchase {
	uint32_t units;                 /* left as it was when the member is absent */
	char user[KEYS_USER_BYTES + 1]; /* likewise */
};

/*
 * Reads `size` bytes at `text` (not NUL-terminated; borrowed for the call) over what *into
 * already holds. size 0 is good and changes nothing. On BODY_BAD *into is untouched and *why
 * points to a constant.
 */
enum body_verdict body_read_purchase(const char *text, size_t size, struct body_purchase *into,
				     const char **why) __attribute__((warn_unused_result));

struct body_payment {
	char order[TOKENS_NUMBER_BYTES]; /* any text of that size: not yet known to be a number */
	char txn[KEYS_TXN_BYTES + 1];
	int64_t amount; /* 0 to 999999999999999 */
};

/* Reads a payment; all three members must be there. Otherwise as above, but size 0 is bad. */
enum body_verdict body_read_payment(const char *text, size_t size, struct body_payment *into,
				    const char **why) __attribute__((warn_unused_result));

struct body_command {
	char verb[16];  /* what to do; not yet known to be a verb */
	uint32_t units; /* 0: the member is absent */
};

/* Reads an operator's command: `do`, and perhaps `units`. Otherwise as a payment. */
enum body_verdict body_read_command(const char *text, size_t size, struct body_command *into,
				    const char **why) __attribute__((warn_unused_result));

/*
 * Reads the words of a device login over what *into holds; *into may be half filled on BODY_BAD.
 * Texts, and `allow` as true or false; members of other names are passed over. Size 0 is bad.
 */
enum body_verdict body_read_form(const char *text, size_t size, struct form *into, const char **why)
	__attribute__((warn_unused_result));

#endif
