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
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/xmalloc.h"
#include "ctl/audit_parts.h"
#include "ctl/ledger.h"
#include "ctl/say.h"
#include "ctl/statlog_line.h"

enum { FILES_MAX = 256, BUFFER_BYTES = 1 << 16 };

struct files {
	int fds[FILES_MAX];
	off_t sizes[FILES_MAX];
	char *names[FILES_MAX];
	size_t count;
};

static void close_files(struct files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		close(files->fds[i]);
		free(files->names[i]);
	}
	files->count = 0;
}

static enum verdict open_file(struct files *files, const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0 || files->count == FILES_MAX) {
		say("%s cannot be read: %s", name,
		    files->count == FILES_MAX ? "too many files" : strerror(errno));
		if (fd >= 0)
			close(fd);
		return VERDICT_AWAY;
	}
	files->fds[files->count] = fd;
	files->sizes[files->count] = st.st_size;
	files->names[files->count++] = xstrdup(name);
	return VERDICT_DONE;
}

static enum verdict open_pattern(struct files *files, const char *pattern)
{
	enum verdict verdict = VERDICT_DONE;
	glob_t found;

	if (glob(pattern, 0, NULL, &found) != 0) {
		say("no file is called %s", pattern);
		return VERDICT_DONE;
	}
	for (size_t i = 0; i < found.gl_pathc && verdict == VERDICT_DONE; i++)
		verdict = open_file(files, found.gl_pathv[i]);
	globfree(&found);
	return verdict;
}

/* Opens all files of --stat-log, as long as they are now. */
static enum verdict open_files(struct files *files, const char *patterns)
{
	enum verdict verdict = VERDICT_DONE;

	while (*patterns != '\0' && verdict == VERDICT_DONE) {
		size_t size = strcspn(patterns, ",");
		char *pattern = strndup(patterns, size);

		verdict = open_pattern(files, pattern);
		free(pattern);
		patterns += size + (patterns[size] == ',');
	}
	return verdict;
}

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

/* Is the line's key the beginning of its order's? Redis is asked, then SQL. */
static enum verdict look_for_key(struct audit *audit, const struct statlog_line *line, bool *is_cut)
{
	char key[KEYS_NAME_BYTES], digits[24];
	struct cut_key wanted = { .part = line->key };
	struct record_order record;
	struct redis_reply *reply;
	bool found;
	enum verdict verdict;

	(void)keys_name(key, audit->item, KEYS_ORDERS);
	snprintf(digits, sizeof(digits), "%" PRId64, line->order);
	verdict = cut_ask(audit->tools, &reply, "HGET", key, digits, (char *)NULL);
	if (verdict != VERDICT_DONE)
		return verdict;
	struct redis_word text = redis_reply_text(reply);
	if (record_read_order((struct events_text){ text.text, text.size }, &record))
		compare_key(&wanted, record.key);
	redis_reply_free(reply);
	if (!wanted.is_cut)
		verdict = ledger_order(audit->tools, audit->item, line->order, take_row, &wanted,
				       &found);
	*is_cut = wanted.is_cut;
	return verdict;
}

static enum verdict check_sold(struct audit *audit, const struct statlog_line *line,
			       const char *name)
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

static enum verdict check_line(struct audit *audit, struct events_text text, const char *name)
{
	const size_t item_size = strlen(audit->item);
	struct statlog_line line;

	audit->counts.lines++;
	if (!statlog_line_read(text, &line)) {
		audit->counts.torn_lines++;
		return VERDICT_DONE;
	}
	if (!line.is_sold || line.item.size != item_size ||
	    memcmp(line.item.at, audit->item, item_size) != 0)
		return VERDICT_DONE;
	return check_sold(audit, &line, name);
}

/* Looks at the whole lines of a buffer; *used becomes what is left of the last one. */
static enum verdict check_buffer(struct audit *audit, char *buffer, size_t *used, const char *name)
{
	enum verdict verdict = VERDICT_DONE;
	char *at = buffer, *end = buffer + *used, *stop;

	while (verdict == VERDICT_DONE && (stop = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		verdict = check_line(audit, (struct events_text){ at, (size_t)(stop - at) }, name);
		at = stop + 1;
	}
	*used = (size_t)(end - at);
	memmove(buffer, at, *used);
	if (*used == BUFFER_BYTES) { /* no line is so long: it is none */
		audit->counts.torn_lines++;
		*used = 0;
	}
	return verdict;
}

static enum verdict check_file(struct audit *audit, struct files *files, size_t i, char *buffer)
{
	enum verdict verdict = VERDICT_DONE;
	off_t left = files->sizes[i];
	size_t used = 0;

	while (verdict == VERDICT_DONE && left > 0) {
		size_t room = BUFFER_BYTES - used;
		ssize_t n = read(files->fds[i], buffer + used,
				 (off_t)room < left ? room : (size_t)left);

		if (n <= 0)
			break; /* it was cut, or is a folder: what is not there says nothing */
		left -= n;
		used += (size_t)n;
		verdict = check_buffer(audit, buffer, &used, files->names[i]);
	}
	audit->counts.files++;
	return verdict;
}

enum verdict audit_lines(struct audit *audit)
{
	struct files *files = xcalloc(1, sizeof(*files));
	struct redis_reply *reply = NULL;
	char *buffer = xmalloc(BUFFER_BYTES);
	enum verdict verdict = open_files(files, audit->tools->options->stat_log);

	if (verdict == VERDICT_DONE && files->count > 0)
		verdict = audit_cut(audit, NULL, 0, &reply);
	redis_reply_free(reply);
	for (size_t i = 0; i < files->count && verdict == VERDICT_DONE; i++)
		verdict = check_file(audit, files, i, buffer);
	close_files(files);
	free(files);
	free(buffer);
	return verdict;
}
