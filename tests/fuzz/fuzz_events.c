/*
 * fuzz_events.c - a stream of events, folded as the ledger folds it.
 *
 * A line is an event, numbered 1, 2, 3 ...: its name, a blank, its words. Whatever comes: what is
 * refused changed nothing; what was applied is old the second time; the item keeps H4, and the
 * units of its orders are those that the item says are held and paid.
 */
#include <assert.h>
#include <string.h>

#include "core/events.h"
#include "ledger/page.h"
#include "tests/fuzz/fuzz.h"

enum { LINES_MAX = 512 };

struct fold {
	struct events_item item;
	struct page *page;
};

/* H4, and that the counts of the sale that is on are the sums over its orders. */
static void look(const struct fold *fold)
{
	const struct events_item *item = &fold->item;
	int64_t held = 0, paid = 0;

	assert(item->held >= 0 && item->paid >= 0 && item->outside >= 0);
	assert(item->held + item->paid + item->outside <= item->total);
	for (size_t i = 0; i < page_count(fold->page); i++) {
		const struct events_order *order = &page_at(fold->page, i)->order;

		if (order->epoch != item->epoch)
			continue;
		held += order->state == EVENTS_HELD ? order->units : 0;
		paid += order->state == EVENTS_IS_PAID ? order->units : 0;
	}
	assert(held == item->held && paid == item->paid);
}

/* Applies it; whether anything else than EVENTS_APPLIED changed nothing. */
static enum events_verdict apply(struct events_item *item, struct events_order *order,
				 const struct events_event *event)
{
	struct events_item item_before = *item;
	struct events_order order_before = *order;
	const char *why = NULL;
	enum events_verdict verdict = events_apply(item, order, event, &why);

	if (verdict == EVENTS_APPLIED) {
		assert(item->seq == event->seq);
		return verdict;
	}
	assert(verdict != EVENTS_ILLEGAL || (why && why[0]));
	assert(memcmp(item, &item_before, sizeof(*item)) == 0);
	assert(memcmp(order, &order_before, sizeof(*order)) == 0);
	return verdict;
}

static void take(struct fold *fold, int64_t seq, struct events_text name, struct events_text words)
{
	struct events_event event;
	struct events_order none = { .seq = 0 }, *order = &none;
	const char *why = NULL;

	if (!events_parse(seq, name, words, &event, &why)) {
		assert(why && why[0]);
		events_skip(&fold->item, seq);
		return;
	}
	if (event.kind == EVENTS_CREATED)
		order = &page_take(fold->page, 0, event.order)->order;
	else if (events_is_about_order(&event) && page_find(fold->page, 0, event.order))
		order = &page_find(fold->page, 0, event.order)->order;
	if (apply(&fold->item, order, &event) != EVENTS_APPLIED) {
		events_skip(&fold->item, seq);
		return;
	}
	assert(apply(&fold->item, order, &event) == EVENTS_OLD);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fold fold = { .page = page_open() };
	const char *at = (const char *)data, *end = at + size;

	page_clear(fold.page, LINES_MAX);
	for (int64_t seq = 1; at < end && seq <= LINES_MAX; seq++) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		const char *line_end = stop ? stop : end;
		const char *blank = memchr(at, ' ', (size_t)(line_end - at));
		const char *name_end = blank ? blank : line_end;
		const char *words = blank ? blank + 1 : line_end;

		take(&fold, seq, (struct events_text){ at, (size_t)(name_end - at) },
		     (struct events_text){ words, (size_t)(line_end - words) });
		look(&fold);
		at = stop ? stop + 1 : end;
	}
	page_close(fold.page);
	return 0;
}
