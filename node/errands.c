/*
 * errands.c - the queue of errands, their calls and their deadlines; see errands.h.
 *
 * An errand whose deadline passes while it is SENT is answered at once, and stays, as LEFT, until
 * its call comes back: the answer still brings news of the item.
 */
#include "node/errands.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "common/log.h"
#include "common/scripts.h"
#include "common/xmalloc.h"
#include "node/news.h"
#include "node/ask.h"

enum {
	SWEEP_MS = 20,
	REST_MS = 20,    /* after a call that came to nothing, before the next */
	FLYING_MAX = 64, /* calls in flight: a few milliseconds of Redis' time */
	QUIET_MS = 1000, /* between two lines in the log */
	WORDS_MAX = KEYS_PARTS + 4,
};

enum errand_state { ERRAND_WAITING, ERRAND_RESTING, ERRAND_SENT, ERRAND_LEFT };

/* What to do with an answer of Redis. */
enum errand_verdict { VERDICT_TOLD, VERDICT_AGAIN, VERDICT_BUSY, VERDICT_UNKNOWN };

struct errand_place {
	struct errand errand;
	struct errands *errands;
	struct item *item;
	enum errand_state state;
	bool doubtful;     /* sent once, perhaps by another node, without a definite answer */
	int64_t rested_ms; /* while RESTING: until when */
	TAILQ_ENTRY(errand_place) by_deadline, in_line;
};

TAILQ_HEAD(errand_line, errand_place);

struct errands {
	struct errands_tools tools;
	struct errands_settings settings;
	struct loop_timer *sweep;
	struct errand_line suspended; /* all that wait for an answer, the soonest deadline first */
	struct errand_line waiting, resting;
	uint32_t suspended_count, flying_count;
	const char *shas[ERRAND_VERBS];
	int64_t quiet_until_ms;
	bool sweeping;
};

static void errands_on_sweep(void *owner);

struct errands *errands_open(const struct errands_tools *tools,
			     const struct errands_settings *settings)
{
	struct errands *errands = xcalloc(1, sizeof(*errands));

	errands->tools = *tools;
	errands->settings = *settings;
	errands->shas[ERRAND_LOOK] = scripts_sha("order");
	errands->shas[ERRAND_PAY] = scripts_sha("pay");
	errands->shas[ERRAND_CANCEL] = scripts_sha("cancel");
	errands->shas[ERRAND_RESERVE] = scripts_sha("reserve");
	errands->shas[ERRAND_ALTER] = scripts_sha("item");
	TAILQ_INIT(&errands->suspended);
	TAILQ_INIT(&errands->waiting);
	TAILQ_INIT(&errands->resting);
	errands->sweep = loop_timer_open(tools->loop, errands_on_sweep, errands);
	return errands;
}

void errands_close(struct errands *errands)
{
	if (!errands)
		return;
	assert(errands->suspended_count == 0 && errands->flying_count == 0);
	loop_timer_close(errands->sweep);
	free(errands);
}

uint32_t errands_suspended(const struct errands *errands)
{
	return errands->suspended_count;
}

/* -- ends -------------------------------------------------------------------------------------- */

static void errands_free(struct errand_place *place)
{
	place->item->errands--;
	free(place);
}

/* Tells the owner, and ends the errand, or leaves it to its call. */
static void errands_end(struct errand_place *place, enum errand_end end,
			const struct store_word *words, size_t count)
{
	struct errands *errands = place->errands;
	const struct errand errand = place->errand;

	if (place->state == ERRAND_WAITING)
		TAILQ_REMOVE(&errands->waiting, place, in_line);
	else if (place->state == ERRAND_RESTING)
		TAILQ_REMOVE(&errands->resting, place, in_line);
	TAILQ_REMOVE(&errands->suspended, place, by_deadline);
	errands->suspended_count--;
	if (errand.verb == ERRAND_LOOK) /* which changes nothing, whatever became of it */
		end = end == ERRAND_UNKNOWN ? ERRAND_BUSY : end;
	else if (place->doubtful)
		end = end == ERRAND_BUSY ? ERRAND_UNKNOWN : end;
	if (place->state == ERRAND_SENT)
		place->state = ERRAND_LEFT;
	else
		errands_free(place);
	errand.on_end(errand.owner, &errand, end, words, count);
}

/* Ends the one whose deadline comes first, without an answer. */
static void errands_end_soonest(struct errands *errands)
{
	struct errand_place *place = TAILQ_FIRST(&errands->suspended);

	place->doubtful = place->doubtful || place->state == ERRAND_SENT;
	errands_end(place, ERRAND_BUSY, NULL, 0);
}

void errands_give_up(struct errands *errands)
{
	while (errands->suspended_count > 0)
		errands_end_soonest(errands);
}

/* -- answers ----------------------------------------------------------------------------------- */

/* A line in the log, but not more than one a second. */
static void errands_complain(struct errands *errands, const struct errand_place *place,
			     const char *what, const char *more)
{
	int64_t now_ms = loop_now_ms(errands->tools.loop);
	char id[HTTP_ID_BYTES];

	if (now_ms < errands->quiet_until_ms)
		return;
	errands->quiet_until_ms = now_ms + QUIET_MS;
	log_line(LOG_WARN, "item %s, order %lld: %s (%s; request %s)", place->item->name,
		 (long long)place->errand.seq, what, more,
		 place->state == ERRAND_LEFT ? "-" : http_request_id(place->errand.request, id));
}

/* What a script's first word means, when it is not the view's. */
static enum errand_verdict errands_judge_word(struct errand_place *place,
					      const struct store_answer *answer)
{
	static const struct store_word nothing = { "nothing", 7, 0 };
	const struct store_word *word = answer->count ? answer->words : &nothing;
	static const struct {
		const char *word;
		enum errand_verdict verdict;
	} meanings[] = {
		{ "FOUND", VERDICT_TOLD },    { "GONE", VERDICT_TOLD },
		{ "NO_ORDER", VERDICT_TOLD }, { "NOITEM", VERDICT_TOLD },
		{ "RESYNC", VERDICT_AGAIN },  { "BROKEN", VERDICT_BUSY },
		{ "LOST", VERDICT_BUSY },     { "BAD_CALL", VERDICT_BUSY },
	};

	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (store_word_is(word, meanings[i].word))
			return meanings[i].verdict;
	}
	errands_complain(place->errands, place, "a script gave an answer that is not one",
			 word->text ? word->text : "a number");
	return VERDICT_UNKNOWN;
}

static enum errand_verdict errands_judge(struct errand_place *place,
					 const struct store_answer *answer, size_t *view)
{
	bool reads = place->errand.verb == ERRAND_LOOK;

	*view = 0;
	switch (answer->fate) {
	case STORE_UNKNOWN:
		place->doubtful = true;
		return VERDICT_AGAIN;
	case STORE_REFUSED:
		errands_complain(place->errands, place, "asked again", answer->error);
		return VERDICT_AGAIN;
	case STORE_FAULTY:
		errands_complain(place->errands, place, "a script failed", answer->error);
		return reads ? VERDICT_BUSY : VERDICT_UNKNOWN;
	case STORE_ANSWERED:
		break;
	}
	if (!reads && answer->count > NEWS_VIEW_WORDS && store_word_is(answer->words, "OK") &&
	    answer->words[NEWS_VIEW_WORDS].text) {
		*view = NEWS_VIEW_WORDS;
		return VERDICT_TOLD;
	}
	return errands_judge_word(place, answer);
}

/* News come first: who waits for units that are back is not kept for this answer. */
static void errands_take_news(struct errand_place *place, const struct store_answer *answer)
{
	struct errands_tools *tools = &place->errands->tools;

	if (place->errand.verb == ERRAND_LOOK)
		return; /* its answer has no view */
	(void)!catalog_take_view(tools->catalog, place->item, answer);
	tools->on_news(tools->owner, place->item);
}

static void errands_fly(struct errands *errands);

static void errands_on_answer(void *owner, const struct store_answer *answer)
{
	struct errand_place *place = owner;
	struct errands *errands = place->errands;
	size_t view = 0;

	errands->flying_count--;
	errands_take_news(place, answer);
	if (place->state == ERRAND_LEFT) {
		errands_free(place);
		errands_fly(errands);
		return;
	}
	enum errand_verdict verdict = errands_judge(place, answer, &view);

	place->state = ERRAND_RESTING;
	place->rested_ms = loop_now_ms(errands->tools.loop) + REST_MS;
	TAILQ_INSERT_TAIL(&errands->resting, place, in_line);
	if (verdict == VERDICT_TOLD)
		errands_end(place, ERRAND_TOLD, answer->words + view, answer->count - view);
	else if (verdict == VERDICT_BUSY)
		errands_end(place, ERRAND_BUSY, NULL, 0);
	else if (verdict == VERDICT_UNKNOWN)
		errands_end(place, ERRAND_UNKNOWN, NULL, 0);
	else if (answer->fate == STORE_ANSWERED) /* RESYNC: it is taken over meanwhile */
		catalog_sync(errands->tools.catalog, place->item);
	errands_fly(errands);
}

/* -- calls ------------------------------------------------------------------------------------- */

/* The words of reserve.lua behind the keys; returns how many there are. */
static size_t errands_write_reserve(struct store_word *words, const struct errand *errand,
				    struct store_word known)
{
	static const char look[] = "look", reserve[] = "reserve";

	words[0] = known;
	words[1] = errand->looks ? (struct store_word){ look, sizeof(look) - 1, 0 }
				 : (struct store_word){ reserve, sizeof(reserve) - 1, 0 };
	words[2] = (struct store_word){ errand->user, strlen(errand->user), 0 };
	words[3] = (struct store_word){ "p", errand->is_proven, 0 };
	return 4;
}

/* The words of item.lua behind the keys, from `count` on; how many there are then. */
static size_t errands_add_words(struct store_word *words, size_t count, const struct errand *errand)
{
	for (int i = 0; i < ERRAND_WORDS_MAX && errand->words[i][0]; i++)
		words[count++] =
			(struct store_word){ errand->words[i], strlen(errand->words[i]), 0 };
	return count;
}

static enum store_sent errands_send(struct errand_place *place)
{
	const struct errand *errand = &place->errand;
	struct store_word words[WORDS_MAX];
	char seq[24], amount[24], known[24];
	size_t count = KEYS_PARTS;

	memcpy(words, place->item->keys, sizeof(place->item->keys));
	if (errand->verb == ERRAND_RESERVE) {
		count += errands_write_reserve(words + count, errand,
					       catalog_known_seq(place->item, known));
		return store_call(place->errands->tools.store, place->errands->shas[errand->verb],
				  words, count, KEYS_PARTS, errands_on_answer, place);
	}
	if (errand->verb == ERRAND_ALTER)
		return store_call(place->errands->tools.store, place->errands->shas[ERRAND_ALTER],
				  words, errands_add_words(words, count, errand), KEYS_PARTS,
				  errands_on_answer, place);
	words[count++] = (struct store_word){
		seq, (size_t)snprintf(seq, sizeof(seq), "%lld", (long long)errand->seq), 0
	};
	if (errand->verb == ERRAND_PAY) {
		int size = snprintf(amount, sizeof(amount), "%lld", (long long)errand->amount);

		words[count++] = (struct store_word){ errand->txn, strlen(errand->txn), 0 };
		words[count++] = (struct store_word){ amount, (size_t)size, 0 };
	}
	if (errand->verb != ERRAND_LOOK)
		words[count++] = catalog_known_seq(place->item, known);
	return store_call(place->errands->tools.store, place->errands->shas[errand->verb], words,
			  count, KEYS_PARTS, errands_on_answer, place);
}

/* Sends what may go. */
static void errands_fly(struct errands *errands)
{
	struct errand_place *place;

	while (errands->flying_count < FLYING_MAX &&
	       (place = TAILQ_FIRST(&errands->waiting)) != NULL &&
	       errands_send(place) == STORE_SENT) {
		TAILQ_REMOVE(&errands->waiting, place, in_line);
		place->state = ERRAND_SENT;
		errands->flying_count++;
	}
}

static void errands_on_sweep(void *owner)
{
	struct errands *errands = owner;
	int64_t now_ms = loop_now_ms(errands->tools.loop);
	struct errand_place *place;

	while ((place = TAILQ_FIRST(&errands->suspended)) != NULL &&
	       place->errand.deadline_ms <= now_ms)
		errands_end_soonest(errands);
	while ((place = TAILQ_FIRST(&errands->resting)) != NULL && place->rested_ms <= now_ms) {
		TAILQ_REMOVE(&errands->resting, place, in_line);
		TAILQ_INSERT_TAIL(&errands->waiting, place, in_line);
		place->state = ERRAND_WAITING;
	}
	errands_fly(errands);
	errands->sweeping = errands->suspended_count > 0;
	if (!errands->sweeping)
		loop_timer_stop(errands->sweep);
}

/* Most are new, so their place is the last; one that follows another goes before its youngers. */
static void errands_insert(struct errands *errands, struct errand_place *place)
{
	struct errand_place *before = TAILQ_LAST(&errands->suspended, errand_line);

	while (before && before->errand.deadline_ms > place->errand.deadline_ms)
		before = TAILQ_PREV(before, errand_line, by_deadline);
	if (before)
		TAILQ_INSERT_AFTER(&errands->suspended, before, place, by_deadline);
	else
		TAILQ_INSERT_HEAD(&errands->suspended, place, by_deadline);
	TAILQ_INSERT_TAIL(&errands->waiting, place, in_line);
	errands->suspended_count++;
}

void errands_run(struct errands *errands, const struct errand *errand)
{
	struct item *item = NULL;
	/* Whoever only looks leaves room for those who pay and cancel. */
	uint32_t most = errands->settings.errands_max / (errand->verb == ERRAND_LOOK ? 2 : 1);
	bool is_again = errand->verb != ERRAND_LOOK && ask_is_again(errand->request);

	if (errands->suspended_count < most && store_is_ready(errands->tools.store))
		item = catalog_find(errands->tools.catalog, errand->item, strlen(errand->item));
	if (!item) {
		errand->on_end(errand->owner, errand, is_again ? ERRAND_UNKNOWN : ERRAND_BUSY, NULL,
			       0);
		return;
	}
	struct errand_place *place = xcalloc(1, sizeof(*place));
	*place = (struct errand_place){
		.errand = *errand, .errands = errands, .item = item, .doubtful = is_again
	};
	item->errands++;
	if (!place->errand.deadline_ms) {
		place->errand.deadline_ms =
			loop_now_ms(errands->tools.loop) + (int64_t)errands->settings.deadline_ms;
		http_suspend(errand->request);
	}
	errands_insert(errands, place);
	errands_fly(errands);
	if (!errands->sweeping) {
		errands->sweeping = true;
		loop_timer_start(errands->sweep, SWEEP_MS, SWEEP_MS);
	}
}
