/*
 * text.c - texts of others on a terminal; see text.h.
 *
 * UTF-8 is read as RFC 3629 has it: no overlong forms, no surrogates, nothing beyond U+10FFFF.
 * Widths are those of Unicode's East Asian Width (UAX 11), by whole blocks; a rare character may
 * be a column off, which costs an aligned line and no more.
 */
#include "common/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "common/xmalloc.h"

struct range {
	uint32_t first, last;
};

/* What plays with a terminal: controls, directions of reading, invisible separators. */
static const struct range bad[] = {
	{ 0x00, 0x1f },     { 0x7f, 0x9f },     { 0x200b, 0x200f },
	{ 0x2028, 0x202e }, { 0x2060, 0x2069 }, { 0xfeff, 0xfeff },
};

static const struct range marks[] = {
	{ 0x0300, 0x036f }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },
	{ 0x20d0, 0x20ff }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f },
};

static const struct range wide[] = {
	{ 0x1100, 0x115f },   { 0x2e80, 0x303e },   { 0x3041, 0xa4cf },   { 0xa960, 0xa97f },
	{ 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },   { 0xfe30, 0xfe6f },   { 0xff01, 0xff60 },
	{ 0xffe0, 0xffe6 },   { 0x1f300, 0x1f64f }, { 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff },
	{ 0x20000, 0x3fffd },
};

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

#define IS_IN(code, ranges) is_in((code), (ranges), sizeof(ranges) / sizeof((ranges)[0]))

static bool is_in(uint32_t code, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	}
	return false;
}

/* Bytes of the character at `at`, at most `size`, and its code; 0: it is no UTF-8. */
static size_t decode(const unsigned char *at, size_t size, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t bytes = at[0] < 0x80 ? 1 : at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
	uint32_t value = bytes == 1 ? at[0] : at[0] & (0x7fu >> bytes);

	if (bytes > size || (at[0] >= 0x80 && at[0] < 0xc2) || at[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < bytes; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (at[i] & 0x3f);
	}
	if (value < least[bytes] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*code = value;
	return bytes;
}

bool text_is_clean(const char *text, size_t size)
{
	for (size_t i = 0; i < size;) {
		uint32_t code = 0;
		size_t bytes = decode((const unsigned char *)text + i, size - i, &code);

		if (bytes == 0 || IS_IN(code, bad))
			return false;
		i += bytes;
	}
	return true;
}

char *text_clean(const char *text, size_t size)
{
	char *clean = xmalloc(3 * size + 1);
	char *into = clean;

	for (size_t i = 0; i < size;) {
		uint32_t code = 0;
		size_t bytes = decode((const unsigned char *)text + i, size - i, &code);
		bool is_good = bytes > 0 && !IS_IN(code, bad);
		size_t put = is_good ? bytes : sizeof(replacement) - 1;

		memcpy(into, is_good ? text + i : replacement, put);
		into += put;
		i += bytes > 0 ? bytes : 1;
	}
	*into = '\0';
	return clean;
}

size_t text_width(const char *text)
{
	size_t size = strlen(text), width = 0;

	for (size_t i = 0; i < size;) {
		uint32_t code = 0;
		size_t bytes = decode((const unsigned char *)text + i, size - i, &code);

		width += IS_IN(code, marks) ? 0 : IS_IN(code, wide) ? 2 : 1;
		i += bytes > 0 ? bytes : 1;
	}
	return width;
}
