/*
 * vigil.h - looks every second whether Redis still keeps what it acknowledges.
 *
 * The preflight looks once a connection; somebody may turn the log off later, or its disk may be in
 * trouble. A node says so, loudly and in its numbers. It does not stop selling by itself: that is
 * for people to decide, whom an alert wakes.
 *
 * Layer: above store, loop, log; below metrics.
 */
#ifndef PENSTOCK_NODE_VIGIL_H
#define PENSTOCK_NODE_VIGIL_H

#include <stdbool.h>

#include "node/loop.h"
#include "node/store.h"

struct vigil;

/* Both borrowed. */
struct vigil *vigil_open(struct loop *loop, struct store *store);

/* Ends it, once the store is closed. NULL is allowed. */
void vigil_close(struct vigil *vigil);

/* Is Redis' log on, written at every answer, and well, as last seen? True until it was seen not. */
bool vigil_is_content(const struct vigil *vigil);

#endif
