/*
 * feed.c - an item's events in their order, from wherever each of them is; see feed.h.
 *
 * Two pages, one of each source, each with the events beyond the last one given that were read so
 * far. While SQL and the stream are read one after the other, the ledger may move events from one
 * into the other; so a gap is believed only after both were read again.
 *
 * The seq of `rebuilt` may lie far ahead of the one before; every other is one ahead.
 */
#include "ctl/feed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/xmalloc.h"
#include "ctl/cut.h"
#include "ctl/feed_page.h"

enum { WHY_BYTES = 200, LOOKS = 3 };

struct feed {
	struct tools *tools;
	const char *item;
	int64_t last;     /* the seq of the event given last */
	bool is_live;     /* it came from the stream */
	bool has_all_sql; /* SQL was read to its end; what it holds now may be more */
	struct feed_page sql, stream;
	char why[WHY_BYTES];
};

struct feed *feed_open(struct tools *tools, const char *item)
{
	struct feed *feed = xcalloc(1, sizeof(*feed));

	feed->tools = tools;
	feed->item = item;
	return feed;
}

void feed_close(struct feed *feed)
{
	if (feed == NULL)
		return;
	feed_page_end(&feed->sql);
	feed_page_end(&feed->stream);
	free(feed);
}

bool feed_is_at(const struct feed *feed, int64_t most)
{
	return feed->last >= most;
}

static bool is_same(struct events_text a, struct events_text b)
{
	return a.size == b.size && memcmp(a.at, b.at, a.size) == 0;
}

/* May it follow the last one? */
static bool follows(const struct feed *feed, const struct feed_event *event)
{
	static const char rebuilt[] = "rebuilt";

	return event->seq == feed->last + 1 ||
	       is_same(event->kind, (struct events_text){ rebuilt, sizeof(rebuilt) - 1 });
}

/* The next event of the pages as they are: true; false: it is on neither. */
static bool find_next(struct feed *feed, struct feed_event *sql, struct feed_event *stream,
		      bool *in_sql, bool *in_stream)
{
	*in_sql = feed_page_next(&feed->sql, feed->last, sql);
	*in_stream = feed_page_next(&feed->stream, feed->last, stream);
	if (*in_sql && *in_stream && sql->seq != stream->seq) {
		*in_sql = sql->seq < stream->seq;
		*in_stream = !*in_sql;
	}
	*in_sql = *in_sql && follows(feed, sql);
	*in_stream = *in_stream && follows(feed, stream);
	return *in_sql || *in_stream;
}

static enum verdict read_more(struct feed *feed, bool from_stream)
{
	enum verdict verdict;

	if (from_stream)
		return feed_page_read_stream(&feed->stream, feed->tools, feed->item, feed->last);
	verdict = feed_page_read_sql(&feed->sql, feed->tools, feed->item, feed->last);
	feed->has_all_sql = feed->sql.count < FEED_PAGE_ROWS;
	return verdict;
}

/* Both pages before the first event, and SQL to its end: what is in both must be seen in both. */
static enum verdict read_ahead(struct feed *feed)
{
	struct feed_event event;

	if (feed->last == 0 && feed->stream.count == 0 && read_more(feed, true) != VERDICT_DONE)
		return VERDICT_AWAY;
	if (feed->has_all_sql || feed_page_next(&feed->sql, feed->last, &event))
		return VERDICT_DONE;
	return read_more(feed, false);
}

static enum feed_result give(struct feed *feed, const struct feed_event *sql,
			     const struct feed_event *stream, bool in_sql, bool in_stream,
			     struct feed_event *event)
{
	*event = in_sql ? *sql : *stream;
	if (in_sql && in_stream &&
	    (!is_same(sql->kind, stream->kind) || !is_same(sql->words, stream->words))) {
		snprintf(feed->why, sizeof(feed->why),
			 "event %" PRId64 " is another in SQL than in the stream", event->seq);
		return FEED_DIFFERS;
	}
	feed->last = event->seq;
	feed->is_live = !in_sql;
	return FEED_EVENT;
}

enum feed_result feed_next(struct feed *feed, int64_t most, struct feed_event *event,
			   const char **why)
{
	struct feed_event sql, stream;
	bool in_sql = false, in_stream = false;

	*why = feed->why;
	if (read_ahead(feed) != VERDICT_DONE)
		return FEED_AWAY;
	for (int i = 0; i < 2 * LOOKS; i++) {
		if (find_next(feed, &sql, &stream, &in_sql, &in_stream))
			return give(feed, &sql, &stream, in_sql, in_stream, event);
		if (read_more(feed, (i % 2 == 0) == feed->is_live) != VERDICT_DONE)
			return FEED_AWAY;
	}
	if (find_next(feed, &sql, &stream, &in_sql, &in_stream))
		return give(feed, &sql, &stream, in_sql, in_stream, event);
	*event = (struct feed_event){ .seq = feed->last + 1 };
	snprintf(feed->why, sizeof(feed->why),
		 "event %" PRId64
		 " is missing: neither in SQL nor in the stream, and the item is at "
		 "event %" PRId64,
		 feed->last + 1, most);
	return FEED_MISSING;
}

/* SQL's event that is the first beyond `last`, of the page or of the next; none: seq is 0. */
static enum verdict find_in_sql(struct feed *feed, int64_t last, struct feed_event *event)
{
	enum verdict verdict = VERDICT_DONE;

	*event = (struct feed_event){ .seq = 0 };
	if (feed_page_next(&feed->sql, last, event))
		return verdict;
	verdict = feed_page_read_sql(&feed->sql, feed->tools, feed->item, last);
	if (verdict == VERDICT_DONE)
		(void)feed_page_next(&feed->sql, last, event);
	return verdict;
}

/* Compares the events of the stream's page; feed->last is the one that was compared last. */
static enum feed_result compare_page(struct feed *feed, int64_t most)
{
	struct feed_event own, event;

	while (feed_page_next(&feed->stream, feed->last, &event) && event.seq <= most) {
		if (find_in_sql(feed, event.seq - 1, &own) != VERDICT_DONE)
			return FEED_AWAY;
		feed->last = event.seq;
		if (own.seq != event.seq || !is_same(own.kind, event.kind) ||
		    !is_same(own.words, event.words))
			return FEED_DIFFERS;
	}
	return FEED_EVENT;
}

enum feed_result feed_compare(struct tools *tools, const char *item, int64_t most, int64_t *seq)
{
	struct feed *feed = feed_open(tools, item);
	enum feed_result result;
	int64_t before;

	do {
		before = feed->last;
		result = read_more(feed, true) == VERDICT_DONE ? compare_page(feed, most)
							       : FEED_AWAY;
	} while (result == FEED_EVENT && feed->last > before);
	*seq = feed->last;
	feed_close(feed);
	return result;
}

enum verdict feed_show_stream(struct tools *tools, const char *item, int64_t after,
			      feed_event_cb *cb, void *owner)
{
	struct feed_page page = { .lines = NULL };
	enum verdict verdict = feed_page_read_stream(&page, tools, item, after);
	struct feed_event event;

	while (verdict == VERDICT_DONE && feed_page_next(&page, after, &event)) {
		after = event.seq;
		if (!cb(owner, &event))
			break;
	}
	feed_page_end(&page);
	return verdict;
}
