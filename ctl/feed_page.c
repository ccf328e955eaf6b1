/*
 * feed_page.c - some events of one source, read at once; see feed_page.h.
 *
 * An entry of the stream is what one call of a script did: its fields are the seqs of its events,
 * their values `kind|words`, its id the last of them (docs/KEYS.md). An entry that is not of that
 * form gives a line without words, which no rule allows, so that it is found and shown.
 */
#include "ctl/feed_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/xmalloc.h"
#include "ctl/cut.h"
#include "ctl/ledger.h"
#include "ctl/record.h"

enum { ID_BYTES = 32 };

static const char entries_read[] = "100"; /* each of at most 256 events */

struct feed_line {
	int64_t seq;
	size_t at, kind_size, words_size; /* kind, then words */
	bool from_stream;
};

static void clear(struct feed_page *page)
{
	page->count = page->next = page->used = 0;
}

void feed_page_end(struct feed_page *page)
{
	free(page->lines);
	free(page->text);
	*page = (struct feed_page){ .lines = NULL };
}

static void add_text(struct feed_page *page, struct events_text text)
{
	if (page->used + text.size > page->text_room) {
		page->text_room = 2 * (page->used + text.size);
		page->text = xrealloc(page->text, page->text_room);
	}
	if (text.size > 0)
		memcpy(page->text + page->used, text.at, text.size);
	page->used += text.size;
}

static void add_line(struct feed_page *page, const struct feed_event *event)
{
	if (page->count == page->room) {
		page->room = page->room == 0 ? FEED_PAGE_ROWS : 2 * page->room;
		page->lines = xrealloc(page->lines, page->room * sizeof(*page->lines));
	}
	page->lines[page->count++] = (struct feed_line){ event->seq, page->used, event->kind.size,
							 event->words.size, event->from_stream };
	add_text(page, event->kind);
	add_text(page, event->words);
}

bool feed_page_next(struct feed_page *page, int64_t last, struct feed_event *event)
{
	while (page->next < page->count && page->lines[page->next].seq <= last)
		page->next++;
	if (page->next == page->count)
		return false;
	const struct feed_line *line = &page->lines[page->next];

	*event = (struct feed_event){
		.seq = line->seq,
		.kind = { page->text + line->at, line->kind_size },
		.words = { page->text + line->at + line->kind_size, line->words_size },
		.from_stream = line->from_stream,
	};
	return true;
}

static bool take_row(void *owner, const struct feed_event *event)
{
	add_line(owner, event);
	return true;
}

enum verdict feed_page_read_sql(struct feed_page *page, struct tools *tools, const char *item,
				int64_t last)
{
	clear(page);
	return ledger_events(tools, item, last, FEED_PAGE_ROWS, take_row, page);
}

/* An event of an entry: a field and its value. */
static void take_field(struct feed_page *page, struct redis_word field, struct redis_word value,
		       int64_t last)
{
	struct feed_event event = { .from_stream = true };
	const char *bar = value.size > 0 ? memchr(value.text, '|', value.size) : NULL;

	if (!record_read_number((struct events_text){ field.text, field.size }, &event.seq)) {
		event.seq = page->count > 0 ? page->lines[page->count - 1].seq + 1 : last + 1;
		event.kind = (struct events_text){ field.text, field.size };
	} else if (bar == NULL) {
		event.kind = (struct events_text){ value.text, value.size };
	} else {
		event.kind = (struct events_text){ value.text, (size_t)(bar - value.text) };
		event.words = (struct events_text){ bar + 1, value.size - event.kind.size - 1 };
	}
	if (event.seq > last)
		add_line(page, &event);
}

static void take_entry(struct feed_page *page, const struct redis_reply *entry, int64_t last)
{
	const struct redis_reply *fields = redis_reply_at(entry, 1);

	for (size_t i = 0; i + 1 < redis_reply_count(fields); i += 2)
		take_field(page, redis_reply_text(redis_reply_at(fields, i)),
			   redis_reply_text(redis_reply_at(fields, i + 1)), last);
}

enum verdict feed_page_read_stream(struct feed_page *page, struct tools *tools, const char *item,
				   int64_t last)
{
	char key[KEYS_NAME_BYTES], from[ID_BYTES];
	struct redis_reply *reply;
	enum verdict verdict;

	clear(page);
	if (tools->redis == NULL)
		return VERDICT_DONE;
	(void)keys_name(key, item, KEYS_EVENTS);
	snprintf(from, sizeof(from), "%" PRId64 "-0", last + 1);
	verdict = cut_ask(tools, &reply, "XRANGE", key, from, "+", "COUNT", entries_read,
			  (char *)NULL);
	if (verdict != VERDICT_DONE)
		return verdict;
	for (size_t i = 0; i < redis_reply_count(reply); i++)
		take_entry(page, redis_reply_at(reply, i), last);
	redis_reply_free(reply);
	return VERDICT_DONE;
}
