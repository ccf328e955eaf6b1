/*
 * csv.h - lines of comma-separated values that no spreadsheet can misread (RFC 4180).
 *
 * A text that holds a comma, a quote or a line's end is quoted. A text that a spreadsheet would
 * take for a formula (it begins with = + - @, a tab or a carriage return) gets an apostrophe in
 * front, which such programs leave out again; JSON lines have the text as it is.
 *
 * Layer: the ground. Writes to a stdio stream; a failed write shows in its ferror().
 */
#ifndef PENSTOCK_CTL_CSV_H
#define PENSTOCK_CTL_CSV_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Writes a text. */
void csv_write_text(FILE *file, const char *text, size_t size);

/* Writes a number. */
void csv_write_number(FILE *file, int64_t number);

/* Between two values of a line. */
void csv_write_comma(FILE *file);

/* Ends a line, with CR and LF as the RFC has it. */
void csv_end_line(FILE *file);

#endif
