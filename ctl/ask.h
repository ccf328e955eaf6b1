/*
 * ask.h - one question to a script about an item, until the answer is known.
 *
 * Every script may be asked again (docs/KEYS.md), so a lost answer is asked for again, a few times;
 * counts that somebody typed are taken over first, as a node would do. What remains is said here
 * in a sentence, so that a command only looks at its own words.
 *
 * Layer: above tools; below the commands.
 */
#ifndef PENSTOCK_CTL_ASK_H
#define PENSTOCK_CTL_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ctl/tools.h"

/* The head of every answer about an item. */
struct view {
	int64_t now_ms, total, sold, paid, outside, epoch, seq, gen, expiry_ms, max_units;
	const char *state; /* borrowed from the answer */
};

struct answer {
	struct redis_reply *reply;
	struct view view;
	bool was_asked_twice; /* an answer was lost on the way: it may tell of our own doing */
};

/*
 * Asks the script `verb` about a valid `item`, with `count` words. VERDICT_DONE: the script
 * answered with a view, see *answer, which the caller ends by ask_end(). Anything else was said,
 * and is the command's own end: refused, away, or unknown.
 */
enum verdict ask(struct tools *tools, const char *verb, const char *item,
		 const struct redis_word *words, size_t count, struct answer *answer)
	__attribute__((warn_unused_result));

/*
 * The same for a script that answers without a view: VERDICT_DONE is any answer, to be looked at by
 * redis_reply_at(answer->reply, ...).
 */
enum verdict ask_plain(struct tools *tools, const char *verb, const char *item,
		       const struct redis_word *words, size_t count, struct answer *answer)
	__attribute__((warn_unused_result));

/* The script's own word of place `i`, from 0, borrowed; "" when there is none. */
const char *ask_word(const struct answer *answer, size_t i);

/* The script's own word of place `i` as a number; -1 when it is none. */
int64_t ask_number(const struct answer *answer, size_t i);

/* Is the script's first own word this one? */
bool ask_is(const struct answer *answer, const char *word);

/* Ends it. */
void ask_end(struct answer *answer);

#endif
