/*
 * form.h - the words of a device login in a request's body, as a form or as JSON.
 *
 * RFC 8628 sends application/x-www-form-urlencoded. What is not known is passed over and what is
 * given twice is refused, as RFC 6749, 3.1 and 3.2 want it; an empty value is as good as none.
 *
 * Layer: above ask, keys, device_code; below body (which reads the JSON) and device.
 */
#ifndef PENSTOCK_NODE_FORM_H
#define PENSTOCK_NODE_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "common/keys.h"
#include "node/device_code.h"

enum form_allow { FORM_UNSAID, FORM_ALLOW, FORM_DENY };

/* All texts end with NUL; "" is not given. None is known to be of its form. */
struct form {
	char grant_type[64];
	char device_code[DEVICE_CODE_BYTES];
	char user_code[32];
	char user[KEYS_USER_BYTES + 1];
	enum form_allow allow;
};

/*
 * Takes one word: `size` bytes of `value`, copied. A name that is not known is passed over. NULL,
 * or what is wrong: a constant sentence.
 */
const char *form_take(struct form *form, const char *name, const char *value, size_t size);

/* Reads a form of `size` bytes at `text` (not NUL-terminated). As form_take(). */
const char *form_read(struct form *form, const char *text, size_t size);

#endif
