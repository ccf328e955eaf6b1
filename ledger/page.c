/*
 * page.c - an array of orders and a table of their places; see page.h.
 *
 * The table is open addressing over twice as many slots as there is room for orders, so a search
 * ends. Numbers of one batch are mostly neighbours, which is why they are mixed before use.
 */
#include "ledger/page.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/xmalloc.h"

enum { SLOTS_LEAST = 64 };

struct page {
	struct page_order *orders;
	size_t count, room;
	uint32_t *slots;   /* place + 1; 0: free */
	int64_t *numbers;  /* by place: the seq, also before the order has one */
	size_t slot_count; /* a power of two */
};

struct page *page_open(void)
{
	return xcalloc(1, sizeof(struct page));
}

void page_close(struct page *page)
{
	if (!page)
		return;
	free(page->orders);
	free(page->slots);
	free(page->numbers);
	free(page);
}

void page_clear(struct page *page, size_t orders)
{
	if (orders > page->room || page->slot_count == 0) {
		page->room = orders;
		page->slot_count = SLOTS_LEAST;
		while (page->slot_count < 2 * orders)
			page->slot_count *= 2;
		page->orders = xrealloc(page->orders, orders * sizeof(*page->orders));
		page->numbers = xrealloc(page->numbers, orders * sizeof(*page->numbers));
		page->slots = xrealloc(page->slots, page->slot_count * sizeof(*page->slots));
	}
	memset(page->slots, 0, page->slot_count * sizeof(*page->slots));
	page->count = 0;
}

/* The slot where the order is, or would be. */
static size_t page_slot(const struct page *page, size_t item, int64_t seq)
{
	uint64_t mixed = ((uint64_t)seq + item * 0x51ed270bu) * 0x9e3779b97f4a7c15u;
	size_t slot = (size_t)(mixed >> 32) & (page->slot_count - 1);

	while (page->slots[slot] != 0) {
		size_t place = page->slots[slot] - 1;

		if (page->numbers[place] == seq && page->orders[place].item == item)
			break;
		slot = (slot + 1) & (page->slot_count - 1);
	}
	return slot;
}

struct page_order *page_find(struct page *page, size_t item, int64_t seq)
{
	size_t slot = page_slot(page, item, seq);

	return page->slots[slot] ? &page->orders[page->slots[slot] - 1] : NULL;
}

struct page_order *page_take(struct page *page, size_t item, int64_t seq)
{
	size_t slot = page_slot(page, item, seq);

	if (page->slots[slot])
		return &page->orders[page->slots[slot] - 1];
	assert(page->count < page->room);
	page->orders[page->count] = (struct page_order){ .item = item };
	page->numbers[page->count] = seq;
	page->slots[slot] = (uint32_t)++page->count;
	return &page->orders[page->count - 1];
}

size_t page_count(const struct page *page)
{
	return page->count;
}

struct page_order *page_at(struct page *page, size_t place)
{
	assert(place < page->count);
	return &page->orders[place];
}
