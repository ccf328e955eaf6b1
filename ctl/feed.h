/*
 * feed.h - an item's events in their order, from wherever each of them is.
 *
 * The ledger writes events into SQL and then trims the stream, so the older ones are in SQL, the
 * newest in the stream, and those between for a moment in both. A feed puts the two together, page
 * by page; an event that is in both must be the same in both, and none may be missing (I5, I6).
 * It can be asked for more while the sale goes on. Without Redis (tools->redis is NULL) there are
 * SQL's events alone.
 *
 * Layer: above ledger, cut; below audit.
 */
#ifndef PENSTOCK_CTL_FEED_H
#define PENSTOCK_CTL_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/events.h"
#include "ctl/tools.h"

struct feed;

/* An event as it was written. Texts live until the next call. */
struct feed_event {
	int64_t seq;
	struct events_text kind, words;
	bool from_stream;
};

enum feed_result {
	FEED_EVENT,   /* see the event */
	FEED_MISSING, /* the next one is neither in SQL nor in the stream; see *why */
	FEED_DIFFERS, /* it is another in SQL than in the stream; see *why and the event */
	FEED_AWAY,    /* Redis or SQL cannot be read; it was said */
};

/* The events of an item from its first; `item` is borrowed. */
struct feed *feed_open(struct tools *tools, const char *item);

/* Ends it. NULL is allowed. */
void feed_close(struct feed *feed);

/*
 * The next event, which must exist: its seq is at most `most`, the item's own. *why is a sentence
 * that lives until the next call.
 */
enum feed_result feed_next(struct feed *feed, int64_t most, struct feed_event *event,
			   const char **why) __attribute__((warn_unused_result));

/* Is it the end? Nothing beyond `most` was asked for. */
bool feed_is_at(const struct feed *feed, int64_t most);

/*
 * Holds the stream's events up to `most`, which SQL has, against SQL's. FEED_DIFFERS: one of them
 * is another event there, *seq; FEED_EVENT: none is.
 */
enum feed_result feed_compare(struct tools *tools, const char *item, int64_t most, int64_t *seq)
	__attribute__((warn_unused_result));

/* Sees an event; returns false to see no more. */
typedef bool feed_event_cb(void *owner, const struct feed_event *event);

/* Shows the first events of the stream beyond `after`, a page of them at most. */
enum verdict feed_show_stream(struct tools *tools, const char *item, int64_t after,
			      feed_event_cb *cb, void *owner) __attribute__((warn_unused_result));

#endif
