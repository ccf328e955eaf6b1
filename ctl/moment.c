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

int64_t moment_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What stands behind the seconds: Z, or .123Z. */
static bool moment_read_end(const char *text, int64_t *ms)
{
	*ms = 0;
	if (text[0] == '.') {
		if (strspn(text + 1, "0123456789") != 3)
			return false;
		*ms = (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
		text += 4;
	}
	return strcmp(text, "Z") == 0;
}

bool moment_read(const char *text, int64_t now_ms, int64_t *ms)
{
	struct tm parts = { .tm_mday = 0 };
	int64_t span_ms;

	if (text[0] == '+') {
		if (!moment_read_span(text + 1, &span_ms))
			return false;
		*ms = now_ms + span_ms;
		return true;
	}
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &parts);
	if (end == NULL || strlen(text) < 20 || !moment_read_end(end, &span_ms))
		return false;
	time_t seconds = timegm(&parts);
	if (seconds <= 0)
		return false;
	*ms = (int64_t)seconds * 1000 + span_ms;
	return true;
}

const char *moment_write_span(char into[MOMENT_BYTES], int64_t ms)
{
	size_t i = 0;

	while (i + 1 < UNITS && (ms < units[i].ms || ms % units[i].ms != 0))
		i++;
	snprintf(into, MOMENT_BYTES, "%" PRId64 "%s", ms / units[i].ms, units[i].word);
	return into;
}
