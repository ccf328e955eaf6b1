/*
 * rules.h - the rules of an item as an operator writes them.
 *
 * A rule has a field in Redis (docs/KEYS.md) and a name on the command line: `--pay-window 5m`
 * and `pay-window=5m` are pay_window_ms 300000. The first RULES_WITH_FLAGS have flags as well.
 * item.lua is the judge of values; here they are only translated, and a refusal is explained.
 *
 * Layer: above moment, text.
 */
#ifndef PENSTOCK_CTL_RULES_H
#define PENSTOCK_CTL_RULES_H

#include <stdbool.h>
#include <stddef.h>

enum { RULES_VALUE_BYTES = 72, RULES_WITH_FLAGS = 6 };

enum rule_kind {
	RULE_PLAIN,  /* kept as it is typed */
	RULE_SPAN,   /* typed with a unit, kept in ms */
	RULE_TIME,   /* a time, or +span from now, or off; kept in unix ms */
	RULE_SWITCH, /* yes or no; kept as 1 or 0 */
};

struct rule {
	const char *name;  /* on the command line */
	const char *field; /* in Redis */
	const char *form;  /* what it may be, to be read behind its name */
	enum rule_kind kind;
};

/* The rule of this name or field, `size` bytes long; NULL: there is none. */
const struct rule *rules_find(const char *text, size_t size);

/* The rule of place `i`; NULL behind the last. */
const struct rule *rules_at(size_t i);

/*
 * Translates what was typed into what Redis keeps. A rule that is called by its field, which has
 * the unit in its name, may be given as it is kept. False: it is too long or not of its kind.
 */
bool rules_translate(const struct rule *rule, const char *typed, bool by_field,
		     char value[RULES_VALUE_BYTES]) __attribute__((warn_unused_result));

#endif
