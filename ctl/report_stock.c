/*
 * report_stock.c - the plots of a report over the stock, by the ledger's log; see report_parts.h.
 */
#include <stdlib.h>

#include "common/xmalloc.h"
#include "ctl/markup.h"
#include "ctl/moment.h"
#include "ctl/plot.h"
#include "ctl/report_parts.h"

enum { SENTENCE = 160 };

static const char *say(const struct report *report, enum word word)
{
	return words_text(report->language, word);
}

void report_time_axis(const struct report *report, struct plot *plot, int64_t from, int64_t to)
{
	const int64_t start = report_start_ms(report);
	char caption[SENTENCE], time[MARKUP_NUMBER_BYTES];

	snprintf(caption, sizeof(caption), say(report, WORD_AXIS_ELAPSED),
		 markup_time(time, start));
	plot_time_axis(plot, (double)(from - start),
		       (double)(to > from ? to - start : from - start + 1), caption);
}

void report_mark_sold_out(const struct report *report, struct plot *plot)
{
	const struct report_sale *sale = &report->sale;
	char name[SENTENCE], span[MARKUP_NUMBER_BYTES];
	double at = (double)(sale->sold_out_ms - report_start_ms(report));

	if (sale->sold_out_ms == 0 || at > plot->x_most)
		return;
	snprintf(name, sizeof(name), say(report, WORD_MARK_SOLD_OUT),
		 markup_span(span, (sale->sold_out_ms - sale->first_ms) * 1000));
	plot_moment(plot, at, name);
}

/* The points of the stock until `last_ms`, as curves want them: sums from the axis up. */
struct heap {
	double *xs, *levels[TRACE_VALUES + 1];
	size_t count;
};

static void heap_end(struct heap *heap)
{
	free(heap->xs);
	for (size_t j = 0; j <= TRACE_VALUES; j++)
		free(heap->levels[j]);
}

/* Paid lies lowest, then held, then left; the last point stands at the end once more. */
static void heap_up(const struct report *report, int64_t last_ms, struct heap *heap)
{
	static const enum report_stock order[] = { REPORT_PAID, REPORT_HELD, REPORT_LEFT };
	const struct trace *stock = &report->stock;

	*heap = (struct heap){ .xs = xcalloc(stock->count + 1, sizeof(double)) };
	for (size_t j = 0; j <= TRACE_VALUES; j++)
		heap->levels[j] = xcalloc(stock->count + 1, sizeof(double));
	for (size_t i = 0; i < stock->count && stock->points[i].at_ms <= last_ms; i++) {
		const struct trace_point *point = &stock->points[i];

		heap->xs[i] = (double)(point->at_ms - report_start_ms(report));
		for (size_t j = 0; j < TRACE_VALUES; j++)
			heap->levels[j + 1][i] =
				heap->levels[j][i] + (double)point->values[order[j]];
		heap->count = i + 1;
	}
	if (heap->count == 0)
		return;
	heap->xs[heap->count] = (double)(last_ms - report_start_ms(report));
	for (size_t j = 0; j <= TRACE_VALUES; j++)
		heap->levels[j][heap->count] = heap->levels[j][heap->count - 1];
	heap->count++;
}

static double highest(const double *values, size_t count)
{
	double most = 0;

	for (size_t i = 0; i < count; i++)
		most = values[i] > most ? values[i] : most;
	return most;
}

/* From `first_ms`, which may lie behind the first points: those are cut off by the box. */
static void draw_heap(const struct report *report, struct plot *plot, int64_t first_ms,
		      int64_t last_ms)
{
	static const char *const series[] = { "paid", "held-rise", "free" };
	static const enum word names[] = { WORD_KEY_PAID, WORD_KEY_HELD, WORD_KEY_LEFT };
	struct heap heap;
	size_t from = 0;

	heap_up(report, last_ms, &heap);
	while (from + 1 < heap.count &&
	       heap.xs[from + 1] <= (double)(first_ms - report_start_ms(report)))
		from++;
	report_time_axis(report, plot, first_ms, last_ms);
	plot_count_axis(plot, 0, highest(heap.levels[TRACE_VALUES], heap.count),
			say(report, WORD_AXIS_UNITS));
	if (heap.xs[from] < plot->x_least)
		heap.xs[from] = plot->x_least;
	for (size_t j = 0; j < TRACE_VALUES && heap.count > from; j++) {
		plot_key(plot, series[j], say(report, names[j]));
		plot_curve(plot, series[j],
			   &(struct plot_curve){ heap.xs + from, heap.levels[j + 1] + from,
						 heap.levels[j] + from, heap.count - from, true });
	}
	report_mark_sold_out(report, plot);
	heap_end(&heap);
}

void report_draw_sellout(const struct report *report, struct plot *plot)
{
	const struct report_sale *sale = &report->sale;
	int64_t last = sale->sold_out_ms, span;

	if (sale->first_ms == 0) {
		plot_nothing(plot, say(report, WORD_NOTHING_SOLD));
		return;
	}
	if (last == 0)
		last = report->stock.points[report->stock.count - 1].at_ms;
	span = last - sale->first_ms;
	draw_heap(report, plot, sale->first_ms, last + (span < 20 ? 1 : span / 20));
}

void report_draw_stock(const struct report *report, struct plot *plot)
{
	const struct trace *stock = &report->stock;
	int64_t first, last;

	if (stock->count == 0) {
		plot_nothing(plot, say(report, WORD_NO_STOCK));
		return;
	}
	last = stock->points[stock->count - 1].at_ms;
	first = report_start_ms(report);
	draw_heap(report, plot, first, last > first ? last : first + 1);
}

/* Channels of the flow that are returns, and how they are drawn. */
static const struct {
	enum report_flow flow;
	const char *series;
	enum word name;
} returns[] = {
	{ REPORT_EXPIRED, "gone-fall", WORD_KEY_EXPIRED },
	{ REPORT_CANCELLED, "void-dots", WORD_KEY_CANCELLED },
	{ REPORT_REFUNDED, "back", WORD_KEY_REFUNDED },
};

enum { RETURNS = sizeof(returns) / sizeof(returns[0]) };

/* What came back in a bin by the first `count` ways. */
static double back(const struct timeline *flow, size_t bin, size_t count)
{
	double all = 0;

	for (size_t j = 0; j < count; j++)
		all += (double)timeline_counts(flow, bin)[returns[j].flow];
	return all;
}

static void draw_returned(struct plot *plot, const struct timeline *flow, int64_t start, size_t way)
{
	const double width = (double)timeline_width_ms(flow);

	plot_bars(plot, returns[way].series);
	for (size_t i = 0; i < timeline_bins(flow); i++) {
		double at = (double)(timeline_at_ms(flow, i) - start);

		if (timeline_counts(flow, i)[returns[way].flow] > 0)
			plot_bar(plot, at, at + width, -back(flow, i, way),
				 -back(flow, i, way + 1));
	}
	plot_bars_end(plot);
}

static void draw_granted(struct plot *plot, const struct timeline *flow, int64_t start)
{
	const double width = (double)timeline_width_ms(flow);

	plot_bars(plot, "paid");
	for (size_t i = 0; i < timeline_bins(flow); i++) {
		double at = (double)(timeline_at_ms(flow, i) - start);
		int64_t granted = timeline_counts(flow, i)[REPORT_GRANTED];

		if (granted > 0)
			plot_bar(plot, at, at + width, 0, (double)granted);
	}
	plot_bars_end(plot);
}

void report_draw_returns(const struct report *report, struct plot *plot)
{
	struct timeline *flow = report->flow;
	const int64_t start = report_start_ms(report);
	char axis[SENTENCE], width[MOMENT_BYTES];
	double most = 0, least = 0;

	if (timeline_bins(flow) == 0) {
		plot_nothing(plot, say(report, WORD_NOTHING_SOLD));
		return;
	}
	timeline_coarsen(flow, REPORT_BINS);
	for (size_t i = 0; i < timeline_bins(flow); i++) {
		double granted = (double)timeline_counts(flow, i)[REPORT_GRANTED];
		double returned = back(flow, i, RETURNS);

		most = granted > most ? granted : most;
		least = -returned < least ? -returned : least;
	}
	report_time_axis(report, plot, timeline_at_ms(flow, 0),
			 timeline_at_ms(flow, timeline_bins(flow)));
	snprintf(axis, sizeof(axis), say(report, WORD_AXIS_UNITS_IN),
		 moment_write_span(width, timeline_width_ms(flow)));
	plot_count_axis(plot, least, most, axis);
	plot_key(plot, "paid", say(report, WORD_KEY_GRANTED));
	draw_granted(plot, flow, start);
	for (size_t j = 0; j < RETURNS; j++) {
		plot_key(plot, returns[j].series, say(report, returns[j].name));
		draw_returned(plot, flow, start, j);
	}
}
