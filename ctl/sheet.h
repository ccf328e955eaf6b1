/*
 * sheet.h - what a command found out: named columns and rows, printed as people or programs want.
 *
 * A command fills a sheet without knowing how it will be shown: as an aligned table, upright (one
 * line a column) when it is about one thing, or as JSON. In JSON numbers and times are numbers
 * (times in unix ms), what is unknown is null.
 *
 * Layer: above text, moment, json.
 */
#ifndef PENSTOCK_CTL_SHEET_H
#define PENSTOCK_CTL_SHEET_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct sheet;
struct json;

enum sheet_kind {
	SHEET_TEXT,
	SHEET_NUMBER,
	SHEET_TIME,  /* unix ms */
	SHEET_SPAN,  /* ms */
	SHEET_TRUTH, /* 0 or 1 */
};

struct sheet_column {
	const char *name;  /* in JSON */
	const char *title; /* for people */
	enum sheet_kind kind;
};

/* An empty sheet. `columns` is borrowed until sheet_close(). */
struct sheet *sheet_open(const struct sheet_column *columns, size_t count);

/* Ends it. NULL is allowed. */
void sheet_close(struct sheet *sheet);

/*
 * Fills the next cell, from left to right and row by row. The column says the kind: a text into a
 * column of numbers is a bug. Texts are copied and made clean.
 */
void sheet_add_text(struct sheet *sheet, const char *text, size_t size);

/* The same for every other kind. */
void sheet_add_number(struct sheet *sheet, int64_t number);

/* The same for what is not known or does not apply. */
void sheet_add_nothing(struct sheet *sheet);

/* Whole rows so far. */
size_t sheet_rows(const struct sheet *sheet);

/* Prints a title line and the rows below each other, numbers to the right. */
void sheet_print(const struct sheet *sheet, FILE *file);

/* Prints each row as lines of title and value, an empty line between rows. */
void sheet_print_upright(const struct sheet *sheet, FILE *file);

/* The row as a JSON object; the caller owns it. */
struct json *sheet_row_json(const struct sheet *sheet, size_t row);

/* All rows as a JSON list; the caller owns it. */
struct json *sheet_json(const struct sheet *sheet);

#endif
