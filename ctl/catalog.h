/*
 * catalog.h - the names of the items that Redis has.
 *
 * Layer: above cut; below item and audit.
 */
#ifndef PENSTOCK_CTL_CATALOG_H
#define PENSTOCK_CTL_CATALOG_H

#include <stddef.h>

#include "ctl/tools.h"

/*
 * Finds them all, in order of their names, each once. VERDICT_DONE: the caller ends the list by
 * catalog_free(). VERDICT_AWAY was said; the list is empty.
 */
enum verdict catalog_read(struct tools *tools, char ***items, size_t *count)
	__attribute__((warn_unused_result));

/* Puts a name into its place, unless it is there. The list grows; `item` is copied. */
void catalog_add(char ***items, size_t *count, const char *item);

/* Ends a list. */
void catalog_free(char **items, size_t count);

#endif
