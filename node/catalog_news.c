/*
 * catalog_news.c - what Redis tells of an item, and what it then is; see catalog.h.
 */
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "node/catalog_parts.h"
#include "node/news.h"

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

bool catalog_has_view(const struct store_answer *answer)
{
	struct sale_view view;

	return answer->count >= NEWS_VIEW_WORDS && store_word_is(answer->words, "OK") &&
	       news_read_view(answer->words, &view);
}

bool catalog_is_refusal(const struct store_answer *answer)
{
	static const char *const words[] = { "NOITEM",   "BROKEN", "LOST",
					     "BAD_CALL", "RESYNC", "RULES" };

	for (size_t i = 0; answer->count > 0 && i < sizeof(words) / sizeof(words[0]); i++) {
		if (store_word_is(answer->words, words[i]))
			return true;
	}
	return false;
}

/* A refusal: what was told decides the item's standing. */
static void catalog_take_word(struct item *item, const struct store_answer *answer)
{
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
	}
}

bool catalog_take_view(struct catalog *catalog, struct item *item,
		       const struct store_answer *answer)
{
	struct sale_view view;

	if (answer->fate == STORE_FAULTY)
		item_fault(item, ITEM_FAULTY, answer->error, strlen(answer->error));
	if (answer->fate != STORE_ANSWERED)
		return false;
	if (!catalog_has_view(answer) && !catalog_is_refusal(answer)) {
		store_distrust(catalog->store);
		return false;
	}
	item->told_ms = loop_now_ms(catalog->loop);
	if (item->standing == ITEM_FAULTY)
		return false; /* for good */
	if (catalog_is_refusal(answer)) {
		catalog_take_word(item, answer);
		return false;
	}
	(void)!news_read_view(answer->words, &view);
	catalog_set_view(catalog, item, &view);
	return true;
}

/*
 * The ledger made its counts from the events alone, the scripts keep theirs as they go: where both
 * are as far, they must be the same (I7), and then left + held + paid + outside = total (I1).
 */
static void catalog_compare(struct item *item)
{
	const struct sale_view *view = &item->view;
	struct beat_ledger sql;

	if (!roll_find_ledger(item->roll, &sql) || sql.seq != view->seq)
		return;
	bool differs = sql.epoch != view->epoch || sql.total != view->total ||
		       sql.held != sale_held(view) || sql.paid != view->paid ||
		       sql.outside != view->outside;
	if (differs && !item->violated)
		log_line(LOG_ERROR,
			 "item %s: counts and events differ at event %lld: total %lld, held %lld, "
			 "paid %lld, outside %lld, by the events %lld, %lld, %lld, %lld; see "
			 "penstockctl audit",
			 item->name, (long long)view->seq, (long long)view->total,
			 (long long)sale_held(view), (long long)view->paid,
			 (long long)view->outside, (long long)sql.total, (long long)sql.held,
			 (long long)sql.paid, (long long)sql.outside);
	item->violated = differs;
}

/* The item's rules, if it has any; returns how many words told them. */
static size_t catalog_take_rules(struct item *item, const struct store_word *words, size_t count)
{
	struct sale_rules rules;
	size_t used = news_read_rules(words, count, &rules);

	if (used == 0 && count > 0 && store_word_is(words, "=rules"))
		log_line(LOG_ERROR, "item %s: its rules are none that this node knows", item->name);
	else
		item->rules = rules;
	return used;
}

void catalog_take_beats(struct catalog *catalog, struct item *item, const struct store_word *words,
			size_t count)
{
	if (count < 3)
		return;
	item->recorded = words[2].number;
	size_t behind = catalog_take_rules(item, words + 3, count - 3) + 3;
	if (count > behind) {
		roll_drop(item->roll);
		item->roll = roll_make(words + behind, count - behind);
		catalog_compare(item);
	}
	if (item->recorded >= item->lag_seq) {
		item->lag_seq = item->view.seq;
		item->lag_ms = loop_now_ms(catalog->loop);
	}
}
