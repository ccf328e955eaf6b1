/*
 * audit_sizes.c - the last cut of Redis: is anything missing? See audit_parts.h.
 *
 * Sizes of all keys, the stream's last id, and the item's counts, of one instant. Where a size is
 * not the log's, the missing one is looked for by what the scans before have seen, so that it can
 * be named.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl/audit_parts.h"
#include "ctl/ledger.h"

/* The places of the readings in the cut, behind the hash. */
enum {
	AT_ORDERS = 1,
	AT_REQUESTS,
	AT_BUYERS,
	AT_UNPAID,
	AT_PAYMENTS,
	AT_FINISHED,
	AT_STREAM,
	READINGS
};

static const struct {
	const char *command;
	enum keys_part part;
} readings[READINGS] = {
	[AT_ORDERS] = { "HLEN", KEYS_ORDERS },     [AT_REQUESTS] = { "HLEN", KEYS_REQUESTS },
	[AT_BUYERS] = { "HLEN", KEYS_BUYERS },     [AT_UNPAID] = { "ZCARD", KEYS_UNPAID },
	[AT_PAYMENTS] = { "HLEN", KEYS_PAYMENTS }, [AT_FINISHED] = { "ZCARD", KEYS_FINISHED },
	[AT_STREAM] = { "XINFO", KEYS_EVENTS },
};

static enum verdict read_sizes(struct audit *audit, struct redis_reply **reply)
{
	char names[READINGS][KEYS_NAME_BYTES];
	struct redis_word words[READINGS][3];
	struct cut_command commands[READINGS];

	for (size_t i = AT_ORDERS; i < READINGS; i++) {
		size_t count = 0;

		words[i][count++] = redis_word_of(readings[i].command);
		if (i == AT_STREAM)
			words[i][count++] = redis_word_of("STREAM");
		(void)keys_name(names[i], audit->item, readings[i].part);
		words[i][count++] = redis_word_of(names[i]);
		commands[i] = (struct cut_command){ words[i], count };
	}
	return audit_cut(audit, &commands[AT_ORDERS], READINGS - 1, reply);
}

/* The seq in the stream's last id; -1: there is no stream. */
static int64_t last_id(const struct redis_reply *info)
{
	int64_t seq = -1;

	for (size_t i = 0; i + 1 < redis_reply_count(info); i += 2) {
		struct redis_word id = redis_reply_text(redis_reply_at(info, i + 1));
		const char *dash = id.text == NULL ? NULL : strchr(id.text, '-');

		if (!redis_reply_is(redis_reply_at(info, i), "last-generated-id") || dash == NULL)
			continue;
		if (record_read_number((struct events_text){ id.text, (size_t)(dash - id.text) },
				       &seq))
			return seq;
	}
	return -1;
}

/* Does the log want the order in the key that `flag` stands for? 0: a key of no orders. */
static bool is_wanted(const struct audit *audit, const struct book_order *order, unsigned flag)
{
	bool is_held = order->order.state == EVENTS_HELD;

	if (audit->is_archived || flag == 0)
		return false;
	if (flag == BOOK_IN_REQUESTS)
		return true;
	if (flag == BOOK_IN_FINISHED) /* as long as its record is there */
		return !is_held && (order->seen & BOOK_IN_ORDERS) != 0;
	return is_held;
}

/* A size that is not the log's: names the first order that no scan has seen there. */
static enum verdict note_missing(struct audit *audit, unsigned flag, const char *where,
				 const char *invariant, int64_t has, int64_t wanted)
{
	for (size_t i = 0; i < book_orders(audit->book) && has < wanted; i++) {
		const struct book_order *order = book_order_at(audit->book, i);

		if (is_wanted(audit, order, flag) && (order->seen & flag) == 0)
			return audit_note(audit, order->order.seq, order->order.seq,
					  "%s: order %" PRId64 " (%s) is missing in %s: it has "
					  "%" PRId64 " elements, by the log %" PRId64,
					  invariant, order->order.seq,
					  events_state_word(order->order.state), where, has,
					  wanted);
	}
	return audit_note(audit, 0, book_item(audit->book)->seq,
			  "%s: %s has %" PRId64 " elements, by the log %" PRId64, invariant, where,
			  has, wanted);
}

static enum verdict check_sizes(struct audit *audit, const struct redis_reply *reply)
{
	const int64_t orders = redis_reply_number(redis_reply_at(reply, AT_ORDERS));
	const int64_t finished = redis_reply_number(redis_reply_at(reply, AT_FINISHED));
	const int64_t held = (int64_t)book_held(audit->book);
	const int64_t all = audit->is_archived ? 0 : (int64_t)book_orders(audit->book);
	const int64_t buyers = audit->is_archived ? 0 : (int64_t)book_buyers(audit->book);
	const struct {
		int64_t has, wanted;
		unsigned flag;
		const char *where, *invariant;
	} sizes[] = {
		{ redis_reply_number(redis_reply_at(reply, AT_UNPAID)), held, BOOK_IN_UNPAID,
		  "unpaid", "I2" },
		{ orders - finished, held, BOOK_IN_ORDERS, "orders, without the finished,", "I7" },
		{ redis_reply_number(redis_reply_at(reply, AT_REQUESTS)), all, BOOK_IN_REQUESTS,
		  "requests", "I3" },
		{ redis_reply_number(redis_reply_at(reply, AT_BUYERS)), buyers, 0, "buyers", "I4" },
		{ redis_reply_number(redis_reply_at(reply, AT_PAYMENTS)),
		  (int64_t)book_payments(audit->book), 0, "payments", "I7" },
	};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (sizes[i].has != sizes[i].wanted)
			return note_missing(audit, sizes[i].flag, sizes[i].where,
					    sizes[i].invariant, sizes[i].has, sizes[i].wanted);
	}
	audit->counts.deadlines = sizes[0].has;
	audit->counts.finished = finished;
	audit->counts.keys = sizes[2].has;
	audit->counts.buyers = sizes[3].has;
	audit->counts.payments = sizes[4].has;
	return VERDICT_DONE;
}

static enum verdict check_stream(struct audit *audit, const struct redis_reply *reply)
{
	int64_t last = last_id(redis_reply_at(reply, AT_STREAM));
	int64_t seq = book_item(audit->book)->seq;

	if (last == seq)
		return VERDICT_DONE;
	if (last < 0)
		return audit_note(audit, 0, seq, "I5: the stream of events is gone");
	return audit_note(audit, 0, seq,
			  "I5: the item is at event %" PRId64 " and the stream at %" PRId64, seq,
			  last);
}

/* I1: what is held and paid, added up order by order. */
static enum verdict check_sums(struct audit *audit)
{
	const struct events_item *item = book_item(audit->book);
	int64_t held = 0, paid = 0;

	for (size_t i = 0; i < book_orders(audit->book); i++) {
		const struct events_order *order = &book_order_at(audit->book, i)->order;

		if (order->epoch != item->epoch)
			continue;
		held += order->state == EVENTS_HELD ? order->units : 0;
		paid += order->state == EVENTS_IS_PAID ? order->units : 0;
	}
	if (held == item->held && paid == item->paid)
		return VERDICT_DONE;
	return audit_note(audit, 0, item->seq,
			  "I1: the orders hold %" PRId64 " and paid %" PRId64
			  " units, the item says %" PRId64 " and %" PRId64,
			  held, paid, item->held, item->paid);
}

/*
 * An order may leave Redis only after SQL holds its end. One that had ended before the scans began
 * and which SQL does not hold even now must have been seen by them.
 */
static enum verdict check_left(struct audit *audit, int64_t sql_seq)
{
	for (size_t i = 0; i < book_orders(audit->book); i++) {
		const struct book_order *order = book_order_at(audit->book, i);

		if ((order->seen & BOOK_IN_ORDERS) != 0 || order->ended_seq <= sql_seq ||
		    order->ended_seq > audit->started_at)
			continue;
		return audit_note(audit, order->order.seq, order->ended_seq,
				  "I6: order %" PRId64 " has left Redis, and SQL does not hold its "
				  "end (event %" PRId64 ") but only %" PRId64 " events",
				  order->order.seq, order->ended_seq, sql_seq);
	}
	return VERDICT_DONE;
}

/* What Redis was told of SQL must be true, and what it let go of be there: asked after Redis. */
static enum verdict check_recorded(struct audit *audit)
{
	struct ledger_item row;
	enum verdict verdict = ledger_read_item(audit->tools, audit->item, &row);

	if (verdict != VERDICT_DONE)
		return verdict;
	if (row.state.seq >= audit->recorded)
		return check_left(audit, row.state.seq);
	return audit_note(audit, 0, audit->recorded,
			  "I6: Redis was told that SQL holds %" PRId64
			  " events and may have let go of them; SQL holds %" PRId64,
			  audit->recorded, row.state.seq);
}

enum verdict audit_sizes(struct audit *audit)
{
	struct redis_reply *reply;
	enum verdict verdict = read_sizes(audit, &reply);

	if (verdict != VERDICT_DONE)
		return verdict;
	verdict = check_stream(audit, reply);
	if (verdict == VERDICT_DONE)
		verdict = check_sizes(audit, reply);
	redis_reply_free(reply);
	if (verdict == VERDICT_DONE)
		verdict = check_sums(audit);
	return verdict == VERDICT_DONE ? check_recorded(audit) : verdict;
}
