/*
 * beat.h - a heartbeat: what a node, or the ledger, tells of itself in Redis.
 *
 *     node-3001   weight|ms|requests|orders|tokens|gate                       of each item
 *                 weight|ms|requests|orders|tokens|gate|latency|answers|unknown   of one of them
 *     =ledger     0|ms|seq|epoch|total|held|paid|outside
 *
 * The first four are sync.lua's, the rest is its sixth word, the note. What concerns the node and
 * no single item stands in one item's entry only: `latency` are counts of purchases by the bounds
 * of core/histogram, from the quickest on, as far as there are some; `answers` are word:count with
 * commas between; `unknown` the calls of Redis whose outcome was not known.
 *
 * Anybody may have typed into that hash, so a text that is not of the form is no beat.
 *
 * Layer: above core, keys; below catalog and status. Pure.
 */
#ifndef PENSTOCK_NODE_BEAT_H
#define PENSTOCK_NODE_BEAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/tally.h"

enum { BEAT_NOTE_BYTES = 401 }; /* what sync.lua takes, and the NUL */

#define BEAT_LEDGER "=ledger" /* the name of the ledger's entry, which no node can have */

enum beat_gate { BEAT_OPEN, BEAT_WAITING, BEAT_SOLD_OUT, BEAT_GATES };

struct beat {
	int64_t weight, at_ms, requests, orders;
	int64_t tokens;
	enum beat_gate gate;
	bool is_node; /* the rest is there */
	uint64_t latency[HISTOGRAM_BOUNDS_MAX + 1];
	uint64_t answers[OUTCOMES];
	int64_t unknown;
};

/* What SQL holds of an item. */
struct beat_ledger {
	int64_t at_ms, seq, epoch, total, held, paid, outside;
};

/*
 * Writes a node's note of an item; its length. `tally` is of the whole node, NULL to leave it out;
 * it is left out as well where it would not fit.
 */
size_t beat_write_note(char into[BEAT_NOTE_BYTES], int64_t tokens, enum beat_gate gate,
		       const struct tally *tally);

/* Reads a node's entry. False: it is none. One without a note counts as a gate that waits. */
bool beat_read(const char *text, size_t size, struct beat *beat)
	__attribute__((warn_unused_result));

/* Reads the ledger's entry. */
bool beat_read_ledger(const char *text, size_t size, struct beat_ledger *beat)
	__attribute__((warn_unused_result));

/* "open", "waiting", "sold_out". A constant. */
const char *beat_gate_word(enum beat_gate gate);

#endif
