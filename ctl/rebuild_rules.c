/*
 * rebuild_rules.c - an item's rules, as the log has them; see rebuild_parts.h.
 *
 * The newest value of each rule that item.lua ever set, and the item's state. What a hand typed
 * into the hash is in no event, and so is not found here.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/ledger.h"
#include "ctl/rebuild_parts.h"
#include "ctl/rules.h"

enum { PAGE_ROWS = 2000 };

static const int64_t day_ms = 86400000;

struct rules_reading {
	struct rebuild_rules *rules;
	int64_t last, most;
	size_t rows;
};

static const char state_field[] = "state";

/* The constant of a field that finish writes; NULL: it is none. */
static const char *field_of(struct events_text text)
{
	const struct rule *rule = rules_find(text.at, text.size);

	if (text.size == sizeof(state_field) - 1 && memcmp(text.at, state_field, text.size) == 0)
		return state_field;
	return rule == NULL ? NULL : rule->field;
}

static void set(struct rebuild_rules *rules, const char *field, struct events_text value)
{
	size_t i = 0;

	while (i < rules->count && rules->fields[i] != field)
		i++;
	if (i == REBUILD_RULES_MAX)
		return; /* there are not as many fields */
	rules->fields[i] = field;
	snprintf(rules->values[i], REBUILD_VALUE_BYTES, "%.*s", (int)value.size, value.at);
	rules->count += i == rules->count;
}

static bool take_event(void *owner, const struct feed_event *line)
{
	struct rules_reading *reading = owner;
	struct events_event event;
	const char *why, *field;

	reading->last = line->seq;
	reading->rows++;
	if (line->seq > reading->most)
		return false;
	if (!events_parse(line->seq, line->kind, line->words, &event, &why) ||
	    event.kind != EVENTS_ALTERED)
		return true;
	field = field_of(event.field);
	if (field != NULL)
		set(reading->rules, field, event.value);
	return true;
}

/* The value of a field; "": it was never set. */
static const char *value_of(const struct rebuild_rules *rules, const char *field)
{
	for (size_t i = 0; i < rules->count; i++) {
		if (strcmp(rules->fields[i], field) == 0)
			return rules->values[i];
	}
	return "";
}

/* As lua/shared/group.lua has it. */
static int64_t group_period(const struct rebuild_rules *rules)
{
	const char *group = value_of(rules, "group");

	if (group[0] == '\0' || strcmp(group, "off") == 0 ||
	    strtoll(value_of(rules, "group_units"), NULL, 10) == 0)
		return 0;
	return strtoll(value_of(rules, "group_days"), NULL, 10) * day_ms;
}

enum verdict rebuild_read_rules(struct rebuild *rebuild, struct rebuild_rules *rules)
{
	struct rules_reading reading = { .rules = rules, .most = rebuild->from };
	enum verdict verdict;

	*rules = (struct rebuild_rules){ .count = 0 };
	do {
		reading.rows = 0;
		verdict = ledger_events(rebuild->tools, rebuild->audit.item, reading.last,
					PAGE_ROWS, take_event, &reading);
	} while (verdict == VERDICT_DONE && reading.rows == PAGE_ROWS &&
		 reading.last < reading.most);
	rebuild->group_ms = group_period(rules);
	return verdict;
}
