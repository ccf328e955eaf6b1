/*
 * markup.h - texts and numbers that go into HTML and SVG.
 *
 * What is written by markup_text() can neither end an attribute nor begin an element, whoever chose
 * it. Files of both kinds are written so that an XML parser takes them.
 *
 * Layer: above text, moment. Writes to a stdio stream; a failed write shows in its ferror().
 */
#ifndef PENSTOCK_CTL_MARKUP_H
#define PENSTOCK_CTL_MARKUP_H

#include <stdint.h>
#include <stdio.h>

enum { MARKUP_NUMBER_BYTES = 32 };

/* Writes a text, made clean (text.h) and escaped, inside an element or a quoted attribute. */
void markup_text(FILE *file, const char *text);

/* The same of a sentence with places (words.h). */
void markup_say(FILE *file, const char *format, ...);

/* A number with commas between thousands: 10,000. Returns `into`. */
const char *markup_number(char into[MARKUP_NUMBER_BYTES], int64_t number);

/* A share of a whole in per cent: 12.3 %; "-" of nothing. Returns `into`. */
const char *markup_share(char into[MARKUP_NUMBER_BYTES], int64_t part, int64_t whole);

/*
 * A span for people, in three figures: 812 us, 4.21 ms, 2.31 s, 5 min 12 s, 3 h 20 min, 2 d 4 h;
 * < 1 us for 0. Returns `into`.
 */
const char *markup_span(char into[MARKUP_NUMBER_BYTES], int64_t micros);

/* A time as 2026-01-31 12:00:00; "-" for 0. Returns `into`. */
const char *markup_time(char into[MARKUP_NUMBER_BYTES], int64_t ms);

#endif
