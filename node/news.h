/*
 * news.h - what a script's answer tells of an item: its view, and its rules if it has any.
 *
 * Takes words apart and looks at each; what is done with the news is for catalog.h.
 *
 * Layer: above store, core; below catalog. Pure.
 */
#ifndef PENSTOCK_NEWS_H
#define PENSTOCK_NEWS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/sale.h"
#include "node/store.h"

/* How many words a view has; what follows them is the script's own. */
enum { NEWS_VIEW_WORDS = 12 };

/* Reads a view from its words, the first of which is OK; false when it is none. */
bool news_read_view(const struct store_word *words, struct sale_view *view)
	__attribute__((warn_unused_result));

/*
 * Reads the rules that sync.lua tells, if these words begin with them; returns how many words they
 * are. 0, and rules that are none: there are none, or (the first word is =rules) they are of
 * another form.
 */
size_t news_read_rules(const struct store_word *words, size_t count, struct sale_rules *rules)
	__attribute__((warn_unused_result));

#endif
