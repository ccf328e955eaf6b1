/*
 * prometheus.c - a text that grows; see prometheus.h.
 */
#include "common/prometheus.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/xmalloc.h"

enum { LINE_BYTES = 512, FIRST_ROOM = 8192 };

struct prometheus {
	char *text;
	size_t size, room;
};

struct prometheus *prometheus_open(void)
{
	struct prometheus *page = xcalloc(1, sizeof(*page));

	page->room = FIRST_ROOM;
	page->text = xmalloc(page->room);
	page->text[0] = '\0';
	return page;
}

void prometheus_close(struct prometheus *page)
{
	if (!page)
		return;
	free(page->text);
	free(page);
}

static void prometheus_print(struct prometheus *page, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Adds a line of less than LINE_BYTES. */
static void prometheus_print(struct prometheus *page, const char *format, ...)
{
	va_list args;

	if (page->room - page->size < LINE_BYTES) {
		page->room *= 2;
		page->text = xrealloc(page->text, page->room);
	}
	va_start(args, format);
	int size = vsnprintf(page->text + page->size, LINE_BYTES, format, args);
	va_end(args);
	assert(size > 0 && size < LINE_BYTES);
	page->size += (size_t)size;
}

void prometheus_head(struct prometheus *page, const char *name, const char *type, const char *help)
{
	prometheus_print(page, "# HELP %s %s\n", name, help);
	prometheus_print(page, "# TYPE %s %s\n", name, type);
}

void prometheus_add(struct prometheus *page, const char *name, const char *label, const char *value,
		    int64_t number)
{
	if (label)
		prometheus_print(page, "%s{%s=\"%s\"} %" PRId64 "\n", name, label, value, number);
	else
		prometheus_print(page, "%s %" PRId64 "\n", name, number);
}

void prometheus_add_two(struct prometheus *page, const char *name, const char *label,
			const char *value, const char *second, const char *second_value,
			int64_t number)
{
	prometheus_print(page, "%s{%s=\"%s\",%s=\"%s\"} %" PRId64 "\n", name, label, value, second,
			 second_value, number);
}

void prometheus_put(struct prometheus *page, const char *name, const char *type, const char *help,
		    int64_t number)
{
	prometheus_head(page, name, type, help);
	prometheus_add(page, name, NULL, NULL, number);
}

void prometheus_histogram(struct prometheus *page, const char *name, const char *help,
			  const struct histogram *histogram, int64_t scale)
{
	uint64_t all = histogram_below(histogram, histogram->bound_count);

	prometheus_head(page, name, "histogram", help);
	for (uint32_t i = 0; i < histogram->bound_count; i++)
		prometheus_print(page, "%s_bucket{le=\"%g\"} %" PRIu64 "\n", name,
				 (double)histogram->bounds[i] / (double)scale,
				 histogram_below(histogram, i));
	prometheus_print(page, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", name, all);
	prometheus_print(page, "%s_sum %.6f\n", name, (double)histogram->sum / (double)scale);
	prometheus_print(page, "%s_count %" PRIu64 "\n", name, all);
}

const char *prometheus_text(const struct prometheus *page, size_t *size)
{
	*size = page->size;
	return page->text;
}
