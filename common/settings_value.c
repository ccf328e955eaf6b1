/*
 * settings_value.c - the kinds of values a setting can have, and what a good one looks like.
 *
 * One function a kind: it checks the whole text, stores it, or says in one sentence what would be
 * right. Digits are read by hand: strtoll(3) takes blanks, signs and hex, which nobody meant.
 */
#include "common/settings_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "common/xmalloc.h"

enum {
	PERCENT_MAX = 1000,
	PORT_MAX = 65535,
};

static const int64_t units_max = 2000000000; /* the largest stock an item can have */

enum digits {
	DIGITS_GOOD,
	DIGITS_NONE,  /* empty, or another byte than a digit */
	DIGITS_LARGE, /* more than an int64_t holds */
};

static enum digits read_digits(const char *text, size_t size, int64_t *number)
{
	int64_t sum = 0;

	if (size == 0 || strspn(text, "0123456789") < size)
		return DIGITS_NONE;
	for (size_t i = 0; i < size; i++) {
		if (__builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, text[i] - '0', &sum))
			return DIGITS_LARGE;
	}
	*number = sum;
	return DIGITS_GOOD;
}

/* Whether the `size` bytes are digits that say `least` to `most`. */
static bool read_range(const char *text, size_t size, int64_t least, int64_t most, int64_t *number)
{
	int64_t found;

	if (read_digits(text, size, &found) != DIGITS_GOOD || found < least || found > most)
		return false;
	*number = found;
	return true;
}

static void *place(const struct setting *row, void *values)
{
	return (char *)values + row->offset;
}

bool settings_value_has_control(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return true;
	}
	return false;
}

static bool store_number(const struct setting *row, const char *text, void *values, char *why)
{
	int64_t found = 0;
	enum digits verdict = read_digits(text, strlen(text), &found);

	if (verdict == DIGITS_NONE) {
		snprintf(why, SETTINGS_WHY_BYTES,
			 "is not a whole number; give digits only, %" PRId64 " to %" PRId64,
			 row->least, row->most);
		return false;
	}
	if (verdict == DIGITS_LARGE || found < row->least || found > row->most) {
		snprintf(why, SETTINGS_WHY_BYTES, "is out of range; give %" PRId64 " to %" PRId64,
			 row->least, row->most);
		return false;
	}
	*(int64_t *)place(row, values) = found;
	return true;
}

/* "10%" or "250". */
static bool store_share(const struct setting *row, const char *text, void *values, char *why)
{
	struct settings_share *share = place(row, values);
	struct settings_share found = { -1, -1 };
	size_t size = strlen(text);
	bool good;

	if (size > 0 && text[size - 1] == '%')
		good = read_range(text, size - 1, 0, PERCENT_MAX, &found.percent);
	else
		good = read_range(text, size, 0, units_max, &found.units);
	if (good)
		*share = found;
	else
		snprintf(why, SETTINGS_WHY_BYTES,
			 "is not a share; give 0%% to %d%%, or units as digits, 0 to %" PRId64,
			 PERCENT_MAX, units_max);
	return good;
}

static bool store_switch(const struct setting *row, const char *text, void *values, char *why)
{
	bool is_yes = strcmp(text, "yes") == 0;

	if (!is_yes && strcmp(text, "no") != 0) {
		snprintf(why, SETTINGS_WHY_BYTES, "is neither yes nor no");
		return false;
	}
	*(bool *)place(row, values) = is_yes;
	return true;
}

static bool store_level(const struct setting *row, const char *text, void *values, char *why)
{
	enum log_level level;

	if (log_level_parse(text, &level) != 0) {
		snprintf(why, SETTINGS_WHY_BYTES,
			 "is not a level; give debug, info, warn or error");
		return false;
	}
	*(int64_t *)place(row, values) = level;
	return true;
}

/* host:port, [v6]:port or unix:/path; whether the host exists is found out by whoever connects. */
static bool is_address(const char *text)
{
	const char *colon = strrchr(text, ':');
	const char *host_bytes =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
	const char *host = text;
	size_t size;
	int64_t port;

	if (strncmp(text, "unix:", 5) == 0)
		return text[5] == '/' && text[6] != '\0';
	if (colon == NULL || !read_range(colon + 1, strlen(colon + 1), 1, PORT_MAX, &port))
		return false;
	size = (size_t)(colon - text);
	if (size > 2 && host[0] == '[' && host[size - 1] == ']') {
		host++;
		size -= 2;
		host_bytes = "0123456789abcdefABCDEF:.";
	}
	return size > 0 && strspn(host, host_bytes) == size;
}

static bool check_text(const struct setting *row, const char *text, char *why)
{
	if (settings_value_has_control(text, strlen(text))) {
		snprintf(why, SETTINGS_WHY_BYTES, "holds control bytes; give plain text");
		return false;
	}
	if (row->kind == SETTINGS_ADDRESS && !is_address(text)) {
		snprintf(why, SETTINGS_WHY_BYTES,
			 "is not an address; give host:port with a port of 1 to %d, or unix:/path",
			 PORT_MAX);
		return false;
	}
	bool may_lack = row->standard && !row->standard[0]; /* a secret that is not needed */

	if (row->kind == SETTINGS_SECRET && (text[0] || !may_lack)) {
		char secret[SETTINGS_SECRET_BYTES];
		size_t size;
		bool good = settings_secret_load(text, secret, sizeof(secret), &size, why);

		explicit_bzero(secret, sizeof(secret));
		return good;
	}
	return true;
}

bool settings_value_is_text(const struct setting *row)
{
	return row->kind == SETTINGS_TEXT || row->kind == SETTINGS_PATH ||
	       row->kind == SETTINGS_SECRET || row->kind == SETTINGS_ADDRESS ||
	       row->kind == SETTINGS_URL || row->kind == SETTINGS_PRIVATE;
}

bool settings_value_store(const struct setting *row, const char *text, void *values,
			  char why[SETTINGS_WHY_BYTES])
{
	if (row->kind == SETTINGS_NUMBER)
		return store_number(row, text, values, why);
	if (row->kind == SETTINGS_SHARE)
		return store_share(row, text, values, why);
	if (row->kind == SETTINGS_LEVEL)
		return store_level(row, text, values, why);
	if (row->kind == SETTINGS_SWITCH)
		return store_switch(row, text, values, why);
	if (!check_text(row, text, why))
		return false;
	*(char **)place(row, values) = xstrdup(text);
	return true;
}

bool settings_value_environment(char into[SETTINGS_NAME_BYTES],
				const struct settings_program *program, const struct setting *row)
{
	const char *own = program->environment == NULL ? "" : program->environment(row);

	into[0] = '\0';
	if (own == NULL)
		return false;
	if (own[0] != '\0') {
		snprintf(into, SETTINGS_NAME_BYTES, "%s", own);
		return true;
	}
	snprintf(into, SETTINGS_NAME_BYTES, "%s_%s", program->prefix, row->flag);
	for (char *c = into; *c != '\0'; c++) {
		if (*c == '-')
			*c = '_';
		else if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	}
	return true;
}
