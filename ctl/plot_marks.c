/*
 * plot_marks.c - a plot in SVG: words in it, and bars beside words; see plot.h.
 */
#include <math.h>
#include <string.h>

#include "ctl/markup.h"
#include "ctl/plot.h"

enum { ROW = 28, ROWS_TOP = 6, KEY_HEIGHT = 24, NAME_WIDTH = 170, SAYS_WIDTH = 170 };

static double x_of(const struct plot *plot, double x)
{
	double share = (x - plot->x_least) / (plot->x_most - plot->x_least);

	return plot->left + share * (plot->right - plot->left);
}

static void write_text(const struct plot *plot, const char *place, double x, double y,
		       const char *text)
{
	fprintf(plot->file, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", place, x, y);
	markup_text(plot->file, text);
	fputs("</text>\n", plot->file);
}

void plot_moment(struct plot *plot, double x, const char *name)
{
	double at = x_of(plot, x);
	bool is_right = at > (plot->left + plot->right) / 2;

	fprintf(plot->file, "<path class=\"moment\" d=\"M%.1f %.1fV%.1f\"/>", at, plot->top - 4,
		plot->bottom);
	write_text(plot, is_right ? "strong halo end" : "strong halo start",
		   is_right ? at - 5 : at + 5, plot->top + 8, name);
}

void plot_tip(struct plot *plot, double x0, double x1)
{
	fprintf(plot->file,
		"<rect class=\"tip\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>",
		x_of(plot, x0), plot->top, x_of(plot, x1) - x_of(plot, x0),
		plot->bottom - plot->top);
}

void plot_tip_end(struct plot *plot)
{
	fputs("</title></rect>\n", plot->file);
}

void plot_nothing(struct plot *plot, const char *says)
{
	write_text(plot, "m mid", (plot->left + plot->right) / 2, (plot->top + plot->bottom) / 2,
		   says);
}

int plot_rows_height(size_t rows, bool has_key)
{
	return ROWS_TOP + (has_key ? KEY_HEIGHT : 0) + ROW * (int)rows;
}

/* Where the first row lies: below the key, if something was written there. */
static double rows_top(const struct plot *plot)
{
	return ROWS_TOP + (plot->key_at > plot->left ? KEY_HEIGHT : 0);
}

static void write_box(const struct plot *plot, const char *series, double x, double y, double width)
{
	const char *dash = strrchr(series, '-');

	fputs("<rect", plot->file);
	if (dash == NULL)
		fprintf(plot->file, " class=\"%s\"", series);
	else
		fprintf(plot->file, " class=\"%.*s\" fill=\"url(#%s-%s)\"", (int)(dash - series),
			series, plot->name, dash + 1);
	fprintf(plot->file, " x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"18\"/>", x, y, width);
}

void plot_row(struct plot *plot, size_t i, const struct plot_row *row)
{
	const double left = NAME_WIDTH, width = PLOT_WIDTH - NAME_WIDTH - SAYS_WIDTH;
	const double y = rows_top(plot) + ROW * (double)i;
	double end = left + width * row->share;

	write_text(plot, "end", left - 8, y + 13, row->name);
	write_box(plot, row->series, left, y, row->share > 0 ? fmax(1, width * row->share) : 0);
	if (row->mark >= 0) {
		double mark = left + width * row->mark;

		fprintf(plot->file, "<path class=\"mark\" d=\"M%.1f %.1fv24\"/>", mark, y - 3);
		end = fmax(end, mark);
	}
	write_text(plot, "start", end + 8, y + 13, row->says);
}

void plot_piece(struct plot *plot, const char *series, double from, double to)
{
	const double width = plot->right - 8;

	write_box(plot, series, 8 + from * width, rows_top(plot), (to - from) * width);
}
