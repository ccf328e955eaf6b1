/*
 * roster.c - a list of items in the order in which they became known; see roster.h.
 *
 * There are few of them (a sale has a handful), so a name is found by looking at all.
 */
#include "ledger/roster.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/xmalloc.h"

struct roster {
	size_t count;
	bool said_full;
	struct roster_item *items[ROSTER_MAX];
};

struct roster *roster_open(void)
{
	return xcalloc(1, sizeof(struct roster));
}

void roster_clear(struct roster *roster)
{
	for (size_t i = 0; i < roster->count; i++)
		free(roster->items[i]);
	roster->count = 0;
}

void roster_close(struct roster *roster)
{
	if (!roster)
		return;
	roster_clear(roster);
	free(roster);
}

struct roster_item *roster_take(struct roster *roster, const char *name, size_t size)
{
	struct roster_item *item;

	assert(keys_item_is_valid(name, size));
	for (size_t i = 0; i < roster->count; i++) {
		item = roster->items[i];
		if (strlen(item->name) == size && memcmp(item->name, name, size) == 0)
			return item;
	}
	if (roster->count == ROSTER_MAX) {
		if (!roster->said_full)
			log_line(LOG_ERROR, "item %.*s and others are not recorded: at most %d are",
				 (int)size, name, ROSTER_MAX);
		roster->said_full = true;
		return NULL;
	}
	item = xcalloc(1, sizeof(*item));
	memcpy(item->name, name, size);
	roster->items[roster->count++] = item;
	return item;
}

void roster_forget_looks(struct roster *roster)
{
	for (size_t i = 0; i < roster->count; i++)
		roster->items[i]->looked_ms = 0;
}

size_t roster_count(const struct roster *roster)
{
	return roster->count;
}

struct roster_item *roster_at(struct roster *roster, size_t place)
{
	assert(place < roster->count);
	return roster->items[place];
}

void roster_set_trouble(struct roster_item *item, enum roster_trouble trouble, const char *format,
			...)
{
	bool is_news = item->trouble != trouble;
	va_list args;

	assert(trouble < ROSTER_TROUBLES && (format == NULL) == (trouble == ROSTER_WELL));
	item->trouble = trouble;
	item->why[0] = '\0';
	if (format) {
		va_start(args, format);
		vsnprintf(item->why, sizeof(item->why), format, args);
		va_end(args);
	}
	if (is_news && format)
		log_line(LOG_ERROR, "item %s: %s", item->name, item->why);
	else if (is_news)
		log_line(LOG_WARN, "item %s is well again; SQL holds events up to %lld", item->name,
			 (long long)item->state.seq);
}

void roster_take_all(struct roster *roster, const char *names)
{
	for (const char *at = names; *at;) {
		size_t size = strcspn(at, ",");

		(void)roster_take(roster, at, size);
		at += size + (at[size] == ',');
	}
}
