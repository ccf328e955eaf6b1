/*
 * device_code.h - the two codes of a device login (RFC 8628): one for people, one for the device.
 *
 * A user code is eight of the twenty consonants of RFC 8628, 6.1 (no vowels, so no words), shown as
 * WDJB-MJHT: 34.5 bits, worth guessing only if guesses are not counted. A device code is the user
 * code, by which the login is found, and 256 random bits in hex, by which it is proven.
 *
 * Layer: above seal. Pure but for the randomness.
 */
#ifndef PENSTOCK_NODE_DEVICE_CODE_H
#define PENSTOCK_NODE_DEVICE_CODE_H

#include <stdbool.h>
#include <stddef.h>

enum {
	DEVICE_USER_LETTERS = 8,
	DEVICE_USER_BYTES = DEVICE_USER_LETTERS + 1,  /* with its NUL */
	DEVICE_SHOWN_BYTES = DEVICE_USER_LETTERS + 2, /* likewise, with the hyphen */
	DEVICE_CODE_BYTES = DEVICE_USER_LETTERS + 64 + 1,
};

/* A new device code; its first letters are the user code. Each is as likely as any other. */
void device_code_make(char into[DEVICE_CODE_BYTES]);

/* The user code in a device code; false if the text is none. */
bool device_code_read(const char *text, char into[DEVICE_USER_BYTES])
	__attribute__((warn_unused_result));

/*
 * What a person typed as a user code: small letters, blanks and hyphens are forgiven. False if it
 * can be none.
 */
bool device_code_read_typed(const char *text, char into[DEVICE_USER_BYTES])
	__attribute__((warn_unused_result));

/* WDJBMJHT as WDJB-MJHT. */
void device_code_show(const char user_code[DEVICE_USER_BYTES], char into[DEVICE_SHOWN_BYTES]);

#endif
