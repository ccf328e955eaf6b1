/*
 * store_parts.h - what the two files of the store share; nobody else includes it.
 *
 * store.c keeps the connection and takes answers, store_calls.c makes calls of words.
 *
 * Layer: part of store.
 */
#ifndef PENSTOCK_STORE_PARTS_H
#define PENSTOCK_STORE_PARTS_H

#include "node/store.h"

/* Sends one command, once the store is admitted or (unless `admitted`) while it is checked. */
enum store_sent store_send(struct store *store, bool admitted, const struct store_word *words,
			   size_t count, store_cb *cb, void *owner)
	__attribute__((warn_unused_result));

#endif
