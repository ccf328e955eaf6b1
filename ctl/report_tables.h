/*
 * report_tables.h - the tables of a report's page, and the crossing of its counts.
 *
 * Layer: inside report.
 */
#ifndef PENSTOCK_CTL_REPORT_TABLES_H
#define PENSTOCK_CTL_REPORT_TABLES_H

#include "ctl/report_parts.h"

/* Writes a table. */
typedef void report_table(const struct report *report, FILE *file);

/* When the stock was half gone, and so on. */
void report_table_moments(const struct report *report, FILE *file);

/* Each node's requests and sales. */
void report_table_nodes(const struct report *report, FILE *file);

/* What each reason means. */
void report_table_reasons(const struct report *report, FILE *file);

/* Percentiles of what sold and what did not. */
void report_table_latency(const struct report *report, FILE *file);

/* Units granted, returned, sold again. */
void report_table_flows(const struct report *report, FILE *file);

/* Orders, units and money by state. */
void report_table_orders(const struct report *report, FILE *file);

/* What was held against what. */
void report_table_crossing(const struct report *report, FILE *file);

/* A count from two sources. */
struct report_crossing {
	const char *name; /* for programs */
	enum word says;
	int64_t wanted, found;
};

enum { REPORT_CROSSINGS = 6 };

/* All of them; returns how many apply: without stat.log the last one does not. */
size_t report_crossings(const struct report *report,
			struct report_crossing crossings[REPORT_CROSSINGS]);

#endif
