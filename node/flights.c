/*
 * flights.c - sending batches and taking their answers; see flights.h.
 */
#include "node/flights.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/scripts.h"
#include "common/xmalloc.h"
#include "core/batch.h"
#include "node/judge.h"
#include "node/news.h"

enum {
	ITEMS_MAX = 1024, /* bound of --items-max */
	QUIET_MS = 1000,  /* between two lines that say the same of an item */
	REST_MS = 20,     /* after a refusal by Redis, before the next try, however many wait */
	LAST_MS = 60,     /* what the next try needs: the rest, and time for its answer */
	MANY = 64,        /* purchases worth a call of their own at once */
	BUY_KEYS = KEYS_EVENTS + 1,
	BUY_RULED_KEYS = KEYS_PARTS, /* of an item with buyers' rules */
	WORDS_A_PURCHASE = 3,        /* of a call, and of an answer that is not an order's seq */
	WORDS_A_RULED_PURCHASE = 4,
	WORDS_MAX = BUY_RULED_KEYS + 2 + BATCH_PURCHASES_MAX * WORDS_A_RULED_PURCHASE,
	FIRST_SAID = NEWS_VIEW_WORDS + 1,
};

/* A batch under way, and whose it is. */
struct flight {
	struct batch_flight batch;
	struct flights *flights;
	struct item *item;
	struct flight *next; /* in the pool */
};

struct flights {
	struct loop *loop;
	struct store *store;
	struct catalog *catalog;
	struct flights_settings settings;
	struct flights_owner owner;
	struct flight *spares;
	struct item *expected[ITEMS_MAX]; /* with something queued */
	uint32_t expected_count;
	const char *buy_sha;
	struct loop_timer *pace; /* ends the turn that a paced batch waits for */
	bool pacing;
};

static void flights_on_pace(void *owner)
{
	struct flights *flights = owner;

	flights->pacing = false; /* this turn's end looks at the queues */
}

struct flights *flights_open(struct loop *loop, struct store *store, struct catalog *catalog,
			     const struct flights_settings *settings,
			     const struct flights_owner *owner)
{
	struct flights *flights = xcalloc(1, sizeof(*flights));

	flights->loop = loop;
	flights->store = store;
	flights->catalog = catalog;
	flights->settings = *settings;
	flights->owner = *owner;
	flights->buy_sha = scripts_sha("buy");
	flights->pace = loop_timer_open(loop, flights_on_pace, flights);
	return flights;
}

void flights_close(struct flights *flights)
{
	if (!flights)
		return;
	loop_timer_close(flights->pace);
	while (flights->spares) {
		struct flight *flight = flights->spares;

		flights->spares = flight->next;
		free(flight);
	}
	free(flights);
}

void flights_expect(struct flights *flights, struct item *item)
{
	if (item->expected)
		return;
	assert(flights->expected_count < ITEMS_MAX);
	item->expected = true;
	flights->expected[flights->expected_count++] = item;
}

/* -- answers ----------------------------------------------------------------------------------- */

/* What buy.lua's word for a purchase means to the buyer. */
static enum purchase_outcome flights_read_word(const struct store_word *word)
{
	static const struct {
		const char *word;
		enum purchase_outcome outcome;
	} meanings[] = {
		{ "SOLD_OUT", OUTCOME_SOLD_OUT },
		{ "REPEATED", OUTCOME_REPEATED },
		{ "CONFLICT", OUTCOME_CONFLICT },
		{ "LIMIT", OUTCOME_LIMIT },
		{ "PAUSED", OUTCOME_PAUSED },
		{ "ENDED", OUTCOME_ENDED },
		{ "BACKLOG", OUTCOME_BACKLOG },
		{ "BAD_UNITS", OUTCOME_BAD_REQUEST },
		{ "NO_TOKEN", OUTCOME_NO_TOKEN },
		{ "NOT_STARTED", OUTCOME_NOT_STARTED },
		{ "NOT_RESERVED", OUTCOME_NOT_RESERVED },
		{ "REFUSED", OUTCOME_REFUSED },
		{ "TOOK_PART", OUTCOME_TOOK_PART },
		{ "NOT_DRAWN", OUTCOME_NOT_DRAWN },
	};

	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (store_word_is(word, meanings[i].word))
			return meanings[i].outcome;
	}
	log_line(LOG_ERROR, "buy.lua said a word that it should not: %.*s", (int)word->size,
		 word->text ? word->text : "");
	return OUTCOME_UNKNOWN;
}

/* Of which order is a purchase's REPEATED? Not of one, if the key's entry is no script's. */
static enum purchase_outcome flights_read_repeat(const struct store_word *said,
						 struct answers_order *order)
{
	*order = (struct answers_order){ said[1].number, said[2].number };
	if (order->seq >= 1 && order->pay_before_ms >= 0)
		return OUTCOME_REPEATED;
	*order = (struct answers_order){ 0 };
	log_line(LOG_ERROR,
		 "buy.lua repeats an order that is none: the entry of its key is broken");
	return OUTCOME_UNKNOWN;
}

/*
 * Has the answer the form of one to `count` purchases: the view, the deadline of the orders made,
 * then for each purchase the seq of its order, or a word and two numbers?
 */
static bool flights_is_whole(const struct store_answer *answer, uint32_t count)
{
	size_t at = FIRST_SAID;

	if (answer->count < at || !catalog_has_view(answer) || answer->words[at - 1].number < 0)
		return false;
	while (count > 0 && at < answer->count) {
		if (!answer->words[at].text && answer->words[at].number < 1)
			return false; /* no order has such a seq */
		at += answer->words[at].text ? WORDS_A_PURCHASE : 1;
		count--;
	}
	return count == 0 && at == answer->count;
}

/* Each purchase of a batch that Redis has decided is told. */
static void flights_land(struct flight *flight, const struct store_answer *answer)
{
	const struct flights_owner *to = &flight->flights->owner;
	struct purchase *landed[BATCH_PURCHASES_MAX];
	struct item *item = flight->item;
	const struct store_word *said = answer->words + FIRST_SAID;
	int64_t deadline_ms = answer->words[FIRST_SAID - 1].number;

	for (uint32_t i = 0; i < flight->batch.count; i++)
		landed[i] = batch_land(&flight->batch, i, &item->gate);
	if (!catalog_take_view(flight->flights->catalog, item, answer))
		log_line(LOG_WARN, "item %s: sold by an answer with no view", item->name);
	for (uint32_t i = 0; i < flight->batch.count; i++) {
		struct answers_order order = { said->number, deadline_ms };
		enum purchase_outcome outcome = OUTCOME_ACCEPTED;

		if (said->text) {
			order = (struct answers_order){ 0 };
			outcome = flights_read_word(said);
		}
		if (outcome == OUTCOME_REPEATED)
			outcome = flights_read_repeat(said, &order);
		said += said->text ? WORDS_A_PURCHASE : 1;
		if (landed[i])
			to->on_outcome(to->owner, landed[i], outcome, order);
	}
}

/* A script failed in the middle: nobody knows what it did, and trying again would not help. */
static void flights_crash(struct flight *flight)
{
	const struct flights_owner *to = &flight->flights->owner;

	for (uint32_t i = 0; i < flight->batch.count; i++) {
		struct purchase *purchase = batch_land(&flight->batch, i, &flight->item->gate);

		if (purchase)
			to->on_outcome(to->owner, purchase, OUTCOME_UNKNOWN,
				       (struct answers_order){ 0 });
	}
}

/*
 * Refused, and its deadline comes before another try could be answered: told now, while the refusal
 * is definite. In flight at its deadline a purchase is unknown.
 */
static void flights_tell_late(struct flight *flight)
{
	const struct flights_owner *to = &flight->flights->owner;
	int64_t last_ms = loop_now_ms(flight->flights->loop) + LAST_MS;

	for (uint32_t i = 0; i < flight->batch.count; i++) {
		struct purchase *purchase = flight->batch.member[i];

		if (!purchase || purchase->doubtful || purchase->deadline_ms > last_ms)
			continue;
		(void)batch_land(&flight->batch, i, &flight->item->gate);
		to->on_outcome(to->owner, purchase, OUTCOME_BUSY, (struct answers_order){ 0 });
	}
}

/* Not executed, or nobody knows: the same purchases go again, with the same keys. */
static void flights_turn_back(struct flight *flight, const struct store_answer *answer)
{
	struct flights *flights = flight->flights;
	struct item *item = flight->item;

	if (answer->fate != STORE_ANSWERED && loop_now_ms(flights->loop) >= item->quiet_until_ms) {
		item->quiet_until_ms = loop_now_ms(flights->loop) + QUIET_MS;
		log_line(LOG_WARN, "item %s: a batch of %u %s (%s); it goes again", item->name,
			 flight->batch.count,
			 answer->fate == STORE_UNKNOWN ? "has no known outcome"
						       : "was not executed",
			 answer->error ? answer->error : "the connection ended");
	}
	if (answer->fate == STORE_REFUSED)
		flights_tell_late(flight);
	batch_return(&flight->batch, &item->queue, &item->gate, answer->fate == STORE_UNKNOWN);
	item->refused_until_us = loop_clock_us() + REST_MS * 1000;
	if (answer->fate == STORE_ANSWERED)
		catalog_sync(flights->catalog, item); /* RESYNC and its like: learn what is new */
}

static void flights_on_answer(void *owner, const struct store_answer *answer)
{
	static const struct store_answer nobodys = { .fate = STORE_UNKNOWN,
						     .error = "no script answers so" };
	struct flight *flight = owner;
	struct flights *flights = flight->flights;
	struct item *item = flight->item;

	item->flights--;
	item->aloft -= flight->batch.count;
	if (answer->fate == STORE_ANSWERED && flights_is_whole(answer, flight->batch.count)) {
		flights_land(flight, answer);
	} else if (answer->fate == STORE_FAULTY) {
		(void)!catalog_take_view(flights->catalog, item, answer);
		flights_crash(flight);
	} else if (answer->fate == STORE_ANSWERED && !catalog_is_refusal(answer)) {
		store_distrust(flights->store);
		flights_turn_back(flight, &nobodys);
	} else {
		(void)!catalog_take_view(flights->catalog, item, answer);
		flights_turn_back(flight, answer);
	}
	flight->next = flights->spares;
	flights->spares = flight;
	flights->owner.on_news(flights->owner.owner, item);
}

/* -- sending ----------------------------------------------------------------------------------- */

/* What buy.lua is to know of the user. Who came before the item's rules did is rolled only now. */
static struct store_word flights_proof(const struct flights *flights, struct purchase *purchase)
{
	judge_roll_late(purchase, flights->settings.tokens, loop_now_ms(flights->loop));
	if (purchase->is_risky)
		return (struct store_word){ purchase->is_proven ? "r" : "x", 1, 0 };
	return (struct store_word){ "p", purchase->is_proven, 0 };
}

/* How many words each purchase of the batch needs in buy.lua's call: as few as will do. */
static size_t flights_form(const struct flight *flight)
{
	if (flight->item->rules.are_any)
		return WORDS_A_RULED_PURCHASE;
	for (uint32_t i = 0; i < flight->batch.count; i++) {
		const struct purchase *purchase = flight->batch.member[i];

		if (purchase->user_size > 0 || purchase->units != 1)
			return WORDS_A_PURCHASE;
	}
	return 1;
}

static enum store_sent flights_send(struct flights *flights, struct flight *flight)
{
	static const char *const forms[] = { "", "1", "", "3", "4" };
	struct store_word words[WORDS_MAX];
	char units[BATCH_PURCHASES_MAX][12], known[24];
	struct item *item = flight->item;
	size_t form = flights_form(flight);
	size_t keys = form == WORDS_A_RULED_PURCHASE ? BUY_RULED_KEYS : BUY_KEYS;
	struct store_word *word = words + keys + 2;

	memcpy(words, item->keys, sizeof(*words) * keys);
	words[keys] = catalog_known_seq(item, known);
	words[keys + 1] = (struct store_word){ forms[form], 1, 0 };
	for (uint32_t i = 0; i < flight->batch.count; i++) {
		struct purchase *purchase = flight->batch.member[i];
		int size;

		*word++ = (struct store_word){ purchase->key, purchase->key_size, 0 };
		if (form == 1)
			continue;
		size = snprintf(units[i], sizeof(units[i]), "%u", purchase->units);
		*word++ = (struct store_word){ purchase->user, purchase->user_size, 0 };
		*word++ = (struct store_word){ units[i], (size_t)size, 0 };
		if (form == WORDS_A_RULED_PURCHASE)
			*word++ = flights_proof(flights, purchase);
	}
	return store_call(flights->store, flights->buy_sha, words, (size_t)(word - words), keys,
			  flights_on_answer, flight);
}

/* One batch of `item` takes off, if it may. False when nothing went. */
static bool flights_take_off(struct flights *flights, struct item *item, int64_t now_us)
{
	struct flight *flight = flights->spares;

	if (!batch_is_due(item->queue.count, item->aloft, item->flights,
			  flights->settings.flights_max))
		return false;
	if (item->refused_until_us > now_us ||
	    (item->rest_until_us > now_us && item->queue.count < MANY))
		return false;
	if (flight)
		flights->spares = flight->next;
	else
		flight = xcalloc(1, sizeof(*flight));
	flight->flights = flights;
	flight->item = item;
	batch_take_off(&flight->batch, &item->queue, flights->settings.batch_max);
	if (flights_send(flights, flight) == STORE_SENT) {
		histogram_add(&flights->settings.tally->batch_size, flight->batch.count);
		item->flights++;
		item->aloft += flight->batch.count;
		item->rest_until_us = now_us + flights->settings.gap_us;
		return true;
	}
	batch_return(&flight->batch, &item->queue, &item->gate, false);
	flight->next = flights->spares;
	flights->spares = flight;
	return false;
}

void flights_flush(struct flights *flights)
{
	uint32_t kept = 0;

	if (flights->expected_count == 0 || !store_is_ready(flights->store))
		return;
	int64_t now_us = loop_clock_us();
	for (uint32_t i = 0; i < flights->expected_count; i++) {
		struct item *item = flights->expected[i];

		while (flights_take_off(flights, item, now_us))
			;
		item->expected = item->queue.count > 0;
		if (item->expected)
			flights->expected[kept++] = item;
	}
	flights->expected_count = kept;
	if (kept > 0 && !flights->pacing) {
		flights->pacing = true;
		loop_timer_start(flights->pace, 1, 0);
	}
}
