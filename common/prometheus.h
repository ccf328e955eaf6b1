/*
 * prometheus.h - writes a page of metrics in Prometheus' text format.
 *
 *     prometheus_head(page, "penstock_items", "gauge", "Items known.");
 *     prometheus_add(page, "penstock_items", NULL, NULL, 3);
 *
 * Form: https://prometheus.io/docs/instrumenting/exposition_formats/ (0.0.4). Label values are
 * words and names of items, which need no escaping.
 *
 * Layer: above xmalloc, core/histogram; below the programs' /metrics.
 */
#ifndef PENSTOCK_PROMETHEUS_H
#define PENSTOCK_PROMETHEUS_H

#include <stddef.h>
#include <stdint.h>

#include "core/histogram.h"

#define PROMETHEUS_TYPE "text/plain; version=0.0.4; charset=utf-8"

struct prometheus;

/* An empty page. */
struct prometheus *prometheus_open(void);

/* Ends it. NULL is allowed. */
void prometheus_close(struct prometheus *page);

/* Begins a metric: `type` is "counter", "gauge" or "histogram", `help` a plain sentence. */
void prometheus_head(struct prometheus *page, const char *name, const char *type, const char *help);

/* One value of the metric begun, with one label, or none where `label` is NULL. */
void prometheus_add(struct prometheus *page, const char *name, const char *label, const char *value,
		    int64_t number);

/* Likewise with two labels. */
void prometheus_add_two(struct prometheus *page, const char *name, const char *label,
			const char *value, const char *second, const char *second_value,
			int64_t number);

/* Head and value in one, without a label. */
void prometheus_put(struct prometheus *page, const char *name, const char *type, const char *help,
		    int64_t number);

/*
 * A whole histogram with its head. Its values are divided by `scale`: 1000000 writes microseconds
 * as seconds.
 */
void prometheus_histogram(struct prometheus *page, const char *name, const char *help,
			  const struct histogram *histogram, int64_t scale);

/* The page so far, borrowed until it changes; *size is its length. */
const char *prometheus_text(const struct prometheus *page, size_t *size);

#endif
