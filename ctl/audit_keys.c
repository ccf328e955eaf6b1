/*
 * audit_keys.c - Redis' keys of an item against the log, a piece at a time; see audit_parts.h.
 *
 * HSCAN and ZSCAN show everything that is there from the beginning to the end; each piece comes in
 * a cut, so each element is compared with the book at its own instant. What is missing shows in the
 * sizes: the last cut has the size of every key, and they must be the log's. (An element that is
 * wrongly there was found by the scan; so if the sizes agree, the sets do.)
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl/audit_parts.h"

static const char piece[] = "500"; /* elements, about; a quarter of a millisecond of Redis */

enum { CURSOR_BYTES = 24 };

/* A key, how it is read, and who looks at an element of it. */
struct part {
	enum keys_part key;
	const char *command;
	enum verdict (*look)(struct audit *audit, struct events_text field,
			     struct events_text value);
};

static struct events_text text_at(const struct redis_reply *list, size_t i)
{
	struct redis_word word = redis_reply_text(redis_reply_at(list, i));

	return (struct events_text){ word.text, word.size };
}

/* One piece; `cursor` is where it begins and becomes where the next does. */
static enum verdict scan_piece(struct audit *audit, const struct part *part, const char *key,
			       char cursor[CURSOR_BYTES])
{
	const struct redis_word words[] = {
		redis_word_of(part->command), redis_word_of(key),   redis_word_of(cursor),
		redis_word_of("COUNT"),       redis_word_of(piece),
	};
	const struct cut_command scan = { words, 5 };
	struct redis_reply *reply;
	enum verdict verdict = audit_cut(audit, &scan, 1, &reply);

	if (verdict != VERDICT_DONE)
		return verdict;
	const struct redis_reply *answer = redis_reply_at(reply, 1);
	const struct redis_reply *list = redis_reply_at(answer, 1);
	struct redis_word next = redis_reply_text(redis_reply_at(answer, 0));

	if (next.text == NULL)
		verdict = audit_note(audit, 0, book_item(audit->book)->seq,
				     "I7: the key %s is of a foreign kind", key);
	for (size_t i = 0; i + 1 < redis_reply_count(list) && verdict == VERDICT_DONE; i += 2)
		verdict = part->look(audit, text_at(list, i), text_at(list, i + 1));
	if (next.text != NULL)
		snprintf(cursor, CURSOR_BYTES, "%s", next.text);
	redis_reply_free(reply);
	return verdict;
}

static enum verdict scan(struct audit *audit, const struct part *part)
{
	char key[KEYS_NAME_BYTES], cursor[CURSOR_BYTES] = "0";
	enum verdict verdict;

	(void)keys_name(key, audit->item, part->key);
	do {
		verdict = scan_piece(audit, part, key, cursor);
	} while (verdict == VERDICT_DONE && strcmp(cursor, "0") != 0);
	return verdict;
}

/* The seq that a field is; 0 if it is none. */
static int64_t seq_of(struct events_text text)
{
	int64_t seq = 0;

	return record_read_number(text, &seq) ? seq : 0;
}

/* The first part of a record that is not the log's; NULL: it is the same. */
static const char *other_part(struct audit *audit, const struct record_order *record,
			      const struct book_order *own)
{
	const struct events_order *order = &own->order;

	if (record->state != order->state)
		return "state";
	if (record->units != order->units)
		return "units";
	if (record->amount != order->amount)
		return "amount";
	if (record->created_ms != order->created_ms)
		return "created_ms";
	if (record->deadline_ms != order->deadline_ms)
		return "deadline_ms";
	if (record->epoch != order->epoch)
		return "epoch";
	if (record->moved_ms != order->moved_ms)
		return "moved_ms";
	if (book_hash(audit->book, record->user) != own->user)
		return "user";
	if (book_hash(audit->book, record->key) != own->key)
		return "key";
	return book_hash(audit->book, record->txn) != own->txn ? "txn" : NULL;
}

static enum verdict check_order(struct audit *audit, struct events_text field,
				struct events_text value)
{
	int64_t seq = seq_of(field);
	struct book_order *own = book_find(audit->book, seq);
	struct record_order record;
	const char *part;

	if (own == NULL)
		return audit_note(audit, seq, seq,
				  "I7: Redis has an order %.*s that no event created",
				  (int)field.size, field.at);
	if (!record_read_order(value, &record))
		return audit_note(audit, seq, seq, "I7: the record of order %" PRId64 " is none",
				  seq);
	part = other_part(audit, &record, own);
	if (part != NULL)
		return audit_note(audit, seq, own->last_seq > 0 ? own->last_seq : seq,
				  "I7: order %" PRId64
				  " has another %s in Redis than by the log at event %" PRId64,
				  seq, part, book_item(audit->book)->seq);
	own->seen |= BOOK_IN_ORDERS;
	return VERDICT_DONE;
}

static enum verdict check_request(struct audit *audit, struct events_text field,
				  struct events_text value)
{
	struct record_request entry = { .order = 0 };
	bool is_entry = record_read_request(value, &entry);
	struct book_order *own = is_entry ? book_find(audit->book, entry.order) : NULL;

	if (own == NULL)
		return audit_note(audit, entry.order, entry.order,
				  "I3: the key %.*s names no order: %.*s", (int)field.size,
				  field.at, (int)value.size, value.at);
	if (book_hash(audit->book, field) != own->key)
		return audit_note(audit, entry.order, entry.order,
				  "I3: the key %.*s names order %" PRId64 ", which has another",
				  (int)field.size, field.at, entry.order);
	if (entry.deadline_ms != own->order.deadline_ms || entry.units != own->order.units ||
	    book_hash(audit->book, entry.user) != own->user)
		return audit_note(audit, entry.order, entry.order,
				  "I3: the entry of key %.*s is not its order's: %.*s",
				  (int)field.size, field.at, (int)value.size, value.at);
	own->seen |= BOOK_IN_REQUESTS;
	return VERDICT_DONE;
}

static enum verdict check_buyer(struct audit *audit, struct events_text field,
				struct events_text value)
{
	int64_t units = book_buyer(audit->book, field), has = 0;

	if (record_read_number(value, &has) && has == units)
		return VERDICT_DONE;
	return audit_note(audit, 0, book_item(audit->book)->seq,
			  "I4: the buyer %.*s has %.*s units in Redis and %" PRId64
			  " by the log at event %" PRId64,
			  (int)field.size, field.at, (int)value.size, value.at, units,
			  book_item(audit->book)->seq);
}

static enum verdict check_unpaid(struct audit *audit, struct events_text field,
				 struct events_text value)
{
	int64_t seq = seq_of(field), deadline_ms = 0;
	struct book_order *own = book_find(audit->book, seq);

	if (own == NULL || own->order.state != EVENTS_HELD)
		return audit_note(audit, seq, seq, "I2: order %.*s is among the unpaid and is %s",
				  (int)field.size, field.at,
				  own == NULL ? "none" : events_state_word(own->order.state));
	if (!record_read_number(value, &deadline_ms) || deadline_ms != own->order.deadline_ms)
		return audit_note(audit, seq, seq,
				  "I2: order %" PRId64 " is due at %.*s among the unpaid and at "
				  "%" PRId64 " by the log",
				  seq, (int)value.size, value.at, own->order.deadline_ms);
	own->seen |= BOOK_IN_UNPAID;
	return VERDICT_DONE;
}

static enum verdict check_finished(struct audit *audit, struct events_text field,
				   struct events_text value)
{
	int64_t seq = seq_of(field), last = 0;
	struct book_order *own = book_find(audit->book, seq);

	if (own == NULL || own->order.state == EVENTS_HELD)
		return audit_note(audit, seq, seq, "I7: order %.*s is among the finished and is %s",
				  (int)field.size, field.at,
				  own == NULL ? "none" : events_state_word(own->order.state));
	if (!record_read_number(value, &last) || last != own->last_seq)
		return audit_note(audit, seq, own->last_seq,
				  "I7: order %" PRId64 " finished at event %.*s by Redis and at "
				  "%" PRId64 " by the log",
				  seq, (int)value.size, value.at, own->last_seq);
	own->seen |= BOOK_IN_FINISHED;
	return VERDICT_DONE;
}

static enum verdict check_payment(struct audit *audit, struct events_text field,
				  struct events_text value)
{
	const struct book_payment *own = book_payment(audit->book, field);
	struct record_payment entry;

	if (own == NULL)
		return audit_note(audit, 0, book_item(audit->book)->seq,
				  "I7: Redis has a payment %.*s that no event tells of",
				  (int)field.size, field.at);
	if (!record_read_payment(value, &entry) || entry.order != own->order ||
	    entry.fate != own->fate || entry.amount != own->amount || entry.at_ms != own->at_ms ||
	    entry.units != own->units || entry.epoch != own->epoch ||
	    book_hash(audit->book, entry.user) != own->user)
		return audit_note(audit, own->order, own->order,
				  "I7: the payment %.*s is another in Redis than by the log: %.*s",
				  (int)field.size, field.at, (int)value.size, value.at);
	return VERDICT_DONE;
}

static const struct part parts[] = {
	{ KEYS_ORDERS, "HSCAN", check_order },      { KEYS_UNPAID, "ZSCAN", check_unpaid },
	{ KEYS_FINISHED, "ZSCAN", check_finished }, { KEYS_REQUESTS, "HSCAN", check_request },
	{ KEYS_BUYERS, "HSCAN", check_buyer },      { KEYS_PAYMENTS, "HSCAN", check_payment },
};

enum verdict audit_keys(struct audit *audit)
{
	enum verdict verdict = VERDICT_DONE;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && verdict == VERDICT_DONE; i++)
		verdict = scan(audit, &parts[i]);
	return verdict == VERDICT_DONE ? audit_sizes(audit) : verdict;
}
