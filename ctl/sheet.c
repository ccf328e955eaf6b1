/*
 * sheet.c - what a command found out, as a table, upright, or as JSON; see sheet.h.
 *
 * Cells lie in one row-major list. Whatever they are, they are made text for people only when
 * they are printed: twice, for the widths and for the lines.
 */
#include "ctl/sheet.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/xmalloc.h"
#include "ctl/json.h"
#include "ctl/moment.h"
#include "common/text.h"

enum { GAP = 2 }; /* blanks between two columns */

struct cell {
	bool is_known;
	int64_t number;
	char *text; /* of SHEET_TEXT only */
};

struct sheet {
	const struct sheet_column *columns;
	size_t column_count;
	struct cell *cells;
	size_t count, room;
};

struct sheet *sheet_open(const struct sheet_column *columns, size_t count)
{
	struct sheet *sheet = xcalloc(1, sizeof(*sheet));

	sheet->columns = columns;
	sheet->column_count = count;
	return sheet;
}

void sheet_close(struct sheet *sheet)
{
	if (sheet == NULL)
		return;
	for (size_t i = 0; i < sheet->count; i++)
		free(sheet->cells[i].text);
	free(sheet->cells);
	free(sheet);
}

static void add(struct sheet *sheet, struct cell cell)
{
	if (sheet->count == sheet->room) {
		sheet->room = sheet->room == 0 ? 64 : 2 * sheet->room;
		sheet->cells = xrealloc(sheet->cells, sheet->room * sizeof(cell));
	}
	sheet->cells[sheet->count++] = cell;
}

static const struct sheet_column *column_of(const struct sheet *sheet, size_t cell)
{
	return &sheet->columns[cell % sheet->column_count];
}

void sheet_add_text(struct sheet *sheet, const char *text, size_t size)
{
	assert(column_of(sheet, sheet->count)->kind == SHEET_TEXT);
	add(sheet, (struct cell){ .is_known = true, .text = text_clean(text, size) });
}

void sheet_add_number(struct sheet *sheet, int64_t number)
{
	assert(column_of(sheet, sheet->count)->kind != SHEET_TEXT);
	add(sheet, (struct cell){ .is_known = true, .number = number });
}

void sheet_add_nothing(struct sheet *sheet)
{
	add(sheet, (struct cell){ .is_known = false });
}

size_t sheet_rows(const struct sheet *sheet)
{
	return sheet->count / sheet->column_count;
}

/* A cell for people; `room` is where it is written if it is not there yet. */
static const char *show(const struct sheet *sheet, size_t i, char room[MOMENT_BYTES])
{
	const struct cell *cell = &sheet->cells[i];

	if (!cell->is_known)
		return "-";
	switch (column_of(sheet, i)->kind) {
	case SHEET_TEXT:
		return cell->text;
	case SHEET_TIME:
		return moment_write(room, cell->number);
	case SHEET_SPAN:
		return moment_write_span(room, cell->number);
	case SHEET_TRUTH:
		return cell->number != 0 ? "yes" : "no";
	case SHEET_NUMBER:
		break;
	}
	snprintf(room, MOMENT_BYTES, "%" PRId64, cell->number);
	return room;
}

static size_t wider(size_t width, const char *text)
{
	size_t other = text_width(text);

	return other > width ? other : width;
}

static size_t width_of(const struct sheet *sheet, size_t column)
{
	size_t width = text_width(sheet->columns[column].title);
	char room[MOMENT_BYTES];

	for (size_t i = column; i < sheet->count; i += sheet->column_count)
		width = wider(width, show(sheet, i, room));
	return width;
}

/* A cell in its place; the last of a line leaves no blanks behind it. */
static void print_cell(FILE *file, const char *text, size_t width, bool to_right, bool is_last)
{
	int blanks = (int)(width - text_width(text));

	if (to_right)
		fprintf(file, "%*s%s", blanks, "", text);
	else
		fprintf(file, "%s%*s", text, is_last ? 0 : blanks, "");
	fprintf(file, "%*s", is_last ? 0 : GAP, "");
	if (is_last)
		fputc('\n', file);
}

static bool is_to_right(const struct sheet_column *column)
{
	return column->kind == SHEET_NUMBER || column->kind == SHEET_SPAN;
}

void sheet_print(const struct sheet *sheet, FILE *file)
{
	size_t *widths = xcalloc(sheet->column_count, sizeof(*widths));
	size_t last = sheet->column_count - 1;
	char room[MOMENT_BYTES];

	for (size_t i = 0; i <= last; i++)
		widths[i] = width_of(sheet, i);
	for (size_t i = 0; i <= last; i++)
		print_cell(file, sheet->columns[i].title, widths[i],
			   is_to_right(&sheet->columns[i]), i == last);
	for (size_t i = 0; i < sheet_rows(sheet) * sheet->column_count; i++) {
		size_t column = i % sheet->column_count;

		print_cell(file, show(sheet, i, room), widths[column],
			   is_to_right(&sheet->columns[column]), column == last);
	}
	free(widths);
}

void sheet_print_upright(const struct sheet *sheet, FILE *file)
{
	size_t width = 0;
	char room[MOMENT_BYTES];

	for (size_t i = 0; i < sheet->column_count; i++)
		width = wider(width, sheet->columns[i].title);
	for (size_t i = 0; i < sheet_rows(sheet) * sheet->column_count; i++) {
		if (i > 0 && i % sheet->column_count == 0)
			fputc('\n', file);
		print_cell(file, column_of(sheet, i)->title, width, false, false);
		fprintf(file, "%s\n", show(sheet, i, room));
	}
}

static void put(struct json *object, const struct sheet_column *column, const struct cell *cell)
{
	if (!cell->is_known)
		json_put_text(object, column->name, NULL);
	else if (column->kind == SHEET_TEXT)
		json_put_text(object, column->name, cell->text);
	else if (column->kind == SHEET_TRUTH)
		json_put_truth(object, column->name, cell->number != 0);
	else
		json_put_number(object, column->name, cell->number);
}

struct json *sheet_row_json(const struct sheet *sheet, size_t row)
{
	struct json *object = json_object_open();

	assert(row < sheet_rows(sheet));
	for (size_t i = 0; i < sheet->column_count; i++)
		put(object, &sheet->columns[i], &sheet->cells[row * sheet->column_count + i]);
	return object;
}

struct json *sheet_json(const struct sheet *sheet)
{
	struct json *list = json_list_open();

	for (size_t i = 0; i < sheet_rows(sheet); i++)
		json_add(list, sheet_row_json(sheet, i));
	return list;
}
