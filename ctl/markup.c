/*
 * markup.c - texts and numbers that go into HTML and SVG; see markup.h.
 */
#include "ctl/markup.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/xmalloc.h"
#include "ctl/moment.h"
#include "common/text.h"

enum { SENTENCE_BYTES = 1000 };

static const char *entity(char byte)
{
	switch (byte) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void markup_text(FILE *file, const char *text)
{
	char *clean = text_clean(text, strlen(text));

	for (const char *at = clean; *at != '\0'; at++) {
		const char *instead = entity(*at);

		if (instead != NULL)
			fputs(instead, file);
		else
			fputc(*at, file);
	}
	free(clean);
}

void markup_say(FILE *file, const char *format, ...)
{
	char sentence[SENTENCE_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	markup_text(file, sentence);
}

const char *markup_number(char into[MARKUP_NUMBER_BYTES], int64_t number)
{
	char digits[MARKUP_NUMBER_BYTES];
	uint64_t value = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
	size_t size, at = 0;

	snprintf(digits, sizeof(digits), "%" PRIu64, value);
	size = strlen(digits);
	if (number < 0)
		into[at++] = '-';
	for (size_t i = 0; i < size; i++) {
		if (i > 0 && (size - i) % 3 == 0)
			into[at++] = ',';
		into[at++] = digits[i];
	}
	into[at] = '\0';
	return into;
}

const char *markup_share(char into[MARKUP_NUMBER_BYTES], int64_t part, int64_t whole)
{
	if (whole == 0)
		snprintf(into, MARKUP_NUMBER_BYTES, "-");
	else
		snprintf(into, MARKUP_NUMBER_BYTES, "%.1f %%",
			 100.0 * (double)part / (double)whole);
	return into;
}

/* Three figures of a number below a thousand. */
static void three(char into[MARKUP_NUMBER_BYTES], double number, const char *unit)
{
	int places = number >= 99.95 ? 0 : number >= 9.995 ? 1 : 2;

	snprintf(into, MARKUP_NUMBER_BYTES, "%.*f %s", places, number, unit);
}

/* Two units, of which the second is left out when there is none of it. */
static void two(char into[MARKUP_NUMBER_BYTES], int64_t number, int64_t small, const char *unit,
		const char *small_unit)
{
	if (number % small == 0)
		snprintf(into, MARKUP_NUMBER_BYTES, "%" PRId64 " %s", number / small, unit);
	else
		snprintf(into, MARKUP_NUMBER_BYTES, "%" PRId64 " %s %" PRId64 " %s", number / small,
			 unit, number % small, small_unit);
}

const char *markup_span(char into[MARKUP_NUMBER_BYTES], int64_t micros)
{
	const int64_t seconds = (micros + 500000) / 1000000;

	if (micros <= 0)
		snprintf(into, MARKUP_NUMBER_BYTES, "< 1 µs");
	else if (micros < 1000)
		snprintf(into, MARKUP_NUMBER_BYTES, "%" PRId64 " µs", micros);
	else if (micros < 999500)
		three(into, (double)micros / 1e3, "ms");
	else if (seconds < 100)
		three(into, (double)micros / 1e6, "s");
	else if (seconds < 3600)
		two(into, seconds, 60, "min", "s");
	else if (seconds < 86400)
		two(into, (seconds + 30) / 60, 60, "h", "min");
	else
		two(into, (seconds + 1800) / 3600, 24, "d", "h");
	return into;
}

const char *markup_time(char into[MARKUP_NUMBER_BYTES], int64_t ms)
{
	char moment[MOMENT_BYTES];

	moment_write(moment, ms);
	if (ms <= 0)
		snprintf(into, MARKUP_NUMBER_BYTES, "-");
	else
		snprintf(into, MARKUP_NUMBER_BYTES, "%.10s %.8s", moment, moment + 11);
	return into;
}
