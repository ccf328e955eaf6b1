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
#include "node/http.h"
#include "node/news.h"

/* Older news cannot refuse a buyer: ten ticks at the default, well inside the second of H5. */
enum { FRESH_TICKS = 10, SYNC_WORDS = NEWS_VIEW_WORDS + 2, RISK_BYTES = 1000 };

struct catalog {
	struct loop *loop;
	struct store *store;
	struct catalog_settings settings;
	catalog_cb *cb;
	void *owner;
	struct loop_timer *tick;
	struct item **items; /* items_max places, the first `count` taken */
	uint32_t count;
	const char *sync_sha, *item_sha;
	struct clock_view clock;
};

/* Owner of a call about an item. Items are only dropped while none is out. */
struct catalog_call {
	struct catalog *catalog;
	struct item *item;
};

static void item_fault(struct item *item, enum item_standing standing, const char *text,
		       size_t size)
{
	bool is_new = item->standing != standing || strncmp(item->fault, text, size) != 0;

	item->standing = standing;
	snprintf(item->fault, sizeof(item->fault), "%.*s", (int)size, text);
	if (is_new)
		log_line(LOG_ERROR, "item %s is not sold: %s", item->name, item->fault);
}

static void item_lose(struct item *item, int64_t seq, int64_t known)
{
	char text[ITEM_FAULT_BYTES];
	int size = snprintf(text, sizeof(text),
			    "Redis lost history (I8): its seq is %lld, it was %lld; make the item "
			    "anew from the ledger: penstockctl audit --rebuild",
			    (long long)seq, (long long)known);

	item_fault(item, ITEM_LOST, text, (size_t)size);
}

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
	free(item);
	catalog->items[place] = catalog->items[--catalog->count];
}

/* Can nothing happen to it any more: no such item, or its sale is over and all holds ended? */
static bool item_is_past(const struct item *item)
{
	return item->standing == ITEM_ABSENT ||
	       (item->standing == ITEM_ON && item->view.state == SALE_CLOSED &&
		sale_held(&item->view) == 0);
}

/* Makes room by forgetting an item that is past. */
static bool catalog_make_room(struct catalog *catalog)
{
	for (uint32_t i = 0; i < catalog->count; i++) {
		const struct item *item = catalog->items[i];

		if (item_is_past(item) && !item->pinned && !item->syncing && !item->expected &&
		    !item->waiting.count && !item->flights && !item->errands) {
			catalog_drop(catalog, i);
			return true;
		}
	}
	return false;
}

struct item *catalog_find(struct catalog *catalog, const char *name, size_t size)
{
	struct item *item = NULL;

	for (uint32_t i = 0; i < catalog->count && !item; i++) {
		if (catalog->items[i]->name_size == size &&
		    memcmp(catalog->items[i]->name, name, size) == 0)
			item = catalog->items[i];
	}
	if (!item) {
		if (catalog->count == catalog->settings.items_max && !catalog_make_room(catalog))
			return NULL;
		item = catalog_add(catalog, name, size);
		catalog_sync(catalog, item);
	} else if (item->standing == ITEM_ABSENT && !item->syncing &&
		   loop_now_ms(catalog->loop) - item->told_ms > catalog->settings.tick_ms) {
		item->standing = ITEM_ASKED;
		catalog_sync(catalog, item);
	}
	return item;
}

/* -- news -------------------------------------------------------------------------------------- */

static void catalog_tell_new_sale(const struct item *item, const struct sale_view *view)
{
	if (item->view.epoch && view->epoch != item->view.epoch)
		log_line(LOG_WARN,
			 "item %s: a new sale (epoch %lld, total %lld); orders of epoch %lld stay "
			 "readable under it",
			 item->name, (long long)view->epoch, (long long)view->total,
			 (long long)item->view.epoch);
	else if (item->view.epoch && view->total != item->view.total)
		log_line(LOG_INFO, "item %s: total %lld, was %lld", item->name,
			 (long long)view->total, (long long)item->view.total);
	else if (!item->view.epoch)
		log_line(LOG_INFO, "item %s: on sale, %lld of %lld left (epoch %lld)", item->name,
			 (long long)sale_left(view), (long long)view->total,
			 (long long)view->epoch);
}

static void catalog_set_view(struct catalog *catalog, struct item *item,
			     const struct sale_view *view)
{
	if (view->seq < item->view.seq) {
		item_lose(item, view->seq, item->view.seq);
		return;
	}
	if (item->standing == ITEM_LOST)
		log_line(LOG_INFO, "item %s: Redis' history is whole again (seq %lld)", item->name,
			 (long long)view->seq);
	catalog_tell_new_sale(item, view);
	item->standing = ITEM_ON;
	item->view = *view;
	clock_set(&catalog->clock, view->now_ms, item->told_ms);
	gate_refresh(&item->gate, sale_left(view), catalog->settings.weight, item->live_weight);
}

/* Not a view: what was told instead decides the item's standing. */
static void catalog_take_word(struct item *item, const struct store_answer *answer)
{
	static const char strange[] = "a script gave an answer that is not one";
	static const char wrong[] = "a script says that it was called wrongly";
	const struct store_word *words = answer->words;

	if (store_word_is(words, "NOITEM")) {
		item->standing = ITEM_ABSENT;
		item->view.epoch = 0;
	} else if (store_word_is(words, "BROKEN") && answer->count > 1 && words[1].text) {
		item_fault(item, ITEM_BROKEN, words[1].text, words[1].size);
	} else if (store_word_is(words, "LOST") && answer->count > 2) {
		item_lose(item, words[1].number, words[2].number);
	} else if (store_word_is(words, "BAD_CALL")) {
		item_fault(item, ITEM_FAULTY, wrong, sizeof(wrong) - 1);
	} else if (!store_word_is(words, "RESYNC") && !store_word_is(words, "RULES"))
		item_fault(item, ITEM_FAULTY, strange, sizeof(strange) - 1);
}

bool catalog_take_view(struct catalog *catalog, struct item *item,
		       const struct store_answer *answer)
{
	struct sale_view view;
	bool is_view = false;

	if (answer->fate == STORE_FAULTY)
		item_fault(item, ITEM_FAULTY, answer->error, strlen(answer->error));
	if (answer->fate != STORE_ANSWERED || answer->count == 0)
		return false;
	item->told_ms = loop_now_ms(catalog->loop);
	if (item->standing == ITEM_FAULTY)
		return false; /* for good */
	if (store_word_is(answer->words, "OK") && answer->count >= NEWS_VIEW_WORDS &&
	    news_read_view(answer->words, &view)) {
		catalog_set_view(catalog, item, &view);
		is_view = true;
	} else {
		catalog_take_word(item, answer);
	}
	return is_view;
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

/* What sync.lua tells behind the view: the live weight, orders expired, and the item's rules. */
static void catalog_take_tick(struct item *item, const struct store_word *words, size_t count)
{
	struct sale_rules rules;

	if (words[NEWS_VIEW_WORDS].number > 0)
		item->live_weight = words[NEWS_VIEW_WORDS].number;
	if (news_read_rules(words + SYNC_WORDS, count - SYNC_WORDS, &rules))
		item->rules = rules;
	else
		log_line(LOG_ERROR, "item %s: its rules are none that this node knows", item->name);
}

static void catalog_on_synced(void *owner, const struct store_answer *answer)
{
	struct catalog_call call = *(struct catalog_call *)owner;
	struct item *item = call.item;
	const struct store_word *words = answer->words;

	free(owner);
	item->syncing = false;
	if (answer->fate == STORE_ANSWERED && answer->count >= SYNC_WORDS &&
	    store_word_is(words, "OK"))
		catalog_take_tick(item, words, answer->count);
	if (answer->fate == STORE_ANSWERED && answer->count == NEWS_VIEW_WORDS + 1 &&
	    store_word_is(words, "OK"))
		catalog_tell_adopted(item, &words[NEWS_VIEW_WORDS]);
	if (!catalog_take_view(call.catalog, item, answer) && answer->fate == STORE_ANSWERED &&
	    answer->count && store_word_is(words, "RESYNC"))
		catalog_adopt(call.catalog, item);
	call.catalog->cb(call.catalog->owner, item);
}

void catalog_sync(struct catalog *catalog, struct item *item)
{
	struct store_word words[KEYS_PARTS + 6];
	char weight[24], asked[24], sold[24], known[24], risk[RISK_BYTES];
	size_t count = KEYS_PARTS + 5;

	if (item->syncing || !store_is_ready(catalog->store))
		return;
	memcpy(words, item->keys, sizeof(item->keys));
	words[KEYS_PARTS] =
		(struct store_word){ catalog->settings.node, strlen(catalog->settings.node), 0 };
	words[KEYS_PARTS + 1] = catalog_digits(weight, catalog->settings.weight);
	words[KEYS_PARTS + 2] = catalog_digits(asked, (int64_t)item->asked);
	words[KEYS_PARTS + 3] = catalog_digits(sold, (int64_t)item->sold);
	words[KEYS_PARTS + 4] = catalog_known_seq(item, known);
	if (item->rules.risk.mode != RISK_OFF)
		words[count++] =
			(struct store_word){ risk, risk_write(&item->risk, risk, sizeof(risk)), 0 };
	if (catalog_call(catalog, item, catalog->sync_sha, words, count, KEYS_PARTS) != STORE_SENT)
		log_line(LOG_DEBUG, "item %s: its tick waits for Redis", item->name);
}

static void catalog_on_tick(void *owner)
{
	struct catalog *catalog = owner;

	for (uint32_t i = 0; i < catalog->count; i++) {
		struct item *item = catalog->items[i];

		if (item->pinned || item->standing != ITEM_ABSENT)
			catalog_sync(catalog, item);
	}
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
