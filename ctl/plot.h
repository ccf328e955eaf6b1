/*
 * plot.h - a plot in SVG: a box with axes, and bars, bands, lines and marks in it.
 *
 * A plot is written from the top down: plot_begin(), plot_key() for each series, the axes, what is
 * in it, plot_end(). Values are those of the data; the axes say where they lie. A plot is a part of
 * a page, or a file of its own, which then has its style and its title in it. It has no script and
 * names no other file. Series differ by lightness, pattern or dash, never by hue alone.
 *
 * Layer: above markup; below report.
 */
#ifndef PENSTOCK_CTL_PLOT_H
#define PENSTOCK_CTL_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { PLOT_WIDTH = 720 };

struct plot {
	FILE *file;
	const char *name;
	double left, right, top, bottom; /* of the box, in units of the drawing */
	double x_least, x_most, y_least, y_most;
	bool is_log;
	double key_at, key_y; /* where the next word of the key goes */
};

struct plot_head {
	const char *name; /* letters; different from all others of the page */
	const char *title, *says;
	int height;
	bool is_file;
	void (*style)(FILE *file); /* of a file */
};

/* Begins one; texts of `head` are borrowed until plot_end(). */
void plot_begin(struct plot *plot, FILE *file, const struct plot_head *head);

/* Ends it. */
void plot_end(struct plot *plot);

/*
 * A word of the key above the box: a sample of a series and its name. `series` is a class of the
 * style; a line when it begins with 'l', else an area. Before the axes: a second line of the key
 * makes the box lower.
 */
void plot_key(struct plot *plot, const char *series, const char *name);

/* The axis of time, from `least` to `most` ms after some moment, which `caption` names. */
void plot_time_axis(struct plot *plot, double least, double most, const char *caption);

/* The axis of counts, from `least` (0, or below) to at least `most`. */
void plot_count_axis(struct plot *plot, double least, double most, const char *caption);

/* The axis of microseconds, by powers of ten. */
void plot_log_axis(struct plot *plot, double least, double most);

/* Begins a series of bars; plot_bar() adds one; plot_bars_end() ends it. */
void plot_bars(struct plot *plot, const char *series);

/* A bar from x0 to x1 and from y0 to y1. */
void plot_bar(struct plot *plot, double x0, double x1, double y0, double y1);

/* Ends the series. */
void plot_bars_end(struct plot *plot);

/*
 * A line through `count` points, or the area between it and `lows` when they are not NULL. `steps`
 * keeps each value until the next point.
 */
struct plot_curve {
	const double *xs, *ys, *lows;
	size_t count;
	bool steps;
};

/* Draws one. */
void plot_curve(struct plot *plot, const char *series, const struct plot_curve *curve);

/* A moment: an upright line with a word. */
void plot_moment(struct plot *plot, double x, const char *name);

/* What a pointer that rests between x0 and x1 is told; plot_tip_end() follows the text. */
void plot_tip(struct plot *plot, double x0, double x1);

/* Ends the text. */
void plot_tip_end(struct plot *plot);

/* A sentence instead of a plot. */
void plot_nothing(struct plot *plot, const char *says);

/* A bar of a list: what stands before it, its length of 0..1, and what stands behind it. */
struct plot_row {
	const char *name, *series, *says;
	double share;
	double mark; /* an upright mark at this length; below 0: none */
};

/* Draws row `i` (from 0); `rows` says how many there are, for their distance. */
void plot_row(struct plot *plot, size_t i, const struct plot_row *row);

/* The height of a plot of so many rows, with or without a key above them. */
int plot_rows_height(size_t rows, bool has_key);

/* An attribute's share of the whole width, for bars that lie behind one another in one row. */
void plot_piece(struct plot *plot, const char *series, double from, double to);

#endif
