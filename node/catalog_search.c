/*
 * catalog_search.c - looks for items that nobody has asked this node about; see catalog.h.
 *
 * What items there are, Redis alone knows (items.lua). A node looks when its ticks begin and again
 * some seconds after the last page, a page at a time, and takes what it finds as long as there is
 * room: it never forgets an item that exists for another that nobody asked for. Whoever asks takes
 * the place of one that was only found.
 */
#include <string.h>

#include "common/log.h"
#include "node/catalog_parts.h"

enum { SEARCH_MS = 2000, FIRST_NAME = 2 };

static void catalog_take_page(struct catalog *catalog, const struct store_answer *answer)
{
	const struct store_word *page = &answer->words[1];

	for (size_t i = FIRST_NAME; i < answer->count; i++) {
		const struct store_word *name = &answer->words[i];

		if (name->text && keys_item_is_valid(name->text, name->size))
			catalog_discover(catalog, name->text, name->size);
	}
	memcpy(catalog->page, page->text, page->size);
	catalog->page_size = page->size;
}

static void catalog_on_page(void *owner, const struct store_answer *answer)
{
	struct catalog *catalog = owner;
	bool is_page = answer->fate == STORE_ANSWERED && answer->count >= FIRST_NAME &&
		       store_word_is(answer->words, "OK") && answer->words[1].text &&
		       answer->words[1].size <= sizeof(catalog->page);

	catalog->searching = false;
	if (is_page) {
		catalog_take_page(catalog, answer);
		return;
	}
	catalog->page_size = 0;
	if (answer->fate == STORE_ANSWERED)
		store_distrust(catalog->store);
	else if (answer->error)
		log_line(LOG_WARN, "the items cannot be looked for: %s", answer->error);
}

void catalog_search(struct catalog *catalog)
{
	int64_t now_ms = loop_now_ms(catalog->loop);
	bool is_first =
		catalog->page_size == 0 || (catalog->page_size == 1 && catalog->page[0] == '0');
	struct store_word page = { is_first ? "0" : catalog->page,
				   is_first ? 1 : catalog->page_size, 0 };

	if (catalog->searching || !store_is_ready(catalog->store))
		return;
	if (is_first && catalog->searched_ms && now_ms - catalog->searched_ms < SEARCH_MS)
		return;
	if (store_call(catalog->store, catalog->items_sha, &page, 1, 0, catalog_on_page, catalog) ==
	    STORE_SENT) {
		catalog->searching = true;
		catalog->searched_ms = now_ms;
	}
}
