/*
 * statlog_line.c - a line of stat.log, taken apart; see statlog_line.h.
 */
#include "ctl/statlog_line.h"

#include <string.h>

#include "ctl/record.h"

enum { FIELDS = 11, REASON_BYTES = 32 };

/* In their order in a line. */
static const char *const names[FIELDS] = {
	"result:", "localSales:", "time:",  "port:",   "item:", "reason:",
	"status:", "units:",      "order:", "micros:", "key:",
};

enum { RESULT, TIME = 2, PORT, ITEM, REASON, STATUS, UNITS, ORDER, MICROS, KEY };

static bool is_text(struct events_text text, const char *word)
{
	return text.size == strlen(word) && memcmp(text.at, word, text.size) == 0;
}

/* Capitals and underscores, as every reason is. */
static bool is_word(struct events_text text)
{
	for (size_t i = 0; i < text.size; i++) {
		if ((text.at[i] < 'A' || text.at[i] > 'Z') && text.at[i] != '_')
			return false;
	}
	return text.size > 0 && text.size <= REASON_BYTES;
}

/* All fields by name, commas between. */
static bool split(struct events_text text, struct events_text *values)
{
	const char *at = text.at, *end = text.at + text.size;

	for (size_t i = 0; i < FIELDS; i++) {
		size_t size = strlen(names[i]);

		if ((size_t)(end - at) < size || memcmp(at, names[i], size) != 0)
			return false;
		at += size;
		const char *comma = memchr(at, ',', (size_t)(end - at));
		const char *stop = comma == NULL ? end : comma;

		if ((comma == NULL) != (i + 1 == FIELDS))
			return false;
		values[i] = (struct events_text){ at, (size_t)(stop - at) };
		at = stop + 1;
	}
	return true;
}

bool statlog_line_read(struct events_text text, struct statlog_line *line)
{
	struct events_text values[FIELDS];
	struct statlog_line found = { .order = 0 };

	if (!split(text, values) || values[KEY].size == 0 || !is_word(values[REASON]) ||
	    !record_read_number(values[TIME], &found.time_ms) ||
	    !record_read_number(values[PORT], &found.port) ||
	    !record_read_number(values[STATUS], &found.status) ||
	    !record_read_number(values[UNITS], &found.units) ||
	    !record_read_number(values[MICROS], &found.micros) ||
	    (!is_text(values[ORDER], "-") && !record_read_number(values[ORDER], &found.order)))
		return false;
	found.is_sold = is_text(values[RESULT], "1");
	if (!found.is_sold && !is_text(values[RESULT], "0"))
		return false;
	found.item = values[ITEM];
	found.reason = values[REASON];
	found.key = values[KEY];
	*line = found;
	return true;
}
