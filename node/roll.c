/*
 * roll.c - texts in one piece of memory; see roll.h.
 */
#include "node/roll.h"

#include <stdlib.h>
#include <string.h>

#include "common/keys.h"
#include "common/xmalloc.h"

enum { ENTRY_BYTES = 600 };

struct roll_place {
	char name[KEYS_REQUEST_BYTES + 1];
	size_t size;
	char entry[ENTRY_BYTES];
};

struct roll {
	size_t count;
	bool has_ledger;
	struct beat_ledger ledger;
	struct roll_place places[];
};

static void roll_add(struct roll *roll, const struct store_word *name,
		     const struct store_word *entry)
{
	struct roll_place *place = &roll->places[roll->count];

	if (!name->text || !entry->text)
		return;
	if (store_word_is(name, BEAT_LEDGER)) {
		roll->has_ledger = beat_read_ledger(entry->text, entry->size, &roll->ledger);
		return;
	}
	if (roll->count == ROLL_MAX || entry->size > ENTRY_BYTES ||
	    !keys_request_is_valid(name->text, name->size))
		return;
	memcpy(place->name, name->text, name->size);
	place->name[name->size] = '\0';
	memcpy(place->entry, entry->text, entry->size);
	place->size = entry->size;
	roll->count++;
}

struct roll *roll_make(const struct store_word *words, size_t count)
{
	size_t most = count / 2 < ROLL_MAX ? count / 2 : ROLL_MAX;
	struct roll *roll = xmalloc(sizeof(*roll) + (most + 1) * sizeof(roll->places[0]));

	*roll = (struct roll){ 0 };
	for (size_t i = 0; i + 1 < count; i += 2)
		roll_add(roll, &words[i], &words[i + 1]);
	return roll;
}

void roll_drop(struct roll *roll)
{
	free(roll);
}

bool roll_read(const struct roll *roll, size_t place, const char **name, struct beat *beat)
{
	if (!roll || place >= roll->count)
		return false;
	*name = roll->places[place].name;
	if (!beat_read(roll->places[place].entry, roll->places[place].size, beat))
		*beat = (struct beat){ 0 };
	return true;
}

bool roll_find_ledger(const struct roll *roll, struct beat_ledger *beat)
{
	if (!roll || !roll->has_ledger)
		return false;
	*beat = roll->ledger;
	return true;
}
