/*
 * moment.c - times as people read and type them; see moment.h.
 */
#include "ctl/moment.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { DIGITS_MAX = 12, DAYS_MAX = 3653 };

/* From the largest down, for writing. */
static const struct {
	const char *word;
	int64_t ms;
} units[] = {
	{ "d", 86400000 }, { "h", 3600000 }, { "m", 60000 }, { "s", 1000 }, { "ms", 1 },
};

enum { UNITS = sizeof(units) / sizeof(units[0]) };

const char *moment_write(char into[MOMENT_BYTES], int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm parts;
	char text[MOMENT_BYTES];

	if (ms <= 0 || gmtime_r(&seconds, &parts) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts) == 0) {
		snprintf(into, MOMENT_BYTES, "-");
		return into;
	}
	snprintf(into, MOMENT_BYTES, "%.25s.%03dZ", text, (int)(ms % 1000));
	return into;
}

bool moment_read_span(const char *text, int64_t *ms)
{
	size_t digits = strspn(text, "0123456789");
	int64_t number = 0;

	if (digits == 0 || digits > DIGITS_MAX)
		return false;
	for (size_t i = 0; i < digits; i++)
		number = number * 10 + (text[i] - '0');
	for (size_t i = 0; i < UNITS; i++) {
		if (strcmp(text + digits, units[i].word) != 0)
			continue;
		if (number < 1 || number > DAYS_MAX * units[0].ms / units[i].ms)
			return false;
		*ms = number * units[i].ms;
		return true;
	}
	return false;
}

const char *moment_write_span(char into[MOMENT_BYTES], int64_t ms)
{
	size_t i = 0;

	while (i + 1 < UNITS && (ms < units[i].ms || ms % units[i].ms != 0))
		i++;
	snprintf(into, MOMENT_BYTES, "%" PRId64 "%s", ms / units[i].ms, units[i].word);
	return into;
}
