/*
 * resp.c - see resp.h.
 */
#include "node/resp.h"

#include <string.h>

enum { HEAD_BYTES_MAX = 1 + 20 + 2 + 2 }; /* `$`, the length, and two line ends */

size_t resp_bytes_max(const struct store_word *words, size_t count)
{
	size_t bytes = HEAD_BYTES_MAX + 1; /* the NUL */

	for (size_t i = 0; i < count; i++)
		bytes += HEAD_BYTES_MAX + words[i].size;
	return bytes;
}

/* `mark`, the number and a line end. */
static char *resp_put_head(char *at, char mark, size_t number)
{
	char digits[20];
	int count = 0;

	do
		digits[count++] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	*at++ = mark;
	while (count > 0)
		*at++ = digits[--count];
	*at++ = '\r';
	*at++ = '\n';
	return at;
}

size_t resp_write(char *into, const struct store_word *words, size_t count)
{
	char *at = resp_put_head(into, '*', count);

	for (size_t i = 0; i < count; i++) {
		at = resp_put_head(at, '$', words[i].size);
		memcpy(at, words[i].text, words[i].size);
		at += words[i].size;
		*at++ = '\r';
		*at++ = '\n';
	}
	*at = '\0';
	return (size_t)(at - into);
}
