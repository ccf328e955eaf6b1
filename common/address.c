/*
 * address.c - a text taken apart at its last colon; see address.h.
 */
#include "common/address.h"

#include <stddef.h>
#include <string.h>

const char *address_split(const char *text, char host[ADDRESS_HOST_BYTES])
{
	const char *colon = strrchr(text, ':');
	size_t size = colon ? (size_t)(colon - text) : 0;

	if (!colon || size >= ADDRESS_HOST_BYTES)
		return NULL;
	if (size > 2 && text[0] == '[' && text[size - 1] == ']') {
		text++;
		size -= 2;
	}
	memcpy(host, text, size);
	host[size] = '\0';
	return colon + 1;
}
