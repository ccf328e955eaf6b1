/*
 * rules.c - the rules of an item as an operator writes them; see rules.h.
 */
#include "ctl/rules.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "ctl/moment.h"

static const struct rule table[] = {
	{ "price", "price", "must be digits: the price of a unit in the smallest coin", false },
	{ "pay-window", "pay_window_ms", "must be a span of 1ms to a year, as 90s or 5m", true },
	{ "max-units", "max_units", "must be 1 to 2000000000: units in one order", false },
	{ "limit-units", "limit_units", "must be 0 to 2000000000: units a buyer may have, 0: any",
	  false },
	{ "late-pay", "late_pay", "must be refund or retake", false },
	{ "backlog-max", "backlog_max", "must be digits: events that may wait for SQL, 0: any",
	  false },
};

enum { RULES = sizeof(table) / sizeof(table[0]) };

static bool is_same(const char *name, const char *text, size_t size)
{
	return strlen(name) == size && memcmp(name, text, size) == 0;
}

const struct rule *rules_find(const char *text, size_t size)
{
	for (size_t i = 0; i < RULES; i++) {
		if (is_same(table[i].name, text, size) || is_same(table[i].field, text, size))
			return &table[i];
	}
	return NULL;
}

const struct rule *rules_at(size_t i)
{
	return i < RULES ? &table[i] : NULL;
}

bool rules_translate(const struct rule *rule, const char *typed, bool by_field,
		     char value[RULES_VALUE_BYTES])
{
	bool is_plain =
		!rule->is_span || (by_field && strspn(typed, "0123456789") == strlen(typed));
	int64_t ms = 0;

	if (is_plain)
		return snprintf(value, RULES_VALUE_BYTES, "%s", typed) < RULES_VALUE_BYTES;
	if (!moment_read_span(typed, &ms))
		return false;
	snprintf(value, RULES_VALUE_BYTES, "%" PRId64, ms);
	return true;
}
