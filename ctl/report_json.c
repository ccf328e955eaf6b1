/*
 * report_json.c - the figures of a report for programs; see report_parts.h.
 *
 * Times are unix ms and null when they did not happen; latencies are microseconds.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl/report_tables.h"
#include "common/text.h"

static void put_time(struct json *json, const char *name, int64_t at_ms)
{
	if (at_ms == 0)
		json_put_text(json, name, NULL);
	else
		json_put_number(json, name, at_ms);
}

static struct json *stock(const struct report *report)
{
	const struct events_item *item = book_item(report->audit.book);
	struct json *json = json_object_open();

	json_put_number(json, "total", item->total);
	json_put_number(json, "left", report->sale.left);
	json_put_number(json, "held", item->held);
	json_put_number(json, "paid", item->paid);
	json_put_number(json, "outside", item->outside);
	return json;
}

static struct json *sale(const struct report *report)
{
	const struct report_sale *own = &report->sale;
	struct json *json = json_object_open();

	put_time(json, "opened_ms", own->opened_ms);
	put_time(json, "first_ms", own->first_ms);
	put_time(json, "half_ms", own->half_ms);
	put_time(json, "tenth_ms", own->tenth_ms);
	put_time(json, "sold_out_ms", own->sold_out_ms);
	json_put_number(json, "sold_outs", own->sold_outs);
	json_put_number(json, "added", own->added);
	json_put_number(json, "granted", own->flows[REPORT_GRANTED]);
	json_put_number(json, "expired", own->flows[REPORT_EXPIRED]);
	json_put_number(json, "cancelled", own->flows[REPORT_CANCELLED]);
	json_put_number(json, "refunded", own->flows[REPORT_REFUNDED]);
	json_put_number(json, "resold", report_resold(report));
	return json;
}

static struct json *orders(const struct report *report)
{
	struct json *json = json_object_open();

	for (int i = EVENTS_HELD; i < EVENTS_STATES; i++) {
		const struct report_state *state = &report->sale.states[i];
		struct json *one = json_object_open();

		json_put_number(one, "orders", state->orders);
		json_put_number(one, "units", state->units);
		json_put_number(one, "amount", state->amount);
		json_put(json, events_state_word((enum events_state)i), one);
	}
	return json;
}

static struct json *latency(const int64_t counts[LATENCY_BUCKETS])
{
	struct json *json = json_object_open();

	json_put_number(json, "p50", latency_percentile(counts, 500));
	json_put_number(json, "p90", latency_percentile(counts, 900));
	json_put_number(json, "p99", latency_percentile(counts, 990));
	return json;
}

static struct json *nodes(const struct report *report)
{
	struct json *list = json_list_open();

	for (size_t i = 0; i < report->lines.node_count; i++) {
		const struct report_node *node = &report->lines.nodes[i];
		struct json *json = json_object_open();

		json_put_text(json, "node", node->label);
		json_put_number(json, "port", node->port);
		json_put_number(json, "weight", node->weight);
		json_put_number(json, "requests", node->requests);
		json_put_number(json, "sold", node->sold);
		json_add(list, json);
	}
	return list;
}

static struct json *lines(const struct report *report)
{
	const struct report_lines *own = &report->lines;
	struct json *json = json_object_open(), *reasons = json_object_open();
	int64_t all[LATENCY_BUCKETS];

	report_latencies(report, all);
	json_put_number(json, "files", report->audit.counts.files);
	json_put_number(json, "lines", report->audit.counts.lines);
	json_put_number(json, "requests", own->requests);
	json_put_number(json, "sold", own->sold);
	json_put_number(json, "repeated", own->repeated);
	json_put_number(json, "bad", own->bad);
	json_put_number(json, "other_items", own->other);
	json_put_number(json, "before_the_sale", own->earlier);
	json_put_number(json, "not_recorded_yet", own->ahead);
	json_put_number(json, "impossible_times", own->undated);
	json_put_number(json, "orders_without_line", report->audit.counts.unlined);
	json_put_number(json, "peak_sold", own->peak_sold);
	json_put_number(json, "peak_answers", own->peak_answers);
	json_put_number(json, "most_micros", own->most_micros);
	for (size_t i = 0; i < own->reason_count; i++)
		json_put_number(reasons, own->reasons[i].word, own->reasons[i].count);
	json_put(json, "refused", reasons);
	json_put(json, "micros", latency(all));
	json_put(json, "micros_sold", latency(own->latencies[REPORT_SOLD]));
	json_put(json, "nodes", nodes(report));
	return json;
}

static struct json *crossed(const struct report *report)
{
	struct report_crossing all[REPORT_CROSSINGS];
	size_t count = report_crossings(report, all);
	struct json *json = json_object_open();

	for (size_t i = 0; i < count; i++) {
		struct json *one = json_object_open();

		json_put_number(one, "wanted", all[i].wanted);
		json_put_number(one, "found", all[i].found);
		json_put(json, all[i].name, one);
	}
	return json;
}

struct json *report_json(const struct report *report)
{
	const struct events_item *item = book_item(report->audit.book);
	struct json *json = json_object_open();
	char *fault = text_clean(report->audit.fault.what, strlen(report->audit.fault.what));

	json_put_text(json, "item", report->item);
	json_put_number(json, "epoch", item->epoch);
	json_put_number(json, "seq", item->seq);
	put_time(json, "made_ms", report->made_ms);
	json_put_truth(json, "agrees", report_agrees(report));
	json_put_text(json, "violation", report->audit.fault.is_there ? fault : NULL);
	free(fault);
	json_put(json, "stock", stock(report));
	json_put(json, "sale", sale(report));
	json_put(json, "orders", orders(report));
	json_put(json, "stat_log", lines(report));
	json_put(json, "crossed", crossed(report));
	return json;
}
