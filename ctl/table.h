/*
 * table.h - a hash table of numbers by 64-bit key, for a book that may hold millions.
 *
 * Open addressing, at most half full; a key is a hash already, so it is its own place. Nothing is
 * ever taken out. Key 0 is allowed.
 *
 * Layer: the ground, above xmalloc.
 */
#ifndef PENSTOCK_CTL_TABLE_H
#define PENSTOCK_CTL_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table;

/* An empty one. */
struct table *table_open(void);

/* Ends it. NULL is allowed. */
void table_close(struct table *table);

/* The number of a key, to be read; NULL if it has none. Lives until the next table_put(). */
const int64_t *table_get(const struct table *table, uint64_t key);

/* The number of a key, to be written; 0 for a new key. Lives until the next table_put(). */
int64_t *table_put(struct table *table, uint64_t key);

#endif
