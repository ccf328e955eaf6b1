/*
 * catalog.c - the table of items and their ticks; see catalog.h.
 */
#include "node/catalog.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/scripts.h"
#include "common/xmalloc.h"
#include "node/catalog_parts.h"
#include "node/http.h"
#include "node/news.h"

/* Older news cannot refuse a buyer: ten ticks at the default, well inside the second of H5. */
enum { FRESH_TICKS = 10, RISK_BYTES = 1000 };

/* An item that is past is synchronised every so many ticks only. */
enum { PAST_TICKS = 5 };

/* Owner of a call about an item. Items are only dropped while none is out. */
struct catalog_call {
	struct catalog *catalog;
	struct item *item;
};

static struct item *catalog_add(struct catalog *catalog, const char *name, size_t size)
{
	struct item *item = xcalloc(1, sizeof(*item));

	memcpy(item->name, name, size);
	item->name_size = size;
	for (int part = 0; part < KEYS_PARTS; part++) {
		char *text = item->key_texts[part];

		item->keys[part] =
			(struct store_word){ text,
					     keys_name(text, item->name, (enum keys_part)part), 0 };
	}
	gate_open(&item->gate, catalog->settings.buffer);
	item->live_weight = catalog->settings.weight;
	catalog->items[catalog->count++] = item;
	return item;
}

static void catalog_drop(struct catalog *catalog, uint32_t place)
{
	struct item *item = catalog->items[place];

	assert(!item->syncing && !item->waiting.count && !item->queue.count && !item->flights &&
	       !item->errands);
	for (int i = 0; i < ITEM_LANGUAGES; i++)
		http_reply_drop(item->held[i]);
	roll_drop(item->roll);
	free(item);
	catalog->items[place] = catalog->items[--catalog->count];
}

static bool item_is_absent(const struct item *item)
{
	return item->standing == ITEM_ABSENT;
}

/* Can nothing happen to it any more: no such item, or its sale is over and all holds ended? */
static bool item_is_past(const struct item *item)
{
	return item_is_absent(item) ||
	       (item->standing == ITEM_ON && item->view.state == SALE_CLOSED &&
		sale_held(&item->view) == 0);
}

/* May it go for one that somebody asks for? */
static bool item_is_spare(const struct item *item)
{
	return item_is_past(item) || !item->wanted;
}

/* Is there room, or can some be made by forgetting an item that may go? */
static bool catalog_make_room(struct catalog *catalog, bool (*may_go)(const struct item *))
{
	if (catalog->count < catalog->settings.items_max)
		return true;
	for (uint32_t i = 0; i < catalog->count; i++) {
		const struct item *item = catalog->items[i];

		if (may_go(item) && !item->pinned && !item->syncing && !item->expected &&
		    !item->waiting.count && !item->flights && !item->errands) {
			catalog_drop(catalog, i);
			return true;
		}
	}
	return false;
}

static struct item *catalog_look_up(const struct catalog *catalog, const char *name, size_t size)
{
	for (uint32_t i = 0; i < catalog->count; i++) {
		struct item *item = catalog->items[i];

		if (item->name_size == size && memcmp(item->name, name, size) == 0)
			return item;
	}
	return NULL;
}

void catalog_discover(struct catalog *catalog, const char *name, size_t size)
{
	if (!catalog_look_up(catalog, name, size) && catalog_make_room(catalog, item_is_absent))
		catalog_sync(catalog, catalog_add(catalog, name, size));
}

struct item *catalog_find(struct catalog *catalog, const char *name, size_t size)
{
	struct item *item = catalog_look_up(catalog, name, size);

	if (!item) {
		if (!catalog_make_room(catalog, item_is_spare))
			return NULL;
		item = catalog_add(catalog, name, size);
		catalog_sync(catalog, item);
	} else if (item->standing == ITEM_ABSENT && !item->syncing &&
		   loop_now_ms(catalog->loop) - item->told_ms > catalog->settings.tick_ms) {
		item->standing = ITEM_ASKED;
		item->was_absent = true;
		catalog_sync(catalog, item);
	}
	item->wanted = true;
	return item;
}

/* -- the tick ---------------------------------------------------------------------------------- */

static void catalog_on_synced(void *owner, const struct store_answer *answer);

static enum store_sent catalog_call(struct catalog *catalog, struct item *item, const char *sha,
				    const struct store_word *words, size_t count, size_t keys)
{
	struct catalog_call *call = xmalloc(sizeof(*call));

	*call = (struct catalog_call){ catalog, item };
	enum store_sent sent =
		store_call(catalog->store, sha, words, count, keys, catalog_on_synced, call);
	if (sent == STORE_SENT)
		item->syncing = true;
	else
		free(call);
	return sent;
}

static struct store_word catalog_digits(char room[24], int64_t number)
{
	int size = snprintf(room, 24, "%lld", (long long)number);

	return (struct store_word){ room, (size_t)size, 0 };
}

struct store_word catalog_known_seq(const struct item *item, char room[24])
{
	return catalog_digits(room, item->view.seq);
}

static void catalog_adopt(struct catalog *catalog, struct item *item)
{
	struct store_word words[KEYS_PARTS + 2];
	char known[24];

	memcpy(words, item->keys, sizeof(item->keys));
	words[KEYS_PARTS] = (struct store_word){ "adopt", 5, 0 };
	words[KEYS_PARTS + 1] = catalog_known_seq(item, known);
	if (catalog_call(catalog, item, catalog->item_sha, words, KEYS_PARTS + 2, KEYS_PARTS) !=
	    STORE_SENT)
		log_line(LOG_DEBUG, "item %s: adopting waits for Redis", item->name);
}

/* What an adopt call has done, by this node. */
static void catalog_tell_adopted(const struct item *item, const struct store_word *done)
{
	if (store_word_is(done, "OPENED"))
		log_line(LOG_INFO, "item %s: opened by counts that were typed", item->name);
	else if (store_word_is(done, "RESTOCKED"))
		log_line(LOG_INFO, "item %s: restocked by a total that was typed", item->name);
	else if (!store_word_is(done, "KNOWN"))
		log_line(LOG_WARN, "item %s: adopted in an unknown way", item->name);
}

static void catalog_on_synced(void *owner, const struct store_answer *answer)
{
	struct catalog_call call = *(struct catalog_call *)owner;
	struct item *item = call.item;
	const struct store_word *words = answer->words;

	bool is_tick;

	free(owner);
	item->syncing = false;
	if (answer->fate == STORE_ANSWERED && answer->count == NEWS_VIEW_WORDS + 1 &&
	    store_word_is(words, "OK"))
		catalog_tell_adopted(item, &words[NEWS_VIEW_WORDS]);
	is_tick = answer->fate == STORE_ANSWERED && answer->count > NEWS_VIEW_WORDS + 1;
	if (is_tick && words[NEWS_VIEW_WORDS].number > 0) /* the gate is dealt by it */
		item->live_weight = words[NEWS_VIEW_WORDS].number;
	if (catalog_take_view(call.catalog, item, answer)) {
		if (is_tick)
			catalog_take_beats(call.catalog, item, words + NEWS_VIEW_WORDS,
					   answer->count - NEWS_VIEW_WORDS);
	} else if (answer->fate == STORE_ANSWERED && answer->count &&
		   store_word_is(words, "RESYNC")) {
		catalog_adopt(call.catalog, item);
	}
	call.catalog->cb(call.catalog->owner, item);
}

/* As it stands now: buyers get through, wait for news, or nothing is left for anybody. */
static enum beat_gate item_gate(const struct item *item)
{
	if (item->gate.tokens > 0)
		return BEAT_OPEN;
	return sale_left(&item->view) == 0 ? BEAT_SOLD_OUT : BEAT_WAITING;
}

/* The item whose heartbeat speaks for the node too: the first that has one; NULL if none has. */
static const struct item *catalog_speaker(const struct catalog *catalog)
{
	for (uint32_t i = 0; i < catalog->count; i++) {
		if (catalog->items[i]->standing == ITEM_ON)
			return catalog->items[i];
	}
	return NULL;
}

/* The note of an item's heartbeat. */
static size_t catalog_write_note(const struct catalog *catalog, const struct item *item,
				 char note[BEAT_NOTE_BYTES])
{
	return beat_write_note(note, item->gate.tokens, item_gate(item),
			       item == catalog_speaker(catalog) ? catalog->settings.tally : NULL);
}

const char *catalog_own_beat(const struct catalog *catalog, const struct item *item,
			     struct beat *beat)
{
	const struct tally *tally = catalog->settings.tally;

	*beat = (struct beat){
		.weight = catalog->settings.weight,
		.at_ms = catalog_time_ms(catalog),
		.requests = (int64_t)item->asked,
		.orders = (int64_t)item->sold,
		.tokens = item->gate.tokens,
		.gate = item_gate(item),
		.is_node = true,
		.unknown = (int64_t)tally->redis_unknowns,
	};
	memcpy(beat->latency, tally->purchase.counts, sizeof(beat->latency));
	memcpy(beat->answers, tally->answers, sizeof(beat->answers));
	return catalog->settings.node;
}

int64_t catalog_lag_ms(const struct catalog *catalog, const struct item *item)
{
	return item->recorded < item->view.seq ? loop_now_ms(catalog->loop) - item->lag_ms : 0;
}

void catalog_sync(struct catalog *catalog, struct item *item)
{
	struct store_word words[KEYS_PARTS + 7];
	char weight[24], asked[24], sold[24], known[24], note[BEAT_NOTE_BYTES], risk[RISK_BYTES];
	size_t count = KEYS_PARTS + 6;

	if (item->syncing || !store_is_ready(catalog->store))
		return;
	memcpy(words, item->keys, sizeof(item->keys));
	words[KEYS_PARTS] =
		(struct store_word){ catalog->settings.node, strlen(catalog->settings.node), 0 };
	words[KEYS_PARTS + 1] = catalog_digits(weight, catalog->settings.weight);
	words[KEYS_PARTS + 2] = catalog_digits(asked, (int64_t)item->asked);
	words[KEYS_PARTS + 3] = catalog_digits(sold, (int64_t)item->sold);
	words[KEYS_PARTS + 4] = catalog_known_seq(item, known);
	words[KEYS_PARTS + 5] =
		(struct store_word){ note, catalog_write_note(catalog, item, note), 0 };
	if (item->rules.risk.mode != RISK_OFF)
		words[count++] =
			(struct store_word){ risk, risk_write(&item->risk, risk, sizeof(risk)), 0 };
	if (catalog_call(catalog, item, catalog->sync_sha, words, count, KEYS_PARTS) != STORE_SENT)
		log_line(LOG_DEBUG, "item %s: its tick waits for Redis", item->name);
}

static void catalog_on_tick(void *owner)
{
	struct catalog *catalog = owner;
	bool is_slow = ++catalog->ticks % PAST_TICKS == 0;

	for (uint32_t i = 0; i < catalog->count; i++) {
		struct item *item = catalog->items[i];

		if (item->standing == ITEM_ABSENT ? item->pinned : is_slow || !item_is_past(item))
			catalog_sync(catalog, item);
	}
	catalog_search(catalog);
}

/* -- the catalog itself ------------------------------------------------------------------------ */

static void catalog_pin(struct catalog *catalog, const char *names)
{
	for (const char *at = names; *at && catalog->count < catalog->settings.items_max;) {
		size_t size = strcspn(at, ",");

		if (keys_item_is_valid(at, size))
			catalog_add(catalog, at, size)->pinned = true;
		at += size + (at[size] == ',');
	}
}

struct catalog *catalog_open(struct loop *loop, struct store *store,
			     const struct catalog_settings *settings, catalog_cb *cb, void *owner)
{
	struct catalog *catalog = xcalloc(1, sizeof(*catalog));

	catalog->loop = loop;
	catalog->store = store;
	catalog->settings = *settings;
	catalog->cb = cb;
	catalog->owner = owner;
	catalog->sync_sha = scripts_sha("sync");
	catalog->item_sha = scripts_sha("item");
	catalog->items_sha = scripts_sha("items");
	catalog->items = xcalloc(settings->items_max, sizeof(*catalog->items));
	catalog_pin(catalog, settings->items);
	catalog->tick = loop_timer_open(loop, catalog_on_tick, catalog);
	loop_timer_start(catalog->tick, settings->tick_ms, settings->tick_ms);
	return catalog;
}

void catalog_close(struct catalog *catalog)
{
	if (!catalog)
		return;
	loop_timer_close(catalog->tick);
	while (catalog->count > 0)
		catalog_drop(catalog, catalog->count - 1);
	free(catalog->items);
	free(catalog);
}

bool catalog_is_fresh(const struct catalog *catalog, const struct item *item)
{
	return item->told_ms && loop_now_ms(catalog->loop) - item->told_ms <=
					(int64_t)catalog->settings.tick_ms * FRESH_TICKS;
}

const struct item *catalog_at(const struct catalog *catalog, uint32_t place)
{
	return place < catalog->count ? catalog->items[place] : NULL;
}

int64_t catalog_time_ms(const struct catalog *catalog)
{
	return clock_read(&catalog->clock, loop_now_ms(catalog->loop), loop_wall_ms(catalog->loop));
}

int64_t catalog_item_time_ms(const struct item *item, int64_t now_ms)
{
	return item->view.now_ms + (now_ms - item->told_ms);
}
