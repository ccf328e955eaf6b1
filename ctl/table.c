/*
 * table.c - a hash table of numbers by 64-bit key; see table.h.
 */
#include "ctl/table.h"

#include <stdbool.h>
#include <stdlib.h>

#include "common/xmalloc.h"

enum { PLACES_FIRST = 64 };

/* `number` comes with the key; a place is taken when `is_taken`. */
struct place {
	uint64_t key;
	int64_t number;
};

struct table {
	struct place *places;
	unsigned char *taken; /* a bit for each place */
	size_t room, count;   /* room: a power of two */
};

static bool is_taken(const struct table *table, size_t i)
{
	return table->taken[i / 8] >> (i % 8) & 1;
}

static void make_room(struct table *table, size_t room)
{
	table->places = xcalloc(room, sizeof(*table->places));
	table->taken = xcalloc(room / 8, 1);
	table->room = room;
}

struct table *table_open(void)
{
	struct table *table = xcalloc(1, sizeof(*table));

	make_room(table, PLACES_FIRST);
	return table;
}

void table_close(struct table *table)
{
	if (table == NULL)
		return;
	free(table->places);
	free(table->taken);
	free(table);
}

/* Where a key is, or where it would go. */
static size_t find(const struct table *table, uint64_t key)
{
	size_t i = (size_t)key & (table->room - 1);

	while (is_taken(table, i) && table->places[i].key != key)
		i = (i + 1) & (table->room - 1);
	return i;
}

static void take(struct table *table, size_t i, struct place place)
{
	table->taken[i / 8] |= (unsigned char)(1u << (i % 8));
	table->places[i] = place;
}

static void grow(struct table *table)
{
	struct table old = *table;

	make_room(table, 2 * old.room);
	for (size_t i = 0; i < old.room; i++) {
		if (is_taken(&old, i))
			take(table, find(table, old.places[i].key), old.places[i]);
	}
	free(old.places);
	free(old.taken);
}

const int64_t *table_get(const struct table *table, uint64_t key)
{
	size_t i = find(table, key);

	return is_taken(table, i) ? &table->places[i].number : NULL;
}

int64_t *table_put(struct table *table, uint64_t key)
{
	size_t i = find(table, key);

	if (is_taken(table, i))
		return &table->places[i].number;
	if (2 * (table->count + 1) > table->room) {
		grow(table);
		i = find(table, key);
	}
	table->count++;
	take(table, i, (struct place){ key, 0 });
	return &table->places[i].number;
}
