/*
 * report_bars.c - the plots of a report that are bars beside words; see report_parts.h.
 */
#include <string.h>

#include "ctl/markup.h"
#include "ctl/plot.h"
#include "ctl/report_parts.h"

enum { SENTENCE = 160, BOTH = 2 * MARKUP_NUMBER_BYTES + 8 };

static const char *say(const struct report *report, enum word word)
{
	return words_text(report->language, word);
}

static double share_of(int64_t part, int64_t whole)
{
	return whole > 0 ? (double)part / (double)whole : 0;
}

/* A count and its share. */
static const char *both(char into[BOTH], int64_t part, int64_t whole)
{
	char number[MARKUP_NUMBER_BYTES], share[MARKUP_NUMBER_BYTES];

	snprintf(into, BOTH, "%s (%s)", markup_number(number, part),
		 markup_share(share, part, whole));
	return into;
}

/* The longest bar of all is the whole width. */
static double longest_share(const struct report *report)
{
	const struct report_lines *lines = &report->lines;
	const int64_t weights = report_weights(report);
	double most = 0;

	for (size_t i = 0; i < lines->node_count; i++) {
		const struct report_node *node = &lines->nodes[i];
		const double shares[] = { share_of(node->requests, lines->requests),
					  share_of(node->sold, lines->sold),
					  share_of(node->weight, weights) };

		for (size_t j = 0; j < sizeof(shares) / sizeof(shares[0]); j++)
			most = shares[j] > most ? shares[j] : most;
	}
	return most > 0 ? most : 1;
}

static void draw_shares(const struct report *report, struct plot *plot)
{
	const struct report_lines *lines = &report->lines;
	const int64_t weights = report_weights(report);
	const double most = longest_share(report);
	char name[SENTENCE], says[BOTH];

	if (lines->requests == 0) {
		plot_nothing(plot, say(report, WORD_NO_LINES));
		return;
	}
	plot_key(plot, "free", say(report, WORD_BAR_REQUESTS));
	plot_key(plot, "paid", say(report, WORD_BAR_SALES));
	if (weights > 0)
		plot_key(plot, "lmark", say(report, WORD_KEY_BY_WEIGHT));
	for (size_t i = 0; i < lines->node_count; i++) {
		const struct report_node *node = &lines->nodes[i];
		double mark = weights > 0 ? share_of(node->weight, weights) / most : -1;

		snprintf(name, sizeof(name), "%.60s", node->label);
		plot_row(plot, 2 * i,
			 &(struct plot_row){
				 name, "free", both(says, node->requests, lines->requests),
				 share_of(node->requests, lines->requests) / most, mark });
		plot_row(plot, 2 * i + 1,
			 &(struct plot_row){ "", "paid", both(says, node->sold, lines->sold),
					     share_of(node->sold, lines->sold) / most, mark });
	}
}

static void draw_refusals(const struct report *report, struct plot *plot)
{
	const struct report_lines *lines = &report->lines;
	const int64_t refused = lines->requests - lines->sold - lines->repeated;
	char says[BOTH];

	if (lines->requests == 0)
		plot_nothing(plot, say(report, WORD_NO_LINES));
	else if (lines->reason_count == 0)
		plot_nothing(plot, say(report, WORD_NOTHING_REFUSED));
	for (size_t i = 0; i < lines->reason_count; i++) {
		const struct report_reason *reason = &lines->reasons[i];

		plot_row(plot, i,
			 &(struct plot_row){
				 reason->word, "held-rise", both(says, reason->count, refused),
				 share_of(reason->count, lines->reasons[0].count), -1 });
	}
}

static void draw_orders(const struct report *report, struct plot *plot)
{
	static const struct {
		enum events_state state;
		enum word name;
		const char *series;
	} rows[] = {
		{ EVENTS_IS_PAID, WORD_KEY_PAID, "paid" },
		{ EVENTS_HELD, WORD_KEY_HELD, "held-rise" },
		{ EVENTS_IS_EXPIRED, WORD_KEY_EXPIRED, "gone-fall" },
		{ EVENTS_IS_CANCELLED, WORD_KEY_CANCELLED, "void-dots" },
		{ EVENTS_IS_REFUNDED, WORD_KEY_REFUNDED, "back" },
	};
	const struct report_state *states = report->sale.states;
	char says[SENTENCE], orders[MARKUP_NUMBER_BYTES], units[MARKUP_NUMBER_BYTES];
	int64_t most = 1;

	for (size_t i = 0; i < EVENTS_STATES; i++)
		most = states[i].orders > most ? states[i].orders : most;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct report_state *state = &states[rows[i].state];

		snprintf(says, sizeof(says), say(report, WORD_BAR_ORDERS),
			 markup_number(orders, state->orders), markup_number(units, state->units));
		plot_row(plot, i,
			 &(struct plot_row){ say(report, rows[i].name), rows[i].series, says,
					     share_of(state->orders, most), -1 });
	}
}

static void draw_conservation(const struct report *report, struct plot *plot)
{
	const struct events_item *item = book_item(report->audit.book);
	const int64_t left = item->total - item->outside - item->held - item->paid;
	const struct {
		enum word name;
		const char *series;
		int64_t units;
	} pieces[] = {
		{ WORD_KEY_LEFT, "free", left },
		{ WORD_KEY_HELD, "held-rise", item->held },
		{ WORD_KEY_PAID, "paid", item->paid },
		{ WORD_KEY_OUTSIDE, "void-dots", item->outside },
	};
	char key[SENTENCE], number[MARKUP_NUMBER_BYTES];
	double at = 0;

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		double end = at + share_of(pieces[i].units, item->total);

		snprintf(key, sizeof(key), "%s %s", say(report, pieces[i].name),
			 markup_number(number, pieces[i].units));
		plot_key(plot, pieces[i].series, key);
		if (pieces[i].units > 0)
			plot_piece(plot, pieces[i].series, at, end);
		at = end;
	}
}

void report_bars(const struct report *report, enum report_plot which, struct plot *plot)
{
	switch (which) {
	case REPORT_PLOT_SHARES:
		draw_shares(report, plot);
		break;
	case REPORT_PLOT_REFUSALS:
		draw_refusals(report, plot);
		break;
	case REPORT_PLOT_ORDERS:
		draw_orders(report, plot);
		break;
	case REPORT_PLOT_CONSERVATION:
		draw_conservation(report, plot);
		break;
	default: /* has an axis of time */
		break;
	}
}
