/*
 * rebuild_parts.h - what the files behind rebuild.h share; for them alone.
 *
 *     rebuild.c        asks, begins, finishes, says
 *     rebuild_look.c   what Redis is like before anything is changed
 *     rebuild_rows.c   the ledger's rows become records, entries, deadlines
 *     rebuild_send.c   rebuild.lua: steps, and pairs in calls of bounded size
 *     rebuild_rules.c  the item's rules, as the log has them
 *
 * Layer: inside rebuild.
 */
#ifndef PENSTOCK_CTL_REBUILD_PARTS_H
#define PENSTOCK_CTL_REBUILD_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "ctl/audit_parts.h"
#include "ctl/ask.h"
#include "ctl/interrupt.h"

enum {
	REBUILD_TOKEN_BYTES = 40,
	REBUILD_RULES_MAX = 32,
	REBUILD_VALUE_BYTES = 72,
	REBUILD_WHY_BYTES = 400,
};

/* A rebuild under way. */
struct rebuild {
	struct tools *tools;
	struct tools sql;   /* the same without Redis: what the log is read with */
	struct audit audit; /* its book is the log up to `from`, as SQL has it */
	char token[REBUILD_TOKEN_BYTES];
	int64_t from;     /* the newest event that SQL holds */
	int64_t highest;  /* the highest seq that Redis knew of */
	int64_t now_ms;   /* Redis' clock */
	int64_t group_ms; /* the period in which orders count in the item's group; 0: in none */
	struct interrupt *interrupt;
	int64_t orders, keys, deadlines, finished, buyers, payments; /* written */
};

/* What was found before anything is changed. */
struct rebuild_finding {
	bool is_lost;       /* Redis may have accepted what the ledger does not have */
	bool is_unfinished; /* a rebuild began and did not finish */
	int64_t seq;        /* of Redis; 0: it has none */
	char why[REBUILD_WHY_BYTES];
};

/*
 * Looks whether the item is to be made anew, and at Redis' clock. VERDICT_NO: there is no need, or
 * the stream has other events than the ledger and nobody insists; it was said.
 */
enum verdict rebuild_look(struct rebuild *rebuild, struct rebuild_finding *finding)
	__attribute__((warn_unused_result));

/* The rules of an item and its state, as the log has them; values are digits or words. */
struct rebuild_rules {
	const char *fields[REBUILD_RULES_MAX]; /* constants */
	char values[REBUILD_RULES_MAX][REBUILD_VALUE_BYTES];
	size_t count;
};

/* What a step of rebuild.lua ended with. */
enum rebuild_result {
	REBUILD_DONE,
	REBUILD_AGAIN,   /* the ledger has more by now, or another began: begin again */
	REBUILD_STOPPED, /* Ctrl-C */
	REBUILD_REFUSED, /* said; see the verdict that goes with it */
};

/* Begins: drops what Redis has of the item. `insist`: also events that SQL does not hold. */
enum rebuild_result rebuild_begin(struct rebuild *rebuild, bool insist, enum verdict *verdict)
	__attribute__((warn_unused_result));

/* Ends: the hash under `seq`, with counts of the book and these rules; the item is on sale. */
enum rebuild_result rebuild_finish(struct rebuild *rebuild, int64_t seq,
				   const struct rebuild_rules *rules, enum verdict *verdict)
	__attribute__((warn_unused_result));

/* Pairs for one part of the item, on their way; all zero but for the part is an empty batch. */
struct rebuild_batch {
	const char *part; /* orders, requests ... */
	size_t count;     /* pairs */
	size_t *ends;     /* of each text, field and value in turn */
	char *text;
	size_t used, room;
};

/* Adds a pair, and sends what there is when the batch is full. Texts are copied. */
enum rebuild_result rebuild_add(struct rebuild *rebuild, struct rebuild_batch *batch,
				const char *field, const char *value, enum verdict *verdict)
	__attribute__((warn_unused_result));

/* Sends what is left. */
enum rebuild_result rebuild_flush(struct rebuild *rebuild, struct rebuild_batch *batch,
				  enum verdict *verdict) __attribute__((warn_unused_result));

/* Frees what a batch holds. */
void rebuild_batch_end(struct rebuild_batch *batch);

/* Writes all orders, keys, deadlines, finished orders, buyers, payments, and who won a draw. */
enum rebuild_result rebuild_rows(struct rebuild *rebuild, enum verdict *verdict)
	__attribute__((warn_unused_result));

/* Reads the rules from the log's `altered` events up to `from`, and by them `group_ms`. */
enum verdict rebuild_read_rules(struct rebuild *rebuild, struct rebuild_rules *rules)
	__attribute__((warn_unused_result));

#endif
