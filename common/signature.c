/*
 * signature.c - reading a signature, checking it, making one; see signature.h.
 */
#include "common/signature.h"

#include <stdio.h>
#include <string.h>

enum { TIME_DIGITS_MAX = 12 };

/* The value of a hex digit in lower case, or -1. */
static int signature_digit(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* Reads the time from the front; how many digits it has, 0 if there is none of the form. */
static size_t signature_read_time(const char *text, size_t size, int64_t *at_s)
{
	int64_t value = 0;
	size_t used = 0;

	while (used < size && text[used] >= '0' && text[used] <= '9' && used <= TIME_DIGITS_MAX)
		value = value * 10 + (text[used++] - '0');
	if (used == 0 || used > TIME_DIGITS_MAX || text[0] == '0')
		return 0;
	*at_s = value;
	return used;
}

bool signature_read(const char *text, size_t size, struct signature *signature)
{
	static const char first[] = "t=", second[] = ",v1=";
	enum { FIRST = sizeof(first) - 1, SECOND = sizeof(second) - 1 };
	struct signature found;

	if (size < FIRST || memcmp(text, first, FIRST) != 0)
		return false;
	size_t used = FIRST + signature_read_time(text + FIRST, size - FIRST, &found.at_s);
	if (used == FIRST || size != used + SECOND + 2 * sizeof(found.sign) ||
	    memcmp(text + used, second, SECOND) != 0)
		return false;
	text += used + SECOND;
	for (size_t i = 0; i < sizeof(found.sign); i++) {
		int high = signature_digit(text[2 * i]), low = signature_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		found.sign[i] = (unsigned char)(high * 16 + low);
	}
	*signature = found;
	return true;
}

static void signature_make(unsigned char sign[SEAL_SIGN_BYTES], int64_t at_s, const void *body,
			   size_t size, const unsigned char secret[SEAL_SECRET_BYTES])
{
	char time[24];
	int digits = snprintf(time, sizeof(time), "%lld.", (long long)at_s);
	const struct seal_piece pieces[] = { { time, (size_t)digits }, { body, size } };

	seal_sign(sign, pieces, 2, secret);
}

bool signature_is_of(const struct signature *signature, const void *body, size_t size,
		     const unsigned char secret[SEAL_SECRET_BYTES])
{
	unsigned char expected[SEAL_SIGN_BYTES];

	signature_make(expected, signature->at_s, body, size, secret);
	return seal_is_same(expected, signature->sign, sizeof(expected));
}

size_t signature_write(char into[SIGNATURE_BYTES], int64_t at_s, const void *body, size_t size,
		       const unsigned char secret[SEAL_SECRET_BYTES])
{
	unsigned char sign[SEAL_SIGN_BYTES];
	size_t used = (size_t)snprintf(into, SIGNATURE_BYTES, "t=%lld,v1=", (long long)at_s);

	signature_make(sign, at_s, body, size, secret);
	for (size_t i = 0; i < sizeof(sign); i++)
		used += (size_t)snprintf(into + used, SIGNATURE_BYTES - used, "%02x", sign[i]);
	return used;
}
