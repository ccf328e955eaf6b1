/*
 * rules.c - the rules of an item as an operator writes them; see rules.h.
 */
#include "ctl/rules.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "ctl/moment.h"

#define MUST_BE_A_TIME "must be a time, as 2026-01-31T12:00:00Z, or +10m, or off"

static const struct rule table[] = {
	{ "price", "price", "must be digits: the price of a unit in the smallest coin",
	  RULE_PLAIN },
	{ "pay-window", "pay_window_ms", "must be a span of 1ms to a year, as 90s or 5m",
	  RULE_SPAN },
	{ "max-units", "max_units", "must be 1 to 2000000000: units in one order", RULE_PLAIN },
	{ "limit-units", "limit_units", "must be 0 to 2000000000: units a buyer may have, 0: any",
	  RULE_PLAIN },
	{ "late-pay", "late_pay", "must be refund or retake", RULE_PLAIN },
	{ "backlog-max", "backlog_max", "must be digits: events that may wait for SQL, 0: any",
	  RULE_PLAIN },
	{ "token", "token_required", "must be yes or no", RULE_SWITCH },
	{ "starts", "starts_ms", MUST_BE_A_TIME, RULE_TIME },
	{ "ends", "ends_ms", MUST_BE_A_TIME, RULE_TIME },
	{ "reserve", "reserve_required", "must be yes (to buy, one must have reserved) or no",
	  RULE_SWITCH },
	{ "reserve-starts", "reserve_starts_ms", MUST_BE_A_TIME, RULE_TIME },
	{ "reserve-ends", "reserve_ends_ms", MUST_BE_A_TIME, RULE_TIME },
	{ "group", "group", "must be a group's name, as an item's, or off", RULE_PLAIN },
	{ "group-units", "group_units",
	  "must be 0 to 1000: units a buyer may have of the group, 0: any", RULE_PLAIN },
	{ "group-days", "group_days", "must be 0 to 3650: within so many days", RULE_PLAIN },
	{ "risk", "risk", "must be off, shadow (only counts) or on", RULE_PLAIN },
	{ "risk-shares", "risk_shares",
	  "must be as 60:60_90:74: from 60 points 60 of a hundred pass, from 90 on 74",
	  RULE_PLAIN },
	{ "draw", "draw", "must be 64 hex digits: SHA-256 of the seed of its draw; or off",
	  RULE_PLAIN },
	{ "draw-at", "draw_ends_ms", MUST_BE_A_TIME, RULE_TIME },
	{ "reserve-quota", "reserve_quota",
	  "must be 0 to 2000000000: reservations there may be, 0: any", RULE_PLAIN },
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
	bool is_kept = rule->kind == RULE_PLAIN ||
		       (by_field && strspn(typed, "0123456789") == strlen(typed));
	bool is_good = false;
	int64_t number = 0;

	if (is_kept)
		return snprintf(value, RULES_VALUE_BYTES, "%s", typed) < RULES_VALUE_BYTES;
	switch (rule->kind) {
	case RULE_PLAIN:
		break;
	case RULE_SPAN:
		is_good = moment_read_span(typed, &number);
		break;
	case RULE_TIME:
		is_good = strcmp(typed, "off") == 0 || moment_read(typed, moment_now(), &number);
		break;
	case RULE_SWITCH:
		number = strcmp(typed, "yes") == 0;
		is_good = number || strcmp(typed, "no") == 0;
		break;
	}
	if (is_good)
		snprintf(value, RULES_VALUE_BYTES, "%" PRId64, number);
	return is_good;
}
