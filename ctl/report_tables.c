/*
 * report_tables.c - the tables of a report's page; see report_tables.h.
 */
#include "ctl/report_tables.h"

#include "ctl/markup.h"

static const char *say(const struct report *report, enum word word)
{
	return words_text(report->language, word);
}

/* The head of a table: `words` columns of words first, then those of numbers. */
static void begin_table(const struct report *report, FILE *file, size_t words,
			const enum word *columns, size_t count)
{
	fputs("<div class=\"wrap\"><table>\n<thead><tr>", file);
	for (size_t i = 0; i < count; i++) {
		fprintf(file, i < words ? "<th class=\"w\" scope=\"col\">" : "<th scope=\"col\">");
		markup_text(file, say(report, columns[i]));
		fputs("</th>", file);
	}
	fputs("</tr></thead>\n<tbody>\n", file);
}

static void end_table(FILE *file)
{
	fputs("</tbody></table></div>\n", file);
}

static void begin_row(FILE *file, const char *name)
{
	fputs("<tr><td class=\"w\">", file);
	markup_text(file, name);
	fputs("</td>", file);
}

static void write_words(FILE *file, const char *text)
{
	fputs("<td class=\"w\">", file);
	markup_text(file, text);
	fputs("</td>", file);
}

static void write_cell(FILE *file, const char *text)
{
	fputs("<td>", file);
	markup_text(file, text);
	fputs("</td>", file);
}

static void write_number(FILE *file, int64_t number)
{
	char text[MARKUP_NUMBER_BYTES];

	write_cell(file, markup_number(text, number));
}

static void end_row(FILE *file)
{
	fputs("</tr>\n", file);
}

/* A table of names and numbers. */
struct count_row {
	enum word name;
	int64_t count;
};

static void write_counts(const struct report *report, FILE *file, const struct count_row *rows,
			 size_t count)
{
	static const enum word columns[] = { WORD_COL_WHAT, WORD_COL_COUNT };

	begin_table(report, file, 1, columns, 2);
	for (size_t i = 0; i < count; i++) {
		begin_row(file, say(report, rows[i].name));
		write_number(file, rows[i].count);
		end_row(file);
	}
	end_table(file);
}

static const char *since_first(char text[MARKUP_NUMBER_BYTES], const struct report_sale *sale,
			       int64_t at_ms)
{
	return at_ms == 0 ? "-" : markup_span(text, (at_ms - sale->first_ms) * 1000);
}

void report_table_moments(const struct report *report, FILE *file)
{
	const struct report_sale *sale = &report->sale;
	const struct {
		enum word name;
		int64_t at_ms;
	} rows[] = {
		{ WORD_MOMENT_HALF, sale->half_ms },
		{ WORD_MOMENT_TENTH, sale->tenth_ms },
		{ WORD_MOMENT_GONE, sale->sold_out_ms },
	};
	char text[MARKUP_NUMBER_BYTES];

	if (sale->first_ms == 0)
		return;
	fputs("<div class=\"wrap\"><table>\n<tbody>\n", file);
	begin_row(file, say(report, WORD_MOMENT_FIRST));
	write_cell(file, markup_time(text, sale->first_ms));
	end_row(file);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin_row(file, say(report, rows[i].name));
		write_cell(file, since_first(text, sale, rows[i].at_ms));
		end_row(file);
	}
	begin_row(file, say(report, WORD_MOMENT_TIMES));
	write_number(file, sale->sold_outs);
	end_row(file);
	end_table(file);
}

void report_table_nodes(const struct report *report, FILE *file)
{
	static const enum word columns[] = { WORD_COL_NODE,  WORD_COL_WEIGHT, WORD_COL_REQUESTS,
					     WORD_COL_SHARE, WORD_COL_SALES,  WORD_COL_SHARE };
	const struct report_lines *lines = &report->lines;
	char text[MARKUP_NUMBER_BYTES];

	begin_table(report, file, 1, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < lines->node_count; i++) {
		const struct report_node *node = &lines->nodes[i];

		begin_row(file, node->label);
		if (node->weight > 0)
			write_number(file, node->weight);
		else
			write_cell(file, "-");
		write_number(file, node->requests);
		write_cell(file, markup_share(text, node->requests, lines->requests));
		write_number(file, node->sold);
		write_cell(file, markup_share(text, node->sold, lines->sold));
		end_row(file);
	}
	end_table(file);
}

void report_table_reasons(const struct report *report, FILE *file)
{
	static const enum word columns[] = { WORD_COL_REASON, WORD_COL_MEANS, WORD_COL_COUNT };

	if (report->lines.reason_count == 0)
		return;
	begin_table(report, file, 2, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < report->lines.reason_count; i++) {
		const struct report_reason *reason = &report->lines.reasons[i];
		const char *means = words_reason(report->language, reason->word);

		begin_row(file, reason->word);
		write_words(file, means != NULL ? means : say(report, WORD_WHY_OTHER));
		write_number(file, reason->count);
		end_row(file);
	}
	end_table(file);
}

static void write_latency(FILE *file, const char *name, const int64_t *counts, int64_t number)
{
	static const int per_mille[] = { 500, 900, 990, 1000 };
	char text[MARKUP_NUMBER_BYTES];

	begin_row(file, name);
	write_number(file, number);
	for (size_t i = 0; i < sizeof(per_mille) / sizeof(per_mille[0]); i++)
		write_cell(file, number == 0 ? "-"
					     : markup_span(text, latency_percentile(counts,
										    per_mille[i])));
	fputs("</tr>\n", file);
}

void report_table_latency(const struct report *report, FILE *file)
{
	static const enum word columns[] = { WORD_COL_ANSWER, WORD_COL_COUNT, WORD_KEY_MEDIAN,
					     WORD_KEY_P90,    WORD_KEY_P99,   WORD_COL_LONGEST };
	const struct report_lines *lines = &report->lines;
	int64_t all[LATENCY_BUCKETS];

	report_latencies(report, all);
	begin_table(report, file, 1, columns, sizeof(columns) / sizeof(columns[0]));
	write_latency(file, say(report, WORD_KEY_SOLD), lines->latencies[REPORT_SOLD], lines->sold);
	write_latency(file, say(report, WORD_KEY_REFUSED), lines->latencies[REPORT_REFUSED],
		      lines->requests - lines->sold);
	write_latency(file, say(report, WORD_ROW_ALL), all, lines->requests);
	end_table(file);
}

void report_table_flows(const struct report *report, FILE *file)
{
	const int64_t *flows = report->sale.flows;
	const struct count_row rows[] = {
		{ WORD_FLOW_GRANTED, flows[REPORT_GRANTED] },
		{ WORD_FLOW_RETURNED,
		  flows[REPORT_EXPIRED] + flows[REPORT_CANCELLED] + flows[REPORT_REFUNDED] },
		{ WORD_FLOW_RESOLD, report_resold(report) },
		{ WORD_FLOW_ADDED, report->sale.added },
	};

	write_counts(report, file, rows, sizeof(rows) / sizeof(rows[0]));
}

void report_table_orders(const struct report *report, FILE *file)
{
	static const enum word columns[] = { WORD_COL_STATE, WORD_COL_ORDERS, WORD_COL_UNITS,
					     WORD_COL_AMOUNT };
	static const struct {
		enum events_state state;
		enum word name;
	} rows[] = {
		{ EVENTS_IS_PAID, WORD_KEY_PAID },
		{ EVENTS_HELD, WORD_KEY_HELD },
		{ EVENTS_IS_EXPIRED, WORD_KEY_EXPIRED },
		{ EVENTS_IS_CANCELLED, WORD_KEY_CANCELLED },
		{ EVENTS_IS_REFUNDED, WORD_KEY_REFUNDED },
	};

	begin_table(report, file, 1, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct report_state *state = &report->sale.states[rows[i].state];

		begin_row(file, say(report, rows[i].name));
		write_number(file, state->orders);
		write_number(file, state->units);
		write_number(file, state->amount);
		end_row(file);
	}
	end_table(file);
}

size_t report_crossings(const struct report *report,
			struct report_crossing crossings[REPORT_CROSSINGS])
{
	const struct events_item *item = book_item(report->audit.book);
	const struct audit_counts *counts = &report->audit.counts;
	const struct report_sale *sale = &report->sale;
	const int64_t out = item->held + item->paid;
	const int64_t returned = sale->flows[REPORT_EXPIRED] + sale->flows[REPORT_CANCELLED] +
				 sale->flows[REPORT_REFUNDED];
	const struct report_crossing all[REPORT_CROSSINGS] = {
		{ "total", WORD_CROSS_TOTAL, item->total, sale->left + out + item->outside },
		{ "net", WORD_CROSS_NET, out, sale->flows[REPORT_GRANTED] - returned },
		{ "sum", WORD_CROSS_SUM, out,
		  sale->states[EVENTS_HELD].units + sale->states[EVENTS_IS_PAID].units },
		{ "sql_orders", WORD_CROSS_ROWS, (int64_t)book_orders(report->audit.book),
		  counts->rows_orders },
		{ "sql_payments", WORD_CROSS_PAYMENTS, (int64_t)book_payments(report->audit.book),
		  counts->rows_payments },
		{ "sold_lines", WORD_CROSS_LINES, report->lines.crossed, report->lines.agreed },
	};

	for (size_t i = 0; i < REPORT_CROSSINGS; i++)
		crossings[i] = all[i];
	return counts->files > 0 ? REPORT_CROSSINGS : REPORT_CROSSINGS - 1;
}

void report_table_crossing(const struct report *report, FILE *file)
{
	static const enum word columns[] = { WORD_COL_WHAT, WORD_COL_WANTED, WORD_COL_FOUND,
					     WORD_COL_AGREES };
	struct report_crossing crossings[REPORT_CROSSINGS];
	size_t count = report_crossings(report, crossings);
	char number[MARKUP_NUMBER_BYTES];

	begin_table(report, file, 1, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < count; i++) {
		bool is_same = crossings[i].wanted == crossings[i].found;

		begin_row(file, say(report, crossings[i].says));
		write_number(file, crossings[i].wanted);
		write_number(file, crossings[i].found);
		write_cell(file, is_same ? "✓" : "✗");
		end_row(file);
	}
	end_table(file);
	if (report->audit.counts.files == 0 || report->audit.counts.unlined == 0)
		return;
	fputs("<p class=\"soft\">", file);
	markup_say(file, say(report, WORD_CROSS_UNLINED),
		   markup_number(number, report->audit.counts.unlined));
	fputs("</p>\n", file);
}
