/*
 * moment.c - a time that a person wrote; see moment.h.
 */
#include "buyer/moment.h"

#include <string.h>
#include <time.h>

#include "common/keys.h"

enum { UNIX_MS_DIGITS = 13, MS_DIGITS = 3 };

/* The end of a time of day: nothing, or a full stop and three digits. */
static bool read_ms(const char *text, int64_t *ms)
{
	*ms = 0;
	if (text[0] == '\0')
		return true;
	if (text[0] != '.' || strlen(text) != MS_DIGITS + 1)
		return false;
	*ms = keys_count_read(text + 1, MS_DIGITS);
	return *ms >= 0;
}

/* A time of day, behind its date if it has one. */
static const char *read_time(const char *text, struct tm *parts)
{
	const char *rest = strptime(text, "%H:%M:%S", parts);

	if (rest != NULL)
		return rest;
	parts->tm_sec = 0;
	rest = strptime(text, "%H:%M", parts);
	return rest != NULL && rest[0] == '\0' ? rest : NULL;
}

bool moment_read(const char *text, int64_t now_ms, int64_t *unix_ms)
{
	time_t now = (time_t)(now_ms / 1000), found;
	const char *rest;
	struct tm parts, day;
	int64_t ms;

	if (strlen(text) == UNIX_MS_DIGITS && keys_count_read(text, UNIX_MS_DIGITS) > 0) {
		*unix_ms = keys_count_read(text, UNIX_MS_DIGITS);
		return true;
	}
	localtime_r(&now, &parts);
	day = parts; /* strptime(3) writes what it understands before it fails */
	rest = strptime(text, "%Y-%m-%d", &day);
	if (rest != NULL && rest[0] != 'T' && rest[0] != ' ')
		return false;
	if (rest != NULL)
		parts = day;
	rest = read_time(rest != NULL ? rest + 1 : text, &parts);
	if (rest == NULL || !read_ms(rest, &ms))
		return false;
	parts.tm_isdst = -1;
	found = mktime(&parts);
	if (found < 0)
		return false;
	*unix_ms = (int64_t)found * 1000 + ms;
	return true;
}
