/*
 * device_code.c - letters and digits of device logins; see device_code.h.
 */
#include "node/device_code.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/seal.h"

static const char letters[] = "BCDFGHJKLMNPQRSTVWXZ";

enum { LETTERS = sizeof(letters) - 1, FAIR = 256 / LETTERS * LETTERS };

void device_code_make(char into[DEVICE_CODE_BYTES])
{
	static const char hex_digits[] = "0123456789abcdef";
	unsigned char random[32];
	size_t size = 0;

	while (size < DEVICE_USER_LETTERS) {
		unsigned char byte;

		seal_random(&byte, 1);
		if (byte < FAIR) /* else the first letters would come more often */
			into[size++] = letters[byte % LETTERS];
	}
	seal_random(random, sizeof(random));
	for (size_t i = 0; i < sizeof(random); i++) {
		into[size++] = hex_digits[random[i] >> 4];
		into[size++] = hex_digits[random[i] & 15];
	}
	into[size] = '\0';
	seal_wipe(random, sizeof(random));
}

bool device_code_read(const char *text, char into[DEVICE_USER_BYTES])
{
	if (strlen(text) != DEVICE_CODE_BYTES - 1 || strspn(text, letters) != DEVICE_USER_LETTERS ||
	    strspn(text + DEVICE_USER_LETTERS, "0123456789abcdef") != 64)
		return false;
	memcpy(into, text, DEVICE_USER_LETTERS);
	into[DEVICE_USER_LETTERS] = '\0';
	return true;
}

bool device_code_read_typed(const char *text, char into[DEVICE_USER_BYTES])
{
	size_t size = 0;

	for (; *text; text++) {
		char letter = (char)toupper((unsigned char)*text);

		if (letter == '-' || letter == ' ')
			continue;
		if (!strchr(letters, letter) || size == DEVICE_USER_LETTERS)
			return false;
		into[size++] = letter;
	}
	into[size] = '\0';
	return size == DEVICE_USER_LETTERS;
}

void device_code_show(const char user_code[DEVICE_USER_BYTES], char into[DEVICE_SHOWN_BYTES])
{
	snprintf(into, DEVICE_SHOWN_BYTES, "%.4s-%.4s", user_code, user_code + 4);
}
