/*
 * catalog.c - the names of the items that Redis has; see catalog.h.
 *
 * A scan shows every key that is there all the time at least once, perhaps twice; so a name is
 * looked for before it is added. Items are few (nodes know 64 at a time).
 */
#include "ctl/catalog.h"

#include <stdlib.h>
#include <string.h>

#include "common/keys.h"
#include "common/xmalloc.h"
#include "ctl/cut.h"

static const char suffix[] = "_hash_key";

enum { SUFFIX_BYTES = sizeof(suffix) - 1, CURSOR_BYTES = 24 };

void catalog_add(char ***items, size_t *count, const char *item)
{
	size_t place = 0;

	while (place < *count && strcmp((*items)[place], item) < 0)
		place++;
	if (place < *count && strcmp((*items)[place], item) == 0)
		return;
	*items = xrealloc(*items, (*count + 1) * sizeof(**items));
	memmove(*items + place + 1, *items + place, (*count - place) * sizeof(**items));
	(*items)[place] = xstrdup(item);
	(*count)++;
}

/* A key of the scan, if it is an item's hash. */
static void take_key(struct redis_word key, char ***items, size_t *count)
{
	char item[KEYS_ITEM_BYTES + 1];
	size_t size = key.size < SUFFIX_BYTES ? 0 : key.size - SUFFIX_BYTES;

	if (size == 0 || !keys_item_is_valid(key.text, size) ||
	    memcmp(key.text + size, suffix, SUFFIX_BYTES) != 0)
		return;
	memcpy(item, key.text, size);
	item[size] = '\0';
	catalog_add(items, count, item);
}

enum verdict catalog_read(struct tools *tools, char ***items, size_t *count)
{
	char cursor[CURSOR_BYTES] = "0";
	enum verdict verdict;

	*items = NULL;
	*count = 0;
	do {
		struct redis_reply *reply;

		verdict = cut_ask(tools, &reply, "SCAN", cursor, "MATCH", "*_hash_key", "COUNT",
				  "1000", "TYPE", "hash", (char *)NULL);
		if (verdict != VERDICT_DONE)
			break;
		const struct redis_reply *keys = redis_reply_at(reply, 1);
		for (size_t i = 0; i < redis_reply_count(keys); i++)
			take_key(redis_reply_text(redis_reply_at(keys, i)), items, count);
		struct redis_word next = redis_reply_text(redis_reply_at(reply, 0));
		size_t size = next.size < sizeof(cursor) ? next.size : sizeof(cursor) - 1;
		memcpy(cursor, next.text, size);
		cursor[size] = '\0';
		redis_reply_free(reply);
	} while (strcmp(cursor, "0") != 0);
	if (verdict != VERDICT_DONE) {
		catalog_free(*items, *count);
		*items = NULL;
		*count = 0;
	}
	return verdict;
}

void catalog_free(char **items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(items[i]);
	free(items);
}
