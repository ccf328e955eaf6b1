/*
 * report_lines.c - what stat.log tells of a sale; see report_parts.h.
 *
 * A line that sold is of its order's sale; any other one is of the newest sale if it was written
 * after the opening. Lines are crossed with the log as the audit does, but for those of orders that
 * the ledger had not recorded yet.
 */
#include <stdlib.h>
#include <string.h>

#include "common/weights.h"
#include "common/xmalloc.h"
#include "ctl/report_parts.h"
#include "ctl/say.h"
#include "ctl/statlog_files.h"
#include "common/text.h"

enum { AHEAD_MS = 60000 }; /* a node's clock may be so far before ours */

struct reading {
	struct report *report;
	const struct statlog_files *files;
	size_t *nodes; /* by file */
	enum verdict verdict;
	struct audit_fault fault; /* the first */
};

static bool is_text(struct events_text text, const char *word)
{
	return text.size == strlen(word) && memcmp(text.at, word, text.size) == 0;
}

/* The node in whose folder a file lies; the last takes what does not fit. */
static size_t node_of(struct report_lines *lines, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t size = slash == NULL ? 0 : (size_t)(slash - path), i = 0;
	char *folder = strndup(path, size);
	const char *last = strrchr(folder, '/');

	last = last == NULL ? folder : last + 1;
	while (i < lines->node_count && strcmp(lines->nodes[i].folder, folder) != 0)
		i++;
	if (i == REPORT_NODES)
		i--;
	if (i < lines->node_count) {
		free(folder);
		return i;
	}
	if (*last == '\0')
		last = path;
	lines->nodes[i] =
		(struct report_node){ .folder = folder, .label = text_clean(last, strlen(last)) };
	return lines->node_count++;
}

static void take_reason(struct report_lines *lines, struct events_text reason)
{
	static const char rest[] = "OTHER";
	size_t i = 0;

	while (i < lines->reason_count && !is_text(reason, lines->reasons[i].word))
		i++;
	if (i == lines->reason_count && i + 1 < REPORT_REASONS && reason.size < REPORT_REASON_BYTES)
		memcpy(lines->reasons[lines->reason_count++].word, reason.at, reason.size);
	if (i == lines->reason_count) { /* more kinds than any node has */
		i = REPORT_REASONS - 1;
		memcpy(lines->reasons[i].word, rest, sizeof(rest));
		lines->reason_count = REPORT_REASONS;
	}
	lines->reasons[i].count++;
}

/*
 * Was it before nothing was left for the first time, or a tenth of that time after it? The plot of
 * the sales goes so far: what returns and is sold again later would make the rush a single bar.
 */
static bool is_of_rush(const struct report_sale *sale, int64_t at_ms)
{
	int64_t tenth = (sale->sold_out_ms - sale->first_ms) / 10;

	return sale->sold_out_ms == 0 || at_ms <= sale->sold_out_ms + (tenth < 50 ? 50 : tenth);
}

/* Counts a line of the sale. */
static void take_line(struct report *report, size_t node, const struct statlog_line *line)
{
	struct report_lines *lines = &report->lines;
	enum report_answer answer = line->is_sold ? REPORT_SOLD : REPORT_REFUSED;
	bool is_repeated = is_text(line->reason, "REPEATED");

	lines->requests++;
	lines->sold += line->is_sold;
	lines->repeated += is_repeated;
	lines->nodes[node].requests++;
	lines->nodes[node].sold += line->is_sold;
	if (!line->is_sold && !is_repeated)
		take_reason(lines, line->reason);
	if (lines->first_ms == 0 || line->time_ms < lines->first_ms)
		lines->first_ms = line->time_ms;
	if (line->time_ms > lines->last_ms)
		lines->last_ms = line->time_ms;
	if (line->micros > lines->most_micros)
		lines->most_micros = line->micros;
	lines->latencies[answer][latency_bucket(line->micros)]++;
	timeline_add(report->latencies, line->time_ms, latency_bucket(line->micros), 1);
	timeline_add(report->answers, line->time_ms, answer, 1);
	if (line->is_sold && is_of_rush(&report->sale, line->time_ms))
		timeline_add(report->sales, line->time_ms, node, 1);
}

/* Crosses a line that sold; *is_ours: its order is of the newest sale. */
static enum verdict cross(struct reading *reading, size_t file, const struct statlog_line *line,
			  bool *is_ours)
{
	struct report *report = reading->report;
	struct audit *audit = &report->audit;
	const int64_t torn = audit->counts.torn_lines;
	enum verdict verdict;

	*is_ours = true;
	if (line->order > book_item(audit->book)->seq) {
		report->lines.ahead++;
		return VERDICT_DONE;
	}
	verdict = audit_sold_line(audit, line, statlog_files_name(reading->files, file));
	if (verdict == VERDICT_NO && !reading->fault.is_there)
		reading->fault = audit->fault;
	if (audit->counts.torn_lines != torn) { /* cut inside its key */
		report->lines.bad++;
		*is_ours = false;
		return verdict;
	}
	report->lines.crossed++;
	report->lines.agreed += verdict == VERDICT_DONE;
	if (verdict == VERDICT_DONE)
		*is_ours = book_find(audit->book, line->order)->order.epoch ==
			   book_item(audit->book)->epoch;
	return verdict;
}

static bool see_line(void *owner, size_t file, struct events_text text)
{
	struct reading *reading = owner;
	struct report *report = reading->report;
	struct report_node *node = &report->lines.nodes[reading->nodes[file]];
	struct statlog_line line;
	const int64_t bad = report->lines.bad;
	enum verdict verdict = VERDICT_DONE;
	bool is_ours;

	report->audit.counts.lines++;
	if (!statlog_line_read(text, &line)) {
		report->lines.bad++;
		return true;
	}
	node->port = line.port;
	if (!is_text(line.item, report->item)) {
		report->lines.other++;
		return true;
	}
	is_ours = line.time_ms >= report->sale.opened_ms;
	if (line.is_sold)
		verdict = cross(reading, file, &line, &is_ours);
	if (line.time_ms == 0 || line.time_ms > report->made_ms + AHEAD_MS)
		report->lines.undated++;
	else if (!is_ours)
		report->lines.earlier += report->lines.bad == bad;
	else
		take_line(report, reading->nodes[file], &line);
	if (verdict != VERDICT_DONE)
		reading->verdict = verdict;
	return verdict != VERDICT_AWAY;
}

static int by_count(const void *a, const void *b)
{
	const struct report_reason *one = a, *other = b;

	if (one->count != other->count)
		return one->count < other->count ? 1 : -1;
	return strcmp(one->word, other->word);
}

/* Orders of the sale of which no line tells. */
static void count_unlined(struct report *report)
{
	const struct audit *audit = &report->audit;

	for (size_t i = 0; i < book_orders(audit->book); i++) {
		const struct book_order *order = book_order_at(audit->book, i);

		report->audit.counts.unlined +=
			order->order.epoch == book_item(audit->book)->epoch &&
			(order->seen & BOOK_IN_STATLOG) == 0;
	}
}

/* Weights of the file of --weights-from, by the nodes' ports. */
static enum verdict read_weights(struct report *report)
{
	const char *path = report->tools->options->weights_from;

	for (size_t i = 0; *path != '\0' && i < report->lines.node_count; i++) {
		struct report_node *node = &report->lines.nodes[i];

		node->weight = weights_read(path, (unsigned)node->port);
		if (node->weight >= 0)
			continue;
		say("%s cannot be read; see --weights-from", path);
		return VERDICT_AWAY;
	}
	return VERDICT_DONE;
}

enum verdict report_read_lines(struct report *report, struct statlog_files *files)
{
	const size_t count = statlog_files_count(files);
	struct reading reading = { .report = report, .files = files };
	enum verdict verdict;

	reading.nodes = xcalloc(count + 1, sizeof(*reading.nodes));
	for (size_t i = 0; i < count; i++)
		reading.nodes[i] = node_of(&report->lines, statlog_files_name(files, i));
	report->sales = timeline_open(report->lines.node_count + 1);
	report->answers = timeline_open(REPORT_ANSWERS);
	report->latencies = timeline_open(LATENCY_BUCKETS);
	verdict = statlog_files_read(files, true, see_line, &reading);
	report->lines.peak_sold = timeline_peak(report->answers, REPORT_SOLD, 1);
	report->lines.peak_answers = timeline_peak(report->answers, 0, REPORT_ANSWERS);
	report->audit.counts.files = (int64_t)count;
	count_unlined(report);
	free(reading.nodes);
	if (reading.fault.is_there)
		report->audit.fault = reading.fault;
	qsort(report->lines.reasons, report->lines.reason_count, sizeof(report->lines.reasons[0]),
	      by_count);
	if (verdict == VERDICT_DONE && reading.verdict != VERDICT_AWAY)
		verdict = read_weights(report);
	return verdict == VERDICT_DONE ? reading.verdict : verdict;
}

void report_end_lines(struct report *report)
{
	for (size_t i = 0; i < report->lines.node_count; i++) {
		free(report->lines.nodes[i].folder);
		free(report->lines.nodes[i].label);
	}
	timeline_close(report->sales);
	timeline_close(report->answers);
	timeline_close(report->latencies);
}

void report_latencies(const struct report *report, int64_t all[LATENCY_BUCKETS])
{
	for (size_t i = 0; i < LATENCY_BUCKETS; i++)
		all[i] = report->lines.latencies[REPORT_SOLD][i] +
			 report->lines.latencies[REPORT_REFUSED][i];
}

int64_t report_weights(const struct report *report)
{
	int64_t sum = 0;

	for (size_t i = 0; i < report->lines.node_count; i++) {
		if (report->lines.nodes[i].weight <= 0)
			return 0;
		sum += report->lines.nodes[i].weight;
	}
	return sum;
}
