/*
 * ask.c - one question to a script about an item; see ask.h.
 */
#include "ctl/ask.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "ctl/say.h"

enum {
	VIEW_WORDS = 12,
	TRIES = 3, /* each as long as --timeout-ms */
};

static int64_t number_at(const struct answer *answer, size_t i)
{
	return redis_reply_number(redis_reply_at(answer->reply, i));
}

static const char *text_at(const struct answer *answer, size_t i)
{
	const char *text = redis_reply_text(redis_reply_at(answer->reply, i)).text;

	return text == NULL ? "" : text;
}

const char *ask_word(const struct answer *answer, size_t i)
{
	return text_at(answer, VIEW_WORDS + i);
}

int64_t ask_number(const struct answer *answer, size_t i)
{
	return number_at(answer, VIEW_WORDS + i);
}

bool ask_is(const struct answer *answer, const char *word)
{
	return strcmp(ask_word(answer, 0), word) == 0;
}

void ask_end(struct answer *answer)
{
	redis_reply_free(answer->reply);
	answer->reply = NULL;
}

static void take_view(struct answer *answer)
{
	answer->view = (struct view){
		.now_ms = number_at(answer, 1),
		.total = number_at(answer, 2),
		.sold = number_at(answer, 3),
		.paid = number_at(answer, 4),
		.outside = number_at(answer, 5),
		.epoch = number_at(answer, 6),
		.seq = number_at(answer, 7),
		.gen = number_at(answer, 8),
		.state = text_at(answer, 9),
		.expiry_ms = number_at(answer, 10),
		.max_units = number_at(answer, 11),
	};
}

/* Sends until there is an answer or no hope. */
static enum verdict send(struct tools *tools, const char *verb, const char *item,
			 const struct redis_word *words, size_t count, struct answer *answer)
{
	enum redis_fate fate = REDIS_UNKNOWN;

	for (int i = 0; i < TRIES && fate == REDIS_UNKNOWN; i++) {
		fate = redis_script(tools->redis, verb, item, KEYS_PARTS, words, count,
				    &answer->reply);
		answer->was_asked_twice = answer->was_asked_twice || fate == REDIS_UNKNOWN;
	}
	if (fate == REDIS_ANSWERED)
		return VERDICT_DONE;
	if (fate == REDIS_FAULTY) {
		say("%s: %s.lua failed inside Redis: %s", item, verb, redis_error(tools->redis));
		return VERDICT_NO;
	}
	if (answer->was_asked_twice) {
		say("%s: it may or may not have been done: %s; look with: penstockctl item show %s",
		    item, redis_error(tools->redis), item);
		return VERDICT_UNKNOWN;
	}
	say("Redis cannot be asked, nothing was changed: %s", redis_error(tools->redis));
	return VERDICT_AWAY;
}

enum verdict ask_plain(struct tools *tools, const char *verb, const char *item,
		       const struct redis_word *words, size_t count, struct answer *answer)
{
	*answer = (struct answer){ .reply = NULL };
	return send(tools, verb, item, words, count, answer);
}

/* Says why the script did not look at its own words. */
static enum verdict refuse(const char *item, const struct answer *answer)
{
	const char *word = text_at(answer, 0);

	if (strcmp(word, "NOITEM") == 0) {
		say("there is no item %s; penstockctl item list shows those that are there", item);
	} else if (strcmp(word, "BROKEN") == 0) {
		say("%s is broken: %s", item, text_at(answer, 1));
	} else if (strcmp(word, "RESYNC") == 0) {
		say("%s: its counts are being typed just now; try again", item);
	} else if (strcmp(word, "LOST") == 0) {
		say("%s: Redis lost history: it has %" PRId64 " events, and at least %" PRId64
		    " were made; penstockctl audit --rebuild %s makes it anew from the ledger",
		    item, number_at(answer, 1), number_at(answer, 2), item);
	} else {
		say("%s: the script answered %s, which this program does not know", item, word);
	}
	return VERDICT_NO;
}

enum verdict ask(struct tools *tools, const char *verb, const char *item,
		 const struct redis_word *words, size_t count, struct answer *answer)
{
	const struct redis_word adopt = redis_word_of("adopt");
	enum verdict verdict;

	*answer = (struct answer){ .reply = NULL };
	verdict = send(tools, verb, item, words, count, answer);
	if (verdict == VERDICT_DONE && redis_reply_is(redis_reply_at(answer->reply, 0), "RESYNC")) {
		ask_end(answer);
		verdict = send(tools, "item", item, &adopt, 1, answer);
		ask_end(answer);
		if (verdict == VERDICT_DONE)
			verdict = send(tools, verb, item, words, count, answer);
	}
	if (verdict != VERDICT_DONE)
		return verdict;
	/* "BAD_CALL" would be a fault of this program: every word was checked before. */
	assert(!redis_reply_is(redis_reply_at(answer->reply, 0), "BAD_CALL"));
	if (!redis_reply_is(redis_reply_at(answer->reply, 0), "OK")) {
		verdict = refuse(item, answer);
		ask_end(answer);
		return verdict;
	}
	take_view(answer);
	return VERDICT_DONE;
}
