/*
 * report_plots.c - the plots of a report over requests, and the list of all; see report_parts.h.
 *
 * Bars are put together until there are at most BINS_SHOWN of them; what a pointer is told is that
 * of a bar.
 */
#include <inttypes.h>

#include "ctl/markup.h"
#include "ctl/plot.h"
#include "ctl/report_parts.h"

enum { BINS_SHOWN = REPORT_BINS, HEIGHT = 300, RAMP = 6, NAME = 100, SENTENCE = 160 };

static const struct {
	const char *name;
	enum word title, says;
} plots[REPORT_PLOTS] = {
	[REPORT_PLOT_SALES] = { "sales", WORD_SALES, WORD_SALES_SAYS },
	[REPORT_PLOT_SHARES] = { "shares", WORD_SHARES, WORD_SHARES_SAYS },
	[REPORT_PLOT_ANSWERS] = { "answers", WORD_ANSWERS, WORD_ANSWERS_SAYS },
	[REPORT_PLOT_SELLOUT] = { "sellout", WORD_SELLOUT, WORD_SELLOUT_SAYS },
	[REPORT_PLOT_STOCK] = { "stock", WORD_STOCK, WORD_STOCK_SAYS },
	[REPORT_PLOT_LATENCY] = { "latency", WORD_LATENCY, WORD_LATENCY_SAYS },
	[REPORT_PLOT_REFUSALS] = { "refusals", WORD_REFUSALS, WORD_REFUSALS_SAYS },
	[REPORT_PLOT_RETURNS] = { "returns", WORD_RETURNS, WORD_RETURNS_SAYS },
	[REPORT_PLOT_ORDERS] = { "orders", WORD_ORDERS, WORD_ORDERS_SAYS },
	[REPORT_PLOT_CONSERVATION] = { "conservation", WORD_CONSERVATION, WORD_CONSERVATION_SAYS },
};

static const char *say(const struct report *report, enum word word)
{
	return words_text(report->language, word);
}

const char *report_plot_name(enum report_plot plot)
{
	return plots[plot].name;
}

static int64_t sum(const int64_t *counts, size_t count)
{
	int64_t all = 0;

	for (size_t i = 0; i < count; i++)
		all += counts[i];
	return all;
}

/* The same bins of `channels` counts, one above the other, by the second. */
struct stack {
	struct timeline *timeline;
	size_t channels;
	const char *const *series; /* a class for each */
	const char *const *names;
};

static double by_second(const struct timeline *timeline, int64_t count)
{
	return (double)count * 1000 / (double)timeline_width_ms(timeline);
}

static void tell_bins(const struct report *report, struct plot *plot, const struct stack *stack)
{
	const int64_t start = report_start_ms(report);
	const struct timeline *timeline = stack->timeline;
	char number[MARKUP_NUMBER_BYTES];

	for (size_t i = 0; i < timeline_bins(timeline); i++) {
		const int64_t *counts = timeline_counts(timeline, i);
		const int64_t at = timeline_at_ms(timeline, i) - start;

		if (sum(counts, stack->channels) == 0)
			continue;
		plot_tip(plot, (double)at, (double)(at + timeline_width_ms(timeline)));
		fprintf(plot->file, "%.2f s", (double)at / 1e3);
		for (size_t j = 0; j < stack->channels; j++) {
			fprintf(plot->file, j == 0 ? ": " : ", ");
			markup_text(plot->file, stack->names[j]);
			fprintf(plot->file, " %s/s",
				markup_number(number,
					      (int64_t)(by_second(timeline, counts[j]) + 0.5)));
		}
		plot_tip_end(plot);
	}
}

static void draw_channel(const struct report *report, struct plot *plot, const struct stack *stack,
			 size_t channel)
{
	const int64_t start = report_start_ms(report);
	const struct timeline *timeline = stack->timeline;

	plot_bars(plot, stack->series[channel]);
	for (size_t i = 0; i < timeline_bins(timeline); i++) {
		const int64_t *counts = timeline_counts(timeline, i);
		const double at = (double)(timeline_at_ms(timeline, i) - start);
		double low = by_second(timeline, sum(counts, channel));

		if (counts[channel] > 0)
			plot_bar(plot, at, at + (double)timeline_width_ms(timeline), low,
				 low + by_second(timeline, counts[channel]));
	}
	plot_bars_end(plot);
}

static void draw_stack(const struct report *report, struct plot *plot, const struct stack *stack,
		       enum word axis)
{
	struct timeline *timeline = stack->timeline;
	double most = 0;

	timeline_coarsen(timeline, BINS_SHOWN);
	for (size_t i = 0; i < timeline_bins(timeline); i++) {
		double all =
			by_second(timeline, sum(timeline_counts(timeline, i), stack->channels));

		most = all > most ? all : most;
	}
	for (size_t i = 0; i < stack->channels; i++)
		plot_key(plot, stack->series[i], stack->names[i]);
	report_time_axis(report, plot, timeline_at_ms(timeline, 0),
			 timeline_at_ms(timeline, timeline_bins(timeline)));
	plot_count_axis(plot, 0, most, say(report, axis));
	for (size_t i = 0; i < stack->channels; i++)
		draw_channel(report, plot, stack, i);
	report_mark_sold_out(report, plot);
	tell_bins(report, plot, stack);
}

/* A node, and its weight where that is known. */
static const char *name_node(const struct report *report, const struct report_node *node,
			     char into[NAME])
{
	char label[NAME / 2], weight[MARKUP_NUMBER_BYTES];

	snprintf(label, sizeof(label), "%s", node->label);
	if (node->weight > 0)
		snprintf(into, NAME, say(report, WORD_KEY_WEIGHT), label,
			 markup_number(weight, node->weight));
	else
		snprintf(into, NAME, "%s", label);
	return into;
}

static void draw_sales(const struct report *report, struct plot *plot)
{
	static const char *const ramp[RAMP] = { "n0", "n1", "n2", "n3", "n4", "n5" };
	const size_t count = report->lines.node_count;
	const char *series[REPORT_NODES], *names[REPORT_NODES];
	char texts[REPORT_NODES][NAME];

	if (report->lines.sold == 0) {
		plot_nothing(plot, say(report, WORD_NOTHING_SOLD));
		return;
	}
	for (size_t i = 0; i < count; i++) {
		series[i] = ramp[count <= RAMP ? i * (RAMP - 1) / (count > 1 ? count - 1 : 1)
					       : i % RAMP];
		names[i] = name_node(report, &report->lines.nodes[i], texts[i]);
	}
	draw_stack(report, plot, &(struct stack){ report->sales, count, series, names },
		   WORD_AXIS_SALES);
}

static void draw_answers(const struct report *report, struct plot *plot)
{
	static const char *const series[] = { "paid", "free" };
	const char *const names[] = { say(report, WORD_KEY_SOLD), say(report, WORD_KEY_REFUSED) };

	if (report->lines.requests == 0)
		plot_nothing(plot, say(report, WORD_NO_LINES));
	else
		draw_stack(report, plot,
			   &(struct stack){ report->answers, REPORT_ANSWERS, series, names },
			   WORD_AXIS_ANSWERS);
}

static void draw_latency(const struct report *report, struct plot *plot)
{
	static const struct {
		const char *series;
		int per_mille;
		enum word name;
	} lines[] = {
		{ "l3", 1000, WORD_KEY_LONGEST },
		{ "l2", 990, WORD_KEY_P99 },
		{ "l1", 900, WORD_KEY_P90 },
		{ "l0", 500, WORD_KEY_MEDIAN },
	};
	struct timeline *timeline = report->latencies;
	const int64_t start = report_start_ms(report);
	double xs[BINS_SHOWN], ys[BINS_SHOWN], least = (double)report->lines.most_micros;
	size_t count = 0;

	if (report->lines.requests == 0) {
		plot_nothing(plot, say(report, WORD_NO_LINES));
		return;
	}
	timeline_coarsen(timeline, BINS_SHOWN);
	for (size_t i = 0; i < timeline_bins(timeline); i++) {
		double median = (double)latency_percentile(timeline_counts(timeline, i), 500);

		if (sum(timeline_counts(timeline, i), LATENCY_BUCKETS) > 0 && median < least)
			least = median; /* 0 is shown as the axis' least */
	}
	report_time_axis(report, plot, timeline_at_ms(timeline, 0),
			 timeline_at_ms(timeline, timeline_bins(timeline)));
	plot_log_axis(plot, least, (double)report->lines.most_micros);
	for (size_t j = 0; j < sizeof(lines) / sizeof(lines[0]); j++) {
		count = 0;
		for (size_t i = 0; i < timeline_bins(timeline); i++) {
			const int64_t *counts = timeline_counts(timeline, i);

			if (sum(counts, LATENCY_BUCKETS) == 0)
				continue;
			xs[count] = (double)(timeline_at_ms(timeline, i) - start +
					     timeline_width_ms(timeline) / 2);
			ys[count++] = (double)latency_percentile(counts, lines[j].per_mille);
		}
		plot_curve(plot, lines[j].series,
			   &(struct plot_curve){ xs, ys, NULL, count, false });
		plot_key(plot, lines[j].series, say(report, lines[j].name));
	}
}

static int height_of(const struct report *report, enum report_plot plot)
{
	switch (plot) {
	case REPORT_PLOT_SHARES:
		return plot_rows_height(2 * report->lines.node_count, true);
	case REPORT_PLOT_REFUSALS:
		return plot_rows_height(
			report->lines.reason_count > 0 ? report->lines.reason_count : 2, false);
	case REPORT_PLOT_ORDERS:
		return plot_rows_height(EVENTS_STATES - 1, false);
	case REPORT_PLOT_CONSERVATION:
		return plot_rows_height(1, true);
	default:
		return HEIGHT;
	}
}

static void (*const drawers[REPORT_PLOTS])(const struct report *report, struct plot *plot) = {
	[REPORT_PLOT_SALES] = draw_sales,
	[REPORT_PLOT_ANSWERS] = draw_answers,
	[REPORT_PLOT_SELLOUT] = report_draw_sellout,
	[REPORT_PLOT_STOCK] = report_draw_stock,
	[REPORT_PLOT_LATENCY] = draw_latency,
	[REPORT_PLOT_RETURNS] = report_draw_returns,
};

void report_plot(const struct report *report, enum report_plot which, bool is_file, FILE *file)
{
	const struct plot_head head = {
		.name = plots[which].name,
		.title = say(report, plots[which].title),
		.says = say(report, plots[which].says),
		.height = height_of(report, which),
		.is_file = is_file,
		.style = report_plot_style,
	};
	struct plot plot;

	plot_begin(&plot, file, &head);
	if (drawers[which] != NULL)
		drawers[which](report, &plot);
	else
		report_bars(report, which, &plot);
	plot_end(&plot);
}
