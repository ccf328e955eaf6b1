/*
 * events_form.c - the forms of events as a table, and the words of kinds and states.
 *
 * A form is which words an event has, in their order (docs/KEYS.md); each word is read into the
 * member of struct events_event that it is. Numbers are plain digits, as the scripts write them:
 * no sign, no leading zero, at most fifteen (they stay exact in Lua).
 *
 * Half of events.h; the rules are in events.c.
 */
#include "core/events.h"

#include <assert.h>
#include <string.h>

#include "common/keys.h"

enum { WORDS_MAX = 7, DIGITS_MAX = 15 };

/* What a word of an event is. */
enum word {
	WORD_NONE,
	WORD_EPOCH,
	WORD_AT,
	WORD_TOTAL,
	WORD_OUTSIDE,
	WORD_DELTA,
	WORD_ORDER,
	WORD_UNITS,
	WORD_AMOUNT,
	WORD_DEADLINE,
	WORD_FROM,
	WORD_USER,
	WORD_KEY,
	WORD_TXN,
	WORD_FIELD,
	WORD_VALUE,
};

static const struct {
	const char *name;
	enum word words[WORDS_MAX];
} forms[EVENTS_KINDS] = {
	[EVENTS_OPENED] = { "opened", { WORD_EPOCH, WORD_AT, WORD_TOTAL, WORD_OUTSIDE } },
	[EVENTS_RESTOCKED] = { "restocked", { WORD_EPOCH, WORD_AT, WORD_TOTAL, WORD_DELTA } },
	[EVENTS_ALTERED] = { "altered", { WORD_EPOCH, WORD_AT, WORD_FIELD, WORD_VALUE } },
	[EVENTS_CREATED] = { "created",
			     { WORD_EPOCH, WORD_AT, WORD_UNITS, WORD_AMOUNT, WORD_DEADLINE,
			       WORD_USER, WORD_KEY } },
	[EVENTS_PAID] = { "paid",
			  { WORD_EPOCH, WORD_AT, WORD_ORDER, WORD_UNITS, WORD_TXN, WORD_AMOUNT } },
	[EVENTS_EXPIRED] = { "expired", { WORD_EPOCH, WORD_AT, WORD_ORDER, WORD_UNITS } },
	[EVENTS_CANCELLED] = { "cancelled", { WORD_EPOCH, WORD_AT, WORD_ORDER, WORD_UNITS } },
	[EVENTS_DUE] = { "due",
			 { WORD_EPOCH, WORD_AT, WORD_ORDER, WORD_UNITS, WORD_TXN, WORD_AMOUNT } },
	[EVENTS_REFUNDED] = { "refunded",
			      { WORD_EPOCH, WORD_AT, WORD_ORDER, WORD_UNITS, WORD_TXN,
				WORD_AMOUNT } },
	[EVENTS_REBUILT] = { "rebuilt", { WORD_EPOCH, WORD_AT, WORD_FROM } },
};

static const char *const states[EVENTS_STATES] = {
	[EVENTS_NO_ORDER] = "",
	[EVENTS_HELD] = "held",
	[EVENTS_IS_PAID] = "paid",
	[EVENTS_IS_EXPIRED] = "expired",
	[EVENTS_IS_CANCELLED] = "cancelled",
	[EVENTS_IS_REFUNDED] = "refunded",
};

static bool text_is(struct events_text text, const char *expected)
{
	return text.size == strlen(expected) && memcmp(text.at, expected, text.size) == 0;
}

/* At most fifteen digits, written plainly. */
static bool read_count(struct events_text text, int64_t *count)
{
	int64_t sum = 0;

	if (text.size == 0 || text.size > DIGITS_MAX || (text.at[0] == '0' && text.size > 1))
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		sum = sum * 10 + (text.at[i] - '0');
	}
	*count = sum;
	return true;
}

static bool read_delta(struct events_text text, int64_t *delta)
{
	bool is_minus = text.size > 0 && text.at[0] == '-';
	struct events_text rest = { text.at + is_minus, text.size - is_minus };

	if (!read_count(rest, delta) || (is_minus && *delta == 0))
		return false;
	*delta = is_minus ? -*delta : *delta;
	return true;
}

/* The text if it may stand there: `is_valid` is one of common/keys.h. */
static bool read_text(struct events_text text, bool (*is_valid)(const char *, size_t),
		      struct events_text *into)
{
	*into = text;
	return is_valid(text.at, text.size);
}

static const char *read_word(enum word word, struct events_text text, struct events_event *event)
{
	static const char no_count[] = "a count is not plain digits";

	switch (word) {
	case WORD_EPOCH:
		return read_count(text, &event->epoch) ? NULL : no_count;
	case WORD_AT:
		return read_count(text, &event->at_ms) ? NULL : no_count;
	case WORD_TOTAL:
		return read_count(text, &event->total) ? NULL : no_count;
	case WORD_OUTSIDE:
		return read_count(text, &event->outside) ? NULL : no_count;
	case WORD_ORDER:
		return read_count(text, &event->order) && event->order > 0 ? NULL : no_count;
	case WORD_UNITS:
		return read_count(text, &event->units) ? NULL : no_count;
	case WORD_AMOUNT:
		return read_count(text, &event->amount) ? NULL : no_count;
	case WORD_DEADLINE:
		return read_count(text, &event->deadline_ms) ? NULL : no_count;
	case WORD_FROM:
		return read_count(text, &event->from) ? NULL : no_count;
	case WORD_DELTA:
		return read_delta(text, &event->delta) ? NULL : no_count;
	case WORD_USER:
		return read_text(text, keys_user_is_valid, &event->user) ? NULL : "no user name";
	case WORD_KEY:
		return read_text(text, keys_request_is_valid, &event->key) ? NULL
									   : "no idempotency key";
	case WORD_TXN:
		return read_text(text, keys_txn_is_valid, &event->txn) ? NULL : "no payment's id";
	case WORD_FIELD:
		return read_text(text, keys_request_is_valid, &event->field) ? NULL
									     : "no field's name";
	case WORD_VALUE:
		return read_text(text, keys_request_is_valid, &event->value) ? NULL
									     : "no field's value";
	case WORD_NONE:
		break;
	}
	return "more words than its kind has";
}

/* Cuts the next word off `rest`; false at the end. */
static bool next_word(struct events_text *rest, bool *is_last, struct events_text *word)
{
	const char *bar;

	if (*is_last)
		return false;
	bar = rest->size > 0 ? memchr(rest->at, '|', rest->size) : NULL;
	*is_last = bar == NULL;
	word->at = rest->at;
	word->size = bar ? (size_t)(bar - rest->at) : rest->size;
	if (bar) {
		rest->at += word->size + 1;
		rest->size -= word->size + 1;
	}
	return true;
}

static const char *read_words(struct events_text rest, struct events_event *event)
{
	const enum word *form = forms[event->kind].words;
	struct events_text word;
	bool is_last = false;
	size_t count = 0;

	while (next_word(&rest, &is_last, &word)) {
		const char *why =
			read_word(count < WORDS_MAX ? form[count] : WORD_NONE, word, event);

		if (why)
			return why;
		count++;
	}
	return count < WORDS_MAX && form[count] != WORD_NONE ? "fewer words than its kind has"
							     : NULL;
}

bool events_parse(int64_t seq, struct events_text name, struct events_text words,
		  struct events_event *event, const char **why)
{
	*event = (struct events_event){ .seq = seq };
	while (event->kind < EVENTS_KINDS && !text_is(name, forms[event->kind].name))
		event->kind++;
	*why = event->kind == EVENTS_KINDS ? "no event has this name" : read_words(words, event);
	if (*why)
		return false;
	if (event->kind == EVENTS_CREATED)
		event->order = seq;
	return true;
}

bool events_is_about_order(const struct events_event *event)
{
	assert(event->kind < EVENTS_KINDS);
	return event->kind >= EVENTS_CREATED && event->kind <= EVENTS_REFUNDED;
}

const char *events_kind_word(enum events_kind kind)
{
	assert(kind < EVENTS_KINDS);
	return forms[kind].name;
}

const char *events_state_word(enum events_state state)
{
	assert(state < EVENTS_STATES);
	return states[state];
}

bool events_state_parse(const char *text, size_t size, enum events_state *state)
{
	for (int i = EVENTS_HELD; i < EVENTS_STATES; i++) {
		if (text_is((struct events_text){ text, size }, states[i])) {
			*state = (enum events_state)i;
			return true;
		}
	}
	return false;
}
