/*
 * audit_lines.c - the stat.log files against the log; see audit_parts.h.
 *
 * A node writes a line after Redis answered. So the files' sizes are noted first, then a last cut
 * is taken: whatever stands within those sizes tells of an order that the book has by then.
 *
 * That an order has no line is no violation: a node that is killed loses what it had not written
 * yet, and of a buyer who asked again it says REPEATED. They are counted. So are torn lines; one
 * that was cut inside its key, the last field, looks whole and is told by the order's own key.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl/audit_parts.h"
#include "ctl/ledger.h"
#include "ctl/statlog_files.h"

/* A key that is looked for, as far as a line has it. */
struct cut_key {
	struct events_text part;
	bool is_cut;
};

static void compare_key(struct cut_key *key, struct events_text whole)
{
	if (key->part.size < whole.size && memcmp(key->part.at, whole.at, key->part.size) == 0)
		key->is_cut = true;
}

static bool take_row(void *owner, const struct ledger_order *row)
{
	compare_key(owner, row->key);
	return false;
}

/* Compares with the key that Redis has of the order. */
static enum verdict look_in_redis(struct audit *audit, int64_t order, struct cut_key *wanted)
{
	char key[KEYS_NAME_BYTES], digits[24];
	struct record_order record;
	struct redis_reply *reply;
	enum verdict verdict;

	(void)keys_name(key, audit->item, KEYS_ORDERS);
	snprintf(digits, sizeof(digits), "%" PRId64, order);
	verdict = cut_ask(audit->tools, &reply, "HGET", key, digits, (char *)NULL);
	if (verdict != VERDICT_DONE)
		return verdict;
	struct redis_word text = redis_reply_text(reply);
	if (record_read_order((struct events_text){ text.text, text.size }, &record))
		compare_key(wanted, record.key);
	redis_reply_free(reply);
	return VERDICT_DONE;
}

/* Is the line's key the beginning of its order's? Redis is asked if it is there, then SQL. */
static enum verdict look_for_key(struct audit *audit, const struct statlog_line *line, bool *is_cut)
{
	struct cut_key wanted = { .part = line->key };
	enum verdict verdict = VERDICT_DONE;
	bool found;

	if (audit->tools->redis != NULL)
		verdict = look_in_redis(audit, line->order, &wanted);
	if (verdict == VERDICT_DONE && !wanted.is_cut)
		verdict = ledger_order(audit->tools, audit->item, line->order, take_row, &wanted,
				       &found);
	*is_cut = wanted.is_cut;
	return verdict;
}

enum verdict audit_sold_line(struct audit *audit, const struct statlog_line *line, const char *name)
{
	struct book_order *own = book_find(audit->book, line->order);
	const int size = (int)line->key.size;
	enum verdict verdict;
	bool is_cut = false;

	if (own != NULL && own->key != book_hash(audit->book, line->key)) {
		verdict = look_for_key(audit, line, &is_cut);
		audit->counts.torn_lines += is_cut;
		if (verdict != VERDICT_DONE || is_cut)
			return verdict;
	}
	audit->counts.sold_lines++;
	if (own == NULL)
		return audit_note(audit, line->order, line->order,
				  "H1: %s says that order %" PRId64
				  " was sold (key %.*s); no event created it",
				  name, line->order, size, line->key.at);
	if (own->key != book_hash(audit->book, line->key) || own->order.units != line->units)
		return audit_note(audit, line->order, line->order,
				  "H1: %s says that order %" PRId64 " is of key %.*s and %" PRId64
				  " units; by the log it is another",
				  name, line->order, size, line->key.at, line->units);
	if (own->seen & BOOK_IN_STATLOG)
		return audit_note(audit, line->order, line->order,
				  "H2: order %" PRId64 " was sold twice: by %s and a line before",
				  line->order, name);
	own->seen |= BOOK_IN_STATLOG;
	return VERDICT_DONE;
}

struct reading {
	struct audit *audit;
	const struct statlog_files *files;
	enum verdict verdict;
};

static bool check_line(void *owner, size_t file, struct events_text text)
{
	struct reading *reading = owner;
	struct audit *audit = reading->audit;
	const size_t item_size = strlen(audit->item);
	struct statlog_line line;

	audit->counts.lines++;
	if (!statlog_line_read(text, &line)) {
		audit->counts.torn_lines++;
		return true;
	}
	if (!line.is_sold || line.item.size != item_size ||
	    memcmp(line.item.at, audit->item, item_size) != 0)
		return true;
	reading->verdict = audit_sold_line(audit, &line, statlog_files_name(reading->files, file));
	return reading->verdict == VERDICT_DONE;
}

enum verdict audit_lines(struct audit *audit)
{
	struct statlog_files *files;
	struct redis_reply *reply = NULL;
	enum verdict verdict = statlog_files_open(&files, audit->tools->options->stat_log);
	struct reading reading = { audit, files, VERDICT_DONE };

	if (verdict ==
	    VERDICT_NO) /* of files that are not there it cannot be said that they agree */
		verdict = VERDICT_AWAY;
	if (verdict == VERDICT_DONE && statlog_files_count(files) > 0)
		verdict = audit_cut(audit, NULL, 0, &reply);
	redis_reply_free(reply);
	audit->counts.files = (int64_t)statlog_files_count(files);
	if (verdict == VERDICT_DONE)
		verdict = statlog_files_read(files, false, check_line, &reading);
	statlog_files_close(files);
	return verdict == VERDICT_DONE ? reading.verdict : verdict;
}
