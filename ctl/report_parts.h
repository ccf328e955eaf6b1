/*
 * report_parts.h - what the files behind report.h share; for them alone.
 *
 * The figures are gathered first, then shown:
 *
 *     report_log.c     from the ledger's events, while the audit folds them
 *     report_lines.c   from stat.log, while the audit crosses its lines
 *     report_page.c    the page: figures, tables, and the plots between
 *     report_plots.c   the plots (plot.h), each also a file of its own; over requests
 *     report_stock.c   likewise, over the stock
 *     report_bars.c    likewise, bars beside words
 *     report_json.c    the same figures for programs
 *
 * A report is about one sale: the item's newest epoch. Memory is that of an audit's book, and 7 MB.
 *
 * Layer: inside report.
 */
#ifndef PENSTOCK_CTL_REPORT_PARTS_H
#define PENSTOCK_CTL_REPORT_PARTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "ctl/audit_parts.h"
#include "ctl/latency.h"
#include "ctl/timeline.h"
#include "ctl/trace.h"
#include "ctl/words.h"

enum { REPORT_NODES = 64, REPORT_REASONS = 24, REPORT_REASON_BYTES = 33 };

/* Bars that a plot has at most. */
enum { REPORT_BINS = 120 };

/* How units moved; channels of `flow`. */
enum report_flow {
	REPORT_GRANTED, /* left -> held, or back to paid by a late payment */
	REPORT_EXPIRED, /* and these back */
	REPORT_CANCELLED,
	REPORT_REFUNDED,
	REPORT_FLOWS,
};

/* Values of `stock`. */
enum report_stock { REPORT_LEFT, REPORT_HELD, REPORT_PAID };

/* What became of a request; channels of `answers`. */
enum report_answer { REPORT_SOLD, REPORT_REFUSED, REPORT_ANSWERS };

struct report_state {
	int64_t orders, units, amount;
};

/* The nodes whose lines lie in one folder, which may be several files of one node. */
struct report_node {
	char *folder, *label; /* the label is clean */
	int64_t port, weight; /* 0: not known */
	int64_t requests, sold;
};

struct report_reason {
	char word[REPORT_REASON_BYTES];
	int64_t count;
};

/* What the log tells of the sale. Times are Redis'; 0: it did not happen. */
struct report_sale {
	int64_t opened_ms, first_ms, half_ms, tenth_ms, sold_out_ms;
	int64_t sold_outs;           /* how often nothing was left any more */
	int64_t added;               /* units put on sale after the opening, less those taken off */
	int64_t flows[REPORT_FLOWS]; /* units */
	int64_t left;                /* after the event before */
	struct report_state states[EVENTS_STATES];
	int64_t orders;
};

/* What stat.log tells of it. */
struct report_lines {
	int64_t crossed, agreed; /* lines that sold, held against the log */
	int64_t requests, sold, repeated, bad, other, earlier, ahead, undated;
	int64_t first_ms, last_ms;
	int64_t most_micros;
	int64_t peak_sold, peak_answers; /* within a second */
	int64_t latencies[REPORT_ANSWERS][LATENCY_BUCKETS];
	struct report_reason reasons[REPORT_REASONS]; /* refusals, the most frequent first */
	size_t reason_count;
	struct report_node nodes[REPORT_NODES]; /* by their labels */
	size_t node_count;
};

struct statlog_files;

struct report {
	struct tools *tools;
	const char *item;
	enum language language;
	int64_t made_ms;
	struct audit audit;
	struct report_sale sale;
	struct report_lines lines;
	struct trace stock;
	struct timeline *flow;      /* by enum report_flow */
	struct timeline *sales;     /* by node */
	struct timeline *answers;   /* by enum report_answer */
	struct timeline *latencies; /* by bucket */
};

/*
 * Reads the log and holds SQL's rows against it. VERDICT_NO with a fault in the audit: they do not
 * agree; without one: there is no such item, which was said.
 */
enum verdict report_read_log(struct report *report) __attribute__((warn_unused_result));

/*
 * Reads the files, which were opened before the log was read. VERDICT_NO: a line disagrees with
 * the log; it and those after it were counted all the same.
 */
enum verdict report_read_lines(struct report *report, struct statlog_files *files)
	__attribute__((warn_unused_result));

/* Frees what report_read_lines() made. */
void report_end_lines(struct report *report);

/* The answers' times of all outcomes together. */
void report_latencies(const struct report *report, int64_t all[LATENCY_BUCKETS]);

/* When elapsed time begins: with the first order; before it, with the first line or the opening. */
int64_t report_start_ms(const struct report *report);

/* Units that were sold a second time: those granted beyond all that were ever on sale. */
int64_t report_resold(const struct report *report);

/* Sum of the nodes' weights; 0 when one of them is not known. */
int64_t report_weights(const struct report *report);

/* Do all counts agree? */
bool report_agrees(const struct report *report);

/* Writes the page. */
void report_page(const struct report *report, FILE *file);

/* Writes the style of a page, which has that of plots in it. */
void report_page_style(FILE *file);

/* Writes the style of a plot in a file of its own. */
void report_plot_style(FILE *file);

/* The figures as an object, which the caller owns. */
struct json *report_json(const struct report *report);

/* The plots, in the order of the page. */
enum report_plot {
	REPORT_PLOT_SALES,
	REPORT_PLOT_SHARES,
	REPORT_PLOT_ANSWERS,
	REPORT_PLOT_SELLOUT,
	REPORT_PLOT_STOCK,
	REPORT_PLOT_LATENCY,
	REPORT_PLOT_REFUSALS,
	REPORT_PLOT_RETURNS,
	REPORT_PLOT_ORDERS,
	REPORT_PLOT_CONSERVATION,
	REPORT_PLOTS,
};

/* A plot's name, as its file has it; a constant. */
const char *report_plot_name(enum report_plot plot);

/* Writes a plot: a part of a page, or a whole SVG file. */
void report_plot(const struct report *report, enum report_plot plot, bool is_file, FILE *file);

struct plot;

/* Those plots that are bars beside words, for report_plot(). */
void report_bars(const struct report *report, enum report_plot which, struct plot *plot);

/* Those over the stock. */
void report_draw_sellout(const struct report *report, struct plot *plot);

/* Likewise, over the whole sale. */
void report_draw_stock(const struct report *report, struct plot *plot);

/* Likewise, what moved. */
void report_draw_returns(const struct report *report, struct plot *plot);

/* The axis of time between two moments, and its caption. */
void report_time_axis(const struct report *report, struct plot *plot, int64_t from_ms,
		      int64_t to_ms);

/* Marks when nothing was left for the first time, if the axis goes so far. */
void report_mark_sold_out(const struct report *report, struct plot *plot);

#endif
