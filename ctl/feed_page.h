/*
 * feed_page.h - some events of one source, read at once; for feed.c alone.
 *
 * Layer: inside feed.
 */
#ifndef PENSTOCK_CTL_FEED_PAGE_H
#define PENSTOCK_CTL_FEED_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ctl/feed.h"

enum { FEED_PAGE_ROWS = 2000 }; /* of SQL */

/* Events in order; texts lie one behind the other. All zero is an empty page. */
struct feed_page {
	struct feed_line *lines;
	size_t count, room;
	size_t next; /* the first that may be wanted */
	char *text;
	size_t used, text_room;
};

/* Reads the events of SQL beyond `last` into the page, up to a bound, instead of what it held. */
enum verdict feed_page_read_sql(struct feed_page *page, struct tools *tools, const char *item,
				int64_t last) __attribute__((warn_unused_result));

/* The same from the stream; without Redis there are none. */
enum verdict feed_page_read_stream(struct feed_page *page, struct tools *tools, const char *item,
				   int64_t last) __attribute__((warn_unused_result));

/* The first event of the page beyond `last`: true and *event, whose texts live with the page. */
bool feed_page_next(struct feed_page *page, int64_t last, struct feed_event *event);

/* Frees what it holds. */
void feed_page_end(struct feed_page *page);

#endif
