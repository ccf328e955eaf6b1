/*
 * status.c - collects heartbeats by node, and writes the JSON; see status.h.
 */
#include "node/status.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/xmalloc.h"

/* A node, over all items. */
struct status_node {
	const char *name;
	struct beat
		beat; /* the newest; requests and orders are sums, the rest of who speaks for it */
	int64_t spoke_ms; /* the newest entry that does; another item may have done so before */
};

/* What is being told. */
struct status {
	const struct status_sources *sources;
	FILE *into;
	int64_t now_ms;
	struct status_node nodes[ROLL_MAX + 1];
	size_t count;
	bool conserved;
};

/* -- collecting -------------------------------------------------------------------------------- */

static struct status_node *status_node_of(struct status *status, const char *name)
{
	for (size_t i = 0; i < status->count; i++) {
		if (strcmp(status->nodes[i].name, name) == 0)
			return &status->nodes[i];
	}
	if (status->count == ROLL_MAX + 1)
		return NULL;
	status->nodes[status->count] = (struct status_node){ .name = name };
	return &status->nodes[status->count++];
}

static void status_add_beat(struct status *status, const char *name, const struct beat *beat)
{
	struct status_node *node = status_node_of(status, name);

	if (!node)
		return;
	struct beat *sum = &node->beat;
	int64_t requests = sum->requests + beat->requests, orders = sum->orders + beat->orders;
	bool is_newest = beat->at_ms >= sum->at_ms;

	if (beat->is_node && beat->at_ms >= node->spoke_ms) {
		node->spoke_ms = beat->at_ms;
		memcpy(sum->latency, beat->latency, sizeof(sum->latency));
		memcpy(sum->answers, beat->answers, sizeof(sum->answers));
		sum->unknown = beat->unknown;
	}
	if (is_newest) {
		sum->at_ms = beat->at_ms;
		sum->weight = beat->weight;
	}
	sum->requests = requests;
	sum->orders = orders;
}

/* Goes over the beats of an item: this node's own from memory, then the others'. */
static bool status_beat(const struct status *status, const struct item *item, size_t place,
			const char **name, struct beat *beat)
{
	struct beat own;
	const char *us = catalog_own_beat(status->sources->catalog, item, &own);

	if (place == 0) {
		*name = us;
		*beat = own;
		return true;
	}
	if (!roll_read(item->roll, place - 1, name, beat))
		return false;
	if (strcmp(*name, us) == 0)
		beat->at_ms = 0; /* told already */
	return true;
}

static bool item_is_told(const struct item *item)
{
	return item->told_ms && item->standing != ITEM_ABSENT && item->standing != ITEM_ASKED;
}

/* Redis' time, but while it is away the time of its last news. */
static int64_t status_now(const struct status_sources *sources)
{
	const struct item *item;
	int64_t now_ms = 0;

	if (store_is_ready(sources->store))
		return catalog_time_ms(sources->catalog);
	for (uint32_t i = 0; (item = catalog_at(sources->catalog, i)); i++)
		now_ms = item->view.now_ms > now_ms ? item->view.now_ms : now_ms;
	return now_ms;
}

static int status_by_name(const void *a, const void *b)
{
	const struct status_node *one = a, *other = b;

	return strcmp(one->name, other->name);
}

static void status_collect(struct status *status)
{
	const struct item *item;
	const char *name;
	struct beat beat;

	for (uint32_t i = 0; (item = catalog_at(status->sources->catalog, i)); i++) {
		for (size_t place = 0;
		     item_is_told(item) && status_beat(status, item, place, &name, &beat);
		     place++) {
			if (beat.at_ms)
				status_add_beat(status, name, &beat);
		}
	}
	qsort(status->nodes, status->count, sizeof(status->nodes[0]), status_by_name);
}

/* -- writing ----------------------------------------------------------------------------------- */

static const char *status_age_word(int64_t age_ms)
{
	if (age_ms <= STATUS_LATE_MS)
		return "up";
	return age_ms <= STATUS_GONE_MS ? "late" : "gone";
}

static int64_t status_age(const struct status *status, int64_t at_ms)
{
	return status->now_ms > at_ms ? status->now_ms - at_ms : 0;
}

static void status_write_bounds(FILE *into)
{
	struct histogram shape;

	histogram_open_us(&shape);
	for (uint32_t i = 0; i < shape.bound_count; i++)
		fprintf(into, "%s%" PRId64, i ? "," : "", shape.bounds[i]);
}

static void status_write_node(const struct status *status, const struct status_node *node)
{
	const struct beat *beat = &node->beat;
	int64_t age_ms = status_age(status, beat->at_ms);

	fprintf(status->into,
		"{\"name\":\"%s\",\"weight\":%" PRId64 ",\"ageMs\":%" PRId64
		",\"state\":\"%s\",\"requests\":%" PRId64 ",\"sold\":%" PRId64
		",\"redisUnknown\":%" PRId64 ",\"answers\":{",
		node->name, beat->weight, age_ms, status_age_word(age_ms), beat->requests,
		beat->orders, beat->unknown);
	for (int i = 0; i < OUTCOMES; i++)
		fprintf(status->into, "%s\"%s\":%" PRIu64, i ? "," : "",
			purchase_outcome_word((enum purchase_outcome)i), beat->answers[i]);
	fputs("},\"latency\":[", status->into);
	for (int i = 0; i <= HISTOGRAM_BOUNDS_MAX; i++)
		fprintf(status->into, "%s%" PRIu64, i ? "," : "", beat->latency[i]);
	fputs("]}", status->into);
}

static void status_write_item(struct status *status, const struct item *item)
{
	const struct sale_view *view = &item->view;
	const char *name, *before = "";
	struct beat beat;
	int64_t backlog = view->seq > item->recorded ? view->seq - item->recorded : 0;
	bool conserved = !item->violated && sale_left(view) >= 0 && sale_held(view) >= 0 &&
			 view->paid >= 0 && view->outside >= 0;

	status->conserved = status->conserved && conserved;
	fprintf(status->into,
		"{\"item\":\"%s\",\"state\":\"%s\",\"total\":%" PRId64 ",\"left\":%" PRId64
		",\"held\":%" PRId64 ",\"paid\":%" PRId64 ",\"outside\":%" PRId64
		",\"nextExpiry\":%" PRId64 ",\"epoch\":%" PRId64 ",\"seq\":%" PRId64
		",\"recorded\":%" PRId64 ",\"backlog\":%" PRId64 ",\"conserved\":%s,\"nodes\":[",
		item->name, item->standing == ITEM_ON ? sale_state_word(view->state) : "fault",
		view->total, sale_left(view), sale_held(view), view->paid, view->outside,
		view->next_expiry_ms, view->epoch, view->seq, item->recorded, backlog,
		conserved ? "true" : "false");
	for (size_t place = 0; status_beat(status, item, place, &name, &beat); place++) {
		if (!beat.at_ms || status_age(status, beat.at_ms) > STATUS_GONE_MS)
			continue;
		fprintf(status->into, "%s{\"name\":\"%s\",\"tokens\":%" PRId64 ",\"gate\":\"%s\"}",
			before, name, beat.tokens, beat_gate_word(beat.gate));
		before = ",";
	}
	fputs("]}", status->into);
}

const char *status_ledger(const struct status_sources *sources, int64_t *lag, int64_t *age_ms)
{
	const struct item *item;
	struct beat_ledger beat;
	int64_t at_ms = -1, waits_ms = 0;

	*lag = 0;
	for (uint32_t i = 0; (item = catalog_at(sources->catalog, i)); i++) {
		if (!item_is_told(item))
			continue;
		if (roll_find_ledger(item->roll, &beat) && beat.at_ms > at_ms)
			at_ms = beat.at_ms;
		if (item->view.seq > item->recorded)
			*lag += item->view.seq - item->recorded;
		if (catalog_lag_ms(sources->catalog, item) > waits_ms)
			waits_ms = catalog_lag_ms(sources->catalog, item);
	}
	int64_t now_ms = status_now(sources);

	*age_ms = at_ms < 0 ? -1 : now_ms > at_ms ? now_ms - at_ms : 0;
	if (*age_ms < 0 || *age_ms > STATUS_LEDGER_GONE_MS)
		return "gone";
	return waits_ms > STATUS_BEHIND_MS ? "behind" : "up";
}

static void status_write(struct status *status)
{
	const struct status_sources *sources = status->sources;
	const struct item *item;
	const char *before = "";
	int64_t lag, age_ms;
	const char *ledger = status_ledger(sources, &lag, &age_ms);

	fprintf(status->into, "{\"asOf\":%" PRId64 ",\"redis\":\"%s\",\"latencyBoundsUs\":[",
		status->now_ms, store_is_ready(sources->store) ? "up" : "away");
	status_write_bounds(status->into);
	fputs("],\"nodes\":[", status->into);
	for (size_t i = 0; i < status->count; i++) {
		fputs(i ? "," : "", status->into);
		status_write_node(status, &status->nodes[i]);
	}
	fputs("],\"items\":[", status->into);
	for (uint32_t i = 0; (item = catalog_at(sources->catalog, i)); i++) {
		if (!item_is_told(item))
			continue;
		fputs(before, status->into);
		status_write_item(status, item);
		before = ",";
	}
	fprintf(status->into,
		"],\"ledger\":{\"state\":\"%s\",\"lag\":%" PRId64 ",\"ageMs\":%" PRId64
		"},\"conserved\":%s}\n",
		ledger, lag, age_ms, status->conserved ? "true" : "false");
}

void status_on_request(const struct status_sources *sources, struct http_request *request)
{
	struct status *status = xcalloc(1, sizeof(*status));
	char *text = NULL;
	size_t size = 0;

	status->sources = sources;
	status->conserved = true;
	status->now_ms = status_now(sources);
	status->into = open_memstream(&text, &size);
	if (!status->into)
		abort(); /* out of memory */
	status_collect(status);
	status_write(status);
	if (fclose(status->into) != 0)
		abort();
	http_answer(request, store_is_ready(sources->store) ? 200 : 503, text, size,
		    store_is_ready(sources->store) ? 0 : 1);
	free(text);
	free(status);
}
