/*
 * report_page.c - the page of a report: what is said above, and a section for each question; see
 * report_parts.h.
 *
 * It is HTML that an XML parser takes as well. Nothing in it is fetched from anywhere, and a policy
 * in its head forbids that.
 */
#include <inttypes.h>

#include "ctl/markup.h"
#include "ctl/report_tables.h"

static const char *say(const struct report *report, enum word word)
{
	return words_text(report->language, word);
}

static void write_head(const struct report *report, FILE *file)
{
	char opened[MARKUP_NUMBER_BYTES], made[MARKUP_NUMBER_BYTES];

	fprintf(file,
		"<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" "
		"lang=\"%s\">\n<head>\n"
		"<meta charset=\"utf-8\"/>\n<meta http-equiv=\"Content-Security-Policy\" "
		"content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
		"form-action 'none'\"/>\n"
		"<meta name=\"viewport\" content=\"width=device-width, "
		"initial-scale=1\"/>\n<title>",
		words_code(report->language));
	markup_text(file, report->item);
	fprintf(file, ": %s</title>\n<style>", say(report, WORD_TITLE));
	report_page_style(file);
	fprintf(file, "</style>\n</head>\n<body>\n<main>\n<p class=\"soft\">%s</p>\n<h1>",
		say(report, WORD_TITLE));
	markup_text(file, report->item);
	fprintf(file,
		"</h1>\n<p class=\"soft\">%s %s UTC &#183; %s %s UTC &#183; Penstock %s</p>\n",
		say(report, WORD_OPENED), markup_time(opened, report->sale.opened_ms),
		say(report, WORD_MADE), markup_time(made, report->made_ms), PENSTOCK_VERSION);
}

static void write_verdict(const struct report *report, FILE *file)
{
	const bool agrees = report_agrees(report);

	fprintf(file,
		"<div id=\"verdict\" class=\"verdict %s\"><span class=\"sign\" "
		"aria-hidden=\"true\">"
		"%s</span><div><strong>%s</strong><p class=\"soft\">",
		agrees ? "good" : "bad", agrees ? "&#10003;" : "&#10007;",
		say(report, agrees ? WORD_AGREES : WORD_DISAGREES));
	if (agrees)
		markup_text(file, say(report, WORD_AGREES_SAYS));
	else
		markup_text(file, report->audit.fault.what);
	fputs("</p></div></div>\n", file);
}

static void begin_tile(const struct report *report, FILE *file, enum word name, const char *number)
{
	fprintf(file, "<div class=\"tile\"><span class=\"soft\">%s</span><b>", say(report, name));
	markup_text(file, number);
	fputs("</b><span class=\"soft\">", file);
}

static void end_tile(FILE *file)
{
	fputs("</span></div>\n", file);
}

static void write_stock_tiles(const struct report *report, FILE *file)
{
	const struct events_item *item = book_item(report->audit.book);
	const struct report_sale *sale = &report->sale;
	char one[MARKUP_NUMBER_BYTES], other[MARKUP_NUMBER_BYTES];

	begin_tile(report, file, WORD_TILE_SOLD, markup_number(one, item->held + item->paid));
	markup_say(file, say(report, WORD_TILE_SOLD_SAYS),
		   markup_number(other, item->total - item->outside));
	end_tile(file);
	if (sale->sold_out_ms != 0)
		markup_span(one, (sale->sold_out_ms - sale->first_ms) * 1000);
	else
		snprintf(one, sizeof(one), "-");
	begin_tile(report, file, WORD_TILE_SELLOUT, one);
	markup_text(file, say(report, sale->sold_out_ms != 0 ? WORD_TILE_SELLOUT_SAYS
							     : WORD_TILE_NOT_SOLD_OUT));
	end_tile(file);
	begin_tile(report, file, WORD_TILE_PAID, markup_number(one, item->paid));
	markup_say(file, say(report, WORD_TILE_PAID_SAYS), markup_number(one, item->held),
		   markup_number(other, report_resold(report)));
	end_tile(file);
}

static void write_request_tiles(const struct report *report, FILE *file)
{
	const struct events_item *item = book_item(report->audit.book);
	const struct report_lines *lines = &report->lines;
	char one[MARKUP_NUMBER_BYTES], other[MARKUP_NUMBER_BYTES];
	int64_t all[LATENCY_BUCKETS], units = item->total - item->outside;

	if (lines->requests == 0)
		return;
	report_latencies(report, all);
	begin_tile(report, file, WORD_TILE_REQUESTS, markup_number(one, lines->requests));
	snprintf(other, sizeof(other), "%.1f",
		 units > 0 ? (double)lines->requests / (double)units : 0.0);
	markup_say(file, say(report, WORD_TILE_REQUESTS_SAYS), other);
	end_tile(file);
	begin_tile(report, file, WORD_TILE_PEAK, markup_number(one, lines->peak_sold));
	markup_say(file, say(report, WORD_TILE_PEAK_SAYS), markup_number(one, lines->peak_answers));
	end_tile(file);
	begin_tile(report, file, WORD_TILE_LATENCY, markup_span(one, latency_percentile(all, 990)));
	markup_say(file, say(report, WORD_TILE_LATENCY_SAYS),
		   markup_span(one, latency_percentile(all, 500)));
	end_tile(file);
}

static void write_note(const struct report *report, FILE *file, enum word word,
		       const int64_t *counts)
{
	char numbers[4][MARKUP_NUMBER_BYTES];

	for (size_t i = 0; i < 4; i++)
		markup_number(numbers[i], counts[i]);
	fputs("<li>", file);
	markup_say(file, say(report, word), numbers[0], numbers[1], numbers[2], numbers[3]);
	fputs("</li>\n", file);
}

static void write_notes(const struct report *report, FILE *file)
{
	const struct report_lines *lines = &report->lines;
	const struct audit_counts *counts = &report->audit.counts;
	const int64_t log[4] = { book_item(report->audit.book)->seq };
	const int64_t read[4] = { counts->lines, counts->files };
	const int64_t skipped[4] = { lines->bad, lines->other, lines->earlier, lines->undated };
	const int64_t ahead[4] = { lines->ahead };

	fprintf(file, "<section class=\"notes\"><h2>%s</h2><ul>\n", say(report, WORD_NOTES));
	write_note(report, file, WORD_NOTE_LOG, log);
	if (counts->files == 0)
		write_note(report, file, WORD_NOTE_NO_LINES, log);
	else
		write_note(report, file, WORD_NOTE_LINES, read);
	if (skipped[0] + skipped[1] + skipped[2] + skipped[3] > 0)
		write_note(report, file, WORD_NOTE_SKIPPED, skipped);
	if (lines->ahead > 0)
		write_note(report, file, WORD_NOTE_AHEAD, ahead);
	fputs("</ul></section>\n", file);
}

/* A section: its title, its sentence, its plot, and the table behind it. */
static const struct {
	enum report_plot plot;
	enum word title, says;
	report_table *table; /* may be NULL */
	bool needs_lines;
} sections[] = {
	{ REPORT_PLOT_SALES, WORD_SALES, WORD_SALES_SAYS, NULL, true },
	{ REPORT_PLOT_SELLOUT, WORD_SELLOUT, WORD_SELLOUT_SAYS, report_table_moments, false },
	{ REPORT_PLOT_SHARES, WORD_SHARES, WORD_SHARES_SAYS, report_table_nodes, true },
	{ REPORT_PLOT_ANSWERS, WORD_ANSWERS, WORD_ANSWERS_SAYS, NULL, true },
	{ REPORT_PLOT_REFUSALS, WORD_REFUSALS, WORD_REFUSALS_SAYS, report_table_reasons, true },
	{ REPORT_PLOT_LATENCY, WORD_LATENCY, WORD_LATENCY_SAYS, report_table_latency, true },
	{ REPORT_PLOT_STOCK, WORD_STOCK, WORD_STOCK_SAYS, NULL, false },
	{ REPORT_PLOT_RETURNS, WORD_RETURNS, WORD_RETURNS_SAYS, report_table_flows, false },
	{ REPORT_PLOT_ORDERS, WORD_ORDERS, WORD_ORDERS_SAYS, report_table_orders, false },
	{ REPORT_PLOT_CONSERVATION, WORD_CONSERVATION, WORD_CONSERVATION_SAYS,
	  report_table_crossing, false },
};

void report_page(const struct report *report, FILE *file)
{
	write_head(report, file);
	write_verdict(report, file);
	fputs("<div class=\"tiles\">\n", file);
	write_stock_tiles(report, file);
	write_request_tiles(report, file);
	fputs("</div>\n", file);
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (sections[i].needs_lines && report->lines.requests == 0)
			continue;
		fprintf(file, "<section id=\"%s\"><h2>", report_plot_name(sections[i].plot));
		markup_text(file, say(report, sections[i].title));
		fputs("</h2><p class=\"soft\">", file);
		markup_text(file, say(report, sections[i].says));
		fputs("</p>\n", file);
		report_plot(report, sections[i].plot, false, file);
		if (sections[i].table != NULL)
			sections[i].table(report, file);
		fputs("</section>\n", file);
	}
	write_notes(report, file);
	fputs("</main>\n</body>\n</html>\n", file);
}
