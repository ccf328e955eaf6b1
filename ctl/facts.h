/*
 * facts.h - what Redis says of an item, read at one instant.
 *
 * Layer: above cut; below item and audit.
 */
#ifndef PENSTOCK_CTL_FACTS_H
#define PENSTOCK_CTL_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "ctl/tools.h"

/* Fields of the item's hash as they are, and sizes of its other keys. */
struct facts {
	struct redis_reply *reply;                           /* all texts are borrowed from it */
	int64_t now_ms;                                      /* Redis' clock */
	int64_t orders, unpaid, waiting, payments, reserved; /* waiting: events in the stream */
};

/*
 * Reads them for a valid `item`. VERDICT_DONE: the caller ends them by facts_end(). VERDICT_AWAY
 * was said.
 */
enum verdict facts_read(struct tools *tools, const char *item, struct facts *facts)
	__attribute__((warn_unused_result));

/* Is there a hash at all? */
bool facts_are_there(const struct facts *facts);

/* A field of the hash, borrowed; NULL when it is not there. */
const char *facts_text(const struct facts *facts, const char *field);

/* A field as a number; `standard` when it is not there, -1 when it is no digits. */
int64_t facts_number(const struct facts *facts, const char *field, int64_t standard);

/*
 * The word for what the item is doing: open, paused, closed; or why it is not sold: rebuilding,
 * lost (I8), broken, typed.
 */
const char *facts_state(const struct facts *facts);

/* A node that has told of itself, by its place from 0: name and entry, borrowed; false: no more. */
bool facts_node(const struct facts *facts, size_t i, const char **name, const char **entry);

/* Ends them. */
void facts_end(struct facts *facts);

#endif
