/*
 * cut.h - several readings of Redis at one instant (MULTI ... EXEC).
 *
 * Nothing can happen between the commands of a cut. So a cut that reads an item's seq beside its
 * records says exactly after which event they are as they are; the audit rests on that.
 *
 * Layer: above tools; below the commands.
 */
#ifndef PENSTOCK_CTL_CUT_H
#define PENSTOCK_CTL_CUT_H

#include <stddef.h>

#include "ctl/tools.h"

struct cut_command {
	const struct redis_word *words;
	size_t count;
};

/*
 * Runs the reading commands together. VERDICT_DONE: *reply is a list with an element for each, to
 * be ended by redis_reply_free(); a command that failed by itself (a key of a foreign kind) is an
 * element without text, number or list. VERDICT_AWAY was said. Asked again when a link dies.
 */
enum verdict cut_read(struct tools *tools, const struct cut_command *commands, size_t count,
		      struct redis_reply **reply) __attribute__((warn_unused_result));

/* One command alone, by its words, NULL at the end. Otherwise as cut_read(). */
enum verdict cut_ask(struct tools *tools, struct redis_reply **reply, ...)
	__attribute__((warn_unused_result, sentinel));

#endif
