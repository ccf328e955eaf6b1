/*
 * events_log.h - a log of events as a test writes it: a line an event, folded at once.
 *
 * log_add() takes an event apart and applies it to the log's item and to the order that it is
 * about, as every user of core/events.h does; its result is one word or the sentence why not.
 *
 * Layer: tests only. All in this header, so that each test remains one file and its module.
 */
#ifndef PENSTOCK_TESTS_EVENTS_LOG_H
#define PENSTOCK_TESTS_EVENTS_LOG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/events.h"

enum { LOG_ORDERS = 40 };

struct log {
	struct events_item item;
	struct events_order orders[LOG_ORDERS]; /* by seq */
};

/* A text as the parser takes it. */
static inline struct events_text text_of(const char *text)
{
	return (struct events_text){ text, strlen(text) };
}

/* Folds one event: "applied", "old", "gap", or why it is refused. */
static inline const char *log_add(struct log *log, int64_t seq, const char *name, const char *words)
{
	struct events_event event;
	const char *why = NULL;

	if (!events_parse(seq, text_of(name), text_of(words), &event, &why))
		return why ? why : "no reason given";
	switch (events_apply(&log->item,
			     events_is_about_order(&event) ? &log->orders[event.order] : NULL,
			     &event, &why)) {
	case EVENTS_APPLIED:
		return "applied";
	case EVENTS_OLD:
		return "old";
	case EVENTS_GAP:
		return "gap";
	case EVENTS_ILLEGAL:
		break;
	}
	return why ? why : "no reason given";
}

/* A sale of 10 units opened at 1000 by event 1. */
static inline struct log log_open_sale(void)
{
	struct log log = { 0 };

	log_add(&log, 1, "opened", "1|1000|10|0");
	return log;
}

/* The same with order 2: 3 units for 30, held from 1001 to 2000, in the state of `seq` 3. */
static inline struct log log_open_order(const char *name, const char *words)
{
	struct log log = log_open_sale();

	log_add(&log, 2, "created", "1|1001|3|30|2000|ann|key-1");
	if (name)
		log_add(&log, 3, name, words);
	return log;
}

/* It is applied, and the item's seq is its own. */
static inline void assert_applies(struct log *log, int64_t seq, const char *name, const char *words)
{
	assert_string_equal(log_add(log, seq, name, words), "applied");
	assert_int_equal(log->item.seq, seq);
}

/* It is refused with a sentence that holds `why`, and nothing changes. */
static inline void assert_refused(struct log *log, int64_t seq, const char *name, const char *words,
				  const char *why)
{
	struct log before = *log;
	const char *said = log_add(log, seq, name, words);

	if (strstr(said, why) == NULL)
		fail_msg("%s %s: \"%s\", not \"%s\"", name, words, said, why);
	assert_memory_equal(log, &before, sizeof(before));
}

/* The stock is as given. */
static inline void assert_counts(const struct log *log, int64_t total, int64_t held, int64_t paid,
				 int64_t outside)
{
	assert_int_equal(log->item.total, total);
	assert_int_equal(log->item.held, held);
	assert_int_equal(log->item.paid, paid);
	assert_int_equal(log->item.outside, outside);
}

#endif
