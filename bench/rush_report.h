/*
 * rush_report.h - shows a run: a progress bar while it lasts, a table or JSON at the end.
 *
 * On a terminal the bar is one line, drawn anew five times a second; elsewhere (a log, CI)
 * it is one plain line every few seconds. The table is for people, the JSON object for
 * programs, and both hold the same figures. All latencies are microseconds.
 *
 * Layer: above tally; below rush.c.
 */
#ifndef RUSH_REPORT_H
#define RUSH_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/rush_tally.h"

struct report;

/* A progress display on `out`, which is borrowed; `quiet` shows nothing at all. */
struct report *report_open(FILE *out, bool quiet);

/* Draws the progress if it is time to; the last call has ended_ns set and always draws. */
void report_progress(struct report *report, const struct tally *t, uint64_t now_ns);

/* Ends the display; NULL is accepted. */
void report_close(struct report *report);

/* Writes the run as a table to `out`. */
void report_table(FILE *out, const struct tally *t, const char *seed);

/* Writes the run as one JSON object on one line to `out`. */
void report_json(FILE *out, const struct tally *t, const char *seed);

#endif
