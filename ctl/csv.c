/*
 * csv.c - lines of comma-separated values that no spreadsheet can misread; see csv.h.
 */
#include "ctl/csv.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

static bool is_among(const char *set, char c)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static bool wants_quotes(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (is_among(",\"\r\n", text[i]))
			return true;
	}
	return false;
}

void csv_write_text(FILE *file, const char *text, size_t size)
{
	bool quotes = wants_quotes(text, size);

	if (quotes)
		fputc('"', file);
	if (size > 0 && is_among("=+-@\t\r", text[0]))
		fputc('\'', file);
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '"')
			fputc('"', file);
		fputc(text[i], file);
	}
	if (quotes)
		fputc('"', file);
}

void csv_write_number(FILE *file, int64_t number)
{
	fprintf(file, "%" PRId64, number);
}

void csv_write_comma(FILE *file)
{
	fputc(',', file);
}

void csv_end_line(FILE *file)
{
	fputs("\r\n", file);
}
