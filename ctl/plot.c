/*
 * plot.c - a plot in SVG: the frame, its axes and what lies in it; see plot.h.
 */
#include "ctl/plot.h"

#include <math.h>
#include <string.h>

#include "ctl/markup.h"

enum {
	HEAD = 46,
	LEFT = 62,
	RIGHT = 14,
	TOP = 30,
	BOTTOM = 46,
	GLYPH = 7,
	KEY_SAMPLE = 26,
	KEY_LINE = 18
};

static void write_patterns(const struct plot *plot)
{
	static const struct {
		const char *name, *path;
	} patterns[] = {
		{ "rise", "M-2 2l4-4M0 8l8-8M6 10l4-4" },
		{ "fall", "M-2 6l4 4M0 0l8 8M6-2l4 4" },
		{ "dots", "M1 2h2M5 6h2" },
	};

	fputs("<defs>", plot->file);
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		fprintf(plot->file,
			"<pattern id=\"%s-%s\" width=\"8\" height=\"8\" "
			"patternUnits=\"userSpaceOnUse\"><rect class=\"pb\" width=\"8\" "
			"height=\"8\"/><path class=\"pl\" d=\"%s\"/></pattern>",
			plot->name, patterns[i].name, patterns[i].path);
	fputs("</defs>\n", plot->file);
}

static void write_head(const struct plot *plot, const struct plot_head *head)
{
	FILE *file = plot->file;

	fprintf(file, "<title>");
	markup_text(file, head->title);
	fprintf(file, "</title><desc>");
	markup_text(file, head->says);
	fprintf(file, "</desc><style>");
	head->style(file);
	fprintf(file, "</style>\n<rect class=\"ground\" y=\"-%d\" width=\"100%%\" height=\"%d\"/>",
		HEAD, head->height + HEAD);
	fprintf(file, "<text class=\"h\" x=\"%d\" y=\"-22\">", GLYPH);
	markup_text(file, head->title);
	fprintf(file, "</text><text class=\"m\" x=\"%d\" y=\"-4\">", GLYPH);
	markup_text(file, head->says);
	fprintf(file, "</text>\n");
}

void plot_begin(struct plot *plot, FILE *file, const struct plot_head *head)
{
	const int above = head->is_file ? HEAD : 0;

	*plot = (struct plot){
		.file = file,
		.name = head->name,
		.left = LEFT,
		.right = PLOT_WIDTH - RIGHT,
		.top = TOP,
		.bottom = head->height - BOTTOM,
		.key_at = LEFT,
		.key_y = 12,
		.x_most = 1,
		.y_most = 1,
	};
	fprintf(file,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" id=\"plot-%s\" class=\"plot\" "
		"role=\"img\" viewBox=\"0 %d %d %d\"",
		head->name, -above, PLOT_WIDTH, head->height + above);
	if (head->is_file) {
		fprintf(file, " width=\"%d\" height=\"%d\">", PLOT_WIDTH, head->height + above);
		write_head(plot, head);
	} else {
		fprintf(file, " aria-label=\"");
		markup_text(file, head->title);
		fprintf(file, ". ");
		markup_text(file, head->says);
		fprintf(file, "\">");
	}
	write_patterns(plot);
}

void plot_end(struct plot *plot)
{
	fputs("</svg>\n", plot->file);
}

static double x_of(const struct plot *plot, double x)
{
	double share = (x - plot->x_least) / (plot->x_most - plot->x_least);

	return plot->left + share * (plot->right - plot->left);
}

static double y_of(const struct plot *plot, double y)
{
	double least = plot->y_least, most = plot->y_most;

	if (plot->is_log) {
		y = log10(y < least ? least : y);
		least = log10(least);
		most = log10(most);
	}
	return plot->bottom - (y - least) / (most - least) * (plot->bottom - plot->top);
}

/* The fill of a class, where a pattern is wanted; the style cannot name it. */
static void write_series(const struct plot *plot, const char *series)
{
	const char *dash = strrchr(series, '-');

	if (dash == NULL)
		fprintf(plot->file, " class=\"%s\"", series);
	else
		fprintf(plot->file, " class=\"%.*s\" fill=\"url(#%s-%s)\"", (int)(dash - series),
			series, plot->name, dash + 1);
}

/* Columns of a text: a Chinese character is as wide as two letters. */
static double width_of(const char *text)
{
	double width = 0;

	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		width += byte < 0x80 ? 6.4 : byte >= 0xe0 ? 12.5 : byte >= 0xc0 ? 7 : 0;
	}
	return width;
}

void plot_key(struct plot *plot, const char *series, const char *name)
{
	double width = KEY_SAMPLE + width_of(name);

	if (plot->key_at > plot->left && plot->key_at + width > PLOT_WIDTH) {
		plot->key_at = plot->left;
		plot->key_y += KEY_LINE;
		plot->top += KEY_LINE;
	}
	if (strcmp(series, "lmark") == 0)
		fprintf(plot->file, "<path class=\"lmark\" d=\"M%.0f %.0fv20\"/>",
			plot->key_at + 12, plot->key_y - 10);
	else if (series[0] == 'l')
		fprintf(plot->file, "<path class=\"%s\" d=\"M%.0f %.0fh20\"/>", series,
			plot->key_at, plot->key_y);
	else {
		fputs("<rect", plot->file);
		write_series(plot, series);
		fprintf(plot->file, " x=\"%.0f\" y=\"%.0f\" width=\"20\" height=\"12\"/>",
			plot->key_at, plot->key_y - 6);
	}
	fprintf(plot->file, "<text x=\"%.0f\" y=\"%.0f\">", plot->key_at + KEY_SAMPLE,
		plot->key_y + 4);
	markup_text(plot->file, name);
	fputs("</text>", plot->file);
	plot->key_at += width + 20;
}

/* A step that people count by, for about `ticks` of them. */
static double count_step(double span, int ticks)
{
	static const double parts[] = { 1, 2, 5, 10 };
	double base = pow(10, floor(log10(span / ticks)));
	size_t i = 0;

	while (i + 1 < sizeof(parts) / sizeof(parts[0]) && span / (parts[i] * base) > ticks)
		i++;
	return parts[i] * base < 1 ? 1 : parts[i] * base;
}

/* The same for time, in ms. */
static double time_step(double span, int ticks)
{
	static const double steps[] = {
		1,       2,       5,       10,       20,       50,     100,    200,
		500,     1e3,     2e3,     5e3,      10e3,     15e3,   30e3,   60e3,
		120e3,   300e3,   600e3,   900e3,    1800e3,   3600e3, 7200e3, 10800e3,
		21600e3, 43200e3, 86400e3, 172800e3, 604800e3,
	};
	size_t i = 0;

	while (i + 1 < sizeof(steps) / sizeof(steps[0]) && span / steps[i] > ticks)
		i++;
	return span / steps[i] > 2 * ticks ? span / ticks : steps[i]; /* months: as they come */
}

static void write_time(FILE *file, double ms, double step)
{
	if (step < 60e3)
		fprintf(file, "%g s", ms / 1e3);
	else if (step < 3600e3)
		fprintf(file, "%g min", ms / 60e3);
	else if (step < 86400e3)
		fprintf(file, "%g h", ms / 3600e3);
	else
		fprintf(file, "%.0f d", ms / 86400e3);
}

static void write_caption(const struct plot *plot, double x, double y, const char *place,
			  const char *caption)
{
	fprintf(plot->file, "<text class=\"m %s\" x=\"%.0f\" y=\"%.0f\">", place, x, y);
	markup_text(plot->file, caption);
	fputs("</text>\n", plot->file);
}

void plot_time_axis(struct plot *plot, double least, double most, const char *caption)
{
	double step = time_step(most - least, 9);

	plot->x_least = least;
	plot->x_most = most;
	fprintf(plot->file, "<path class=\"axis\" d=\"M%.1f %.1fH%.1f\"/>", plot->left,
		plot->bottom, plot->right);
	for (double at = ceil(least / step) * step; at <= most + step / 1e6; at += step) {
		double shown = fabs(at) < step / 1e6 ? 0 : at;

		fprintf(plot->file,
			"<path class=\"axis\" d=\"M%.1f %.1fv4\"/><text class=\"mid\" x=\"%.1f\" "
			"y=\"%.1f\">",
			x_of(plot, at), plot->bottom, x_of(plot, at), plot->bottom + 17);
		write_time(plot->file, shown, step);
		fputs("</text>", plot->file);
	}
	write_caption(plot, plot->right, plot->bottom + 36, "end", caption);
}

static void write_level(const struct plot *plot, double y)
{
	fprintf(plot->file,
		"<path class=\"%s\" d=\"M%.1f %.1fH%.1f\"/><text class=\"end\" x=\"%.1f\" "
		"y=\"%.1f\">",
		y == 0 ? "axis" : "grid", plot->left, y_of(plot, y), plot->right, plot->left - 6,
		y_of(plot, y) + 4);
}

void plot_count_axis(struct plot *plot, double least, double most, const char *caption)
{
	char number[MARKUP_NUMBER_BYTES];
	double span = most - least < 1 ? 1 : most - least, step = count_step(span, 5);

	plot->y_least = -ceil(-least / step) * step;
	plot->y_most = ceil((least + span) / step) * step;
	for (double at = plot->y_least; at <= plot->y_most + step / 2; at += step) {
		write_level(plot, at);
		fputs(markup_number(number, (int64_t)fabs(at)), plot->file);
		fputs("</text>", plot->file);
	}
	write_caption(plot, 4, plot->bottom + 36, "start", caption);
}

void plot_log_axis(struct plot *plot, double least, double most)
{
	char span[MARKUP_NUMBER_BYTES];

	plot->is_log = true;
	plot->y_least = pow(10, floor(log10(least < 1 ? 1 : least)));
	plot->y_most = pow(10, ceil(log10(most < 10 ? 10 : most)));
	if (plot->y_most <= plot->y_least)
		plot->y_most = 10 * plot->y_least;
	for (double at = plot->y_least; at <= plot->y_most * 1.01; at *= 10) {
		write_level(plot, at);
		/* whole numbers: 1 ms, not 1.00 ms */
		if (at < 1e3)
			snprintf(span, sizeof(span), "%.0f µs", at);
		else
			snprintf(span, sizeof(span), at < 1e6 ? "%.0f ms" : "%.0f s",
				 at < 1e6 ? at / 1e3 : at / 1e6);
		fprintf(plot->file, "%s</text>", span);
	}
	fputc('\n', plot->file);
}

void plot_bars(struct plot *plot, const char *series)
{
	fputs("<path", plot->file);
	write_series(plot, series);
	fputs(" d=\"", plot->file);
}

void plot_bar(struct plot *plot, double x0, double x1, double y0, double y1)
{
	double left = x_of(plot, x0), right = x_of(plot, x1);
	double gap = right - left > 4 ? 1 : 0;

	fprintf(plot->file, "M%.1f %.1fH%.1fV%.1fH%.1fz", left, y_of(plot, y0), right - gap,
		y_of(plot, y1), left);
}

void plot_bars_end(struct plot *plot)
{
	fputs("\"/>\n", plot->file);
}

/* A point of a path; `steps`: the height before it is kept until there. */
static void write_point(const struct plot *plot, bool is_first, bool steps, double x, double y)
{
	if (is_first)
		fprintf(plot->file, "M%.1f %.1f", x_of(plot, x), y_of(plot, y));
	else if (steps)
		fprintf(plot->file, "H%.1fV%.1f", x_of(plot, x), y_of(plot, y));
	else
		fprintf(plot->file, "L%.1f %.1f", x_of(plot, x), y_of(plot, y));
}

void plot_curve(struct plot *plot, const char *series, const struct plot_curve *curve)
{
	plot_bars(plot, series);
	for (size_t i = 0; i < curve->count; i++)
		write_point(plot, i == 0, curve->steps, curve->xs[i], curve->ys[i]);
	for (size_t i = curve->lows == NULL ? 0 : curve->count; i-- > 0;) {
		/* Backwards a step goes up or down first, and then to the left. */
		if (curve->steps)
			fprintf(plot->file, "V%.1fH%.1f", y_of(plot, curve->lows[i]),
				x_of(plot, curve->xs[i]));
		else
			write_point(plot, false, false, curve->xs[i], curve->lows[i]);
	}
	if (curve->lows != NULL)
		fputc('z', plot->file);
	plot_bars_end(plot);
}
