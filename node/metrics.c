/*
 * metrics.c - the page of numbers; see metrics.h.
 *
 * It is made anew for each question, so nothing is kept up to date for nobody. What stands with an
 * item is one table, ITEM_METRICS; what is counted is the table of core/tally.h.
 */
#include "node/metrics.h"

#include <stdio.h>
#include <string.h>

#include "common/prometheus.h"
#include "node/status.h"

/* X(name behind penstock_, value, type, help) of an item and its view */
#define ITEM_METRICS(X)                                                                            \
	X(item_units, view->total, "gauge", "All units of the item.")                              \
	X(item_left_units, sale_left(view), "gauge", "Units that nobody has.")                     \
	X(item_held_units, sale_held(view), "gauge", "Units held and not paid.")                   \
	X(item_paid_units, view->paid, "gauge", "Units paid.")                                     \
	X(item_outside_units, view->outside, "gauge", "Units sold before the scripts counted.")    \
	X(item_seq, view->seq, "gauge", "The newest event of the item.")                           \
	X(gate_tokens, item->gate.tokens, "gauge", "Units that this node may ask Redis for.")      \
	X(gate_pending_units, item->gate.pending, "gauge",                                         \
	  "Units asked for, outcome not known yet.")                                               \
	X(gate_open, item->gate.tokens > 0, "gauge", "1: the gate lets a buyer through to Redis.") \
	X(item_well, item->standing == ITEM_ON, "gauge",                                           \
	  "0: a fault keeps this node from selling it.")                                           \
	X(item_open, view->state == SALE_OPEN, "gauge", "1: the item is on sale.")                 \
	X(item_live_weight, item->live_weight, "gauge", "Weight of all live nodes.")               \
	X(item_flights, item->flights, "gauge", "Batches on their way to Redis.")                  \
	X(item_flying_purchases, item->aloft, "gauge", "Purchases in them.")                       \
	X(item_recorded_seq, item->recorded, "gauge", "The newest event that SQL holds.")          \
	X(item_backlog_events, view->seq - item->recorded, "gauge",                                \
	  "Events that SQL does not hold yet.")                                                    \
	X(item_unrecorded_seconds, catalog_lag_ms(catalog, item) / 1000, "gauge",                  \
	  "How long the oldest of them has been waiting, at least.")                               \
	X(item_conserved, !item->violated && sale_held(view) >= 0, "gauge",                        \
	  "0: the counts are not what the events make (I1, I7).")                                  \
	X(item_requests_total, (int64_t)item->asked, "counter", "Purchases asked of this node.")   \
	X(item_orders_total, (int64_t)item->sold, "counter", "Orders that this node sold.")

struct item_metric {
	const char *name, *type, *help;
	int64_t (*read)(const struct catalog *catalog, const struct item *item,
			const struct sale_view *view);
};

#define ITEM_METRIC_READ(name, value, type, help)                                                  \
	static int64_t read_##name(const struct catalog *catalog, const struct item *item,         \
				   const struct sale_view *view)                                   \
	{                                                                                          \
		(void)catalog;                                                                     \
		(void)item;                                                                        \
		(void)view;                                                                        \
		return value;                                                                      \
	}
ITEM_METRICS(ITEM_METRIC_READ)

static const struct item_metric item_metrics[] = {
#define ITEM_METRIC_ROW(name, value, type, help) { "penstock_" #name, type, help, read_##name },
	ITEM_METRICS(ITEM_METRIC_ROW)
};

static void metrics_add_items(struct prometheus *page, const struct catalog *catalog)
{
	for (size_t i = 0; i < sizeof(item_metrics) / sizeof(item_metrics[0]); i++) {
		const struct item_metric *metric = &item_metrics[i];
		const struct item *item;

		prometheus_head(page, metric->name, metric->type, metric->help);
		for (uint32_t place = 0; (item = catalog_at(catalog, place)); place++) {
			if (item->told_ms && item->standing != ITEM_ABSENT)
				prometheus_add(page, metric->name, "item", item->name,
					       metric->read(catalog, item, &item->view));
		}
	}
}

static void metrics_add_tally(struct prometheus *page, const struct tally *tally)
{
	static const char answers[] = "penstock_answers_total";

	prometheus_head(page, answers, "counter", "Answers of /buy by reason.");
	for (int i = 0; i < OUTCOMES; i++)
		prometheus_add(page, answers, "reason",
			       purchase_outcome_word((enum purchase_outcome)i),
			       (int64_t)tally->answers[i]);
#define METRICS_COUNTER(field, name, help)                                                         \
	prometheus_put(page, name, "counter", help, (int64_t)tally->field);
	TALLY_COUNTERS(METRICS_COUNTER)
	prometheus_histogram(page, "penstock_purchase_seconds",
			     "From the complete request of /buy to its answer.", &tally->purchase,
			     1000000);
	prometheus_histogram(page, "penstock_redis_call_seconds",
			     "From a call of Redis to its answer.", &tally->redis, 1000000);
	prometheus_histogram(page, "penstock_batch_purchases",
			     "Purchases that went to Redis in one call.", &tally->batch_size, 1);
}

/* Attempts rolled by scores, of the items and bands in which there were some. */
static void metrics_add_risk(struct prometheus *page, const struct catalog *catalog, bool refused)
{
	const char *name = refused ? "penstock_risk_refused_total" : "penstock_risk_attempts_total";
	const struct item *item;
	char from[12];

	prometheus_head(page, name, "counter",
			refused ? "Of them those that the roll refused; in shadow mode, would have."
				: "Attempts to buy rolled by the user's score, by the band's first "
				  "point.");
	for (uint32_t place = 0; (item = catalog_at(catalog, place)); place++) {
		for (unsigned band = 0; band < RISK_BANDS; band++) {
			if (item->risk.asked[band] == 0)
				continue;
			snprintf(from, sizeof(from), "%u", risk_band_from(&item->rules.risk, band));
			prometheus_add_two(page, name, "item", item->name, "band", from,
					   (int64_t)(refused ? item->risk.refused[band]
							     : item->risk.asked[band]));
		}
	}
}

/* The ledger, as this node hears of it. */
static void metrics_add_ledger(struct prometheus *page, const struct metrics *metrics)
{
	static const char *const words[] = { "up", "behind", "gone" };
	static const char name[] = "penstock_seen_ledger";
	const struct status_sources sources = { metrics->catalog, metrics->store };
	int64_t lag, age_ms;
	const char *word = status_ledger(&sources, &lag, &age_ms);

	prometheus_head(page, name, "gauge", "1: how the ledger is, by its heartbeat.");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		prometheus_add(page, name, "state", words[i], strcmp(words[i], word) == 0);
}

void metrics_on_request(const struct metrics *metrics, struct http_request *request)
{
	struct prometheus *page = prometheus_open();
	size_t size;

	metrics_add_tally(page, metrics->tally);
	prometheus_put(page, "penstock_redis_ready", "gauge", "1: Redis takes this node's calls.",
		       store_is_ready(metrics->store));
	prometheus_put(page, "penstock_redis_persistent", "gauge",
		       "0: Redis does not keep what it acknowledges.",
		       vigil_is_content(metrics->vigil));
	metrics_add_ledger(page, metrics);
	prometheus_put(page, "penstock_suspended_purchases", "gauge",
		       "Purchases that wait for their turn or for Redis.",
		       orders_suspended(metrics->orders));
	prometheus_put(page, "penstock_suspended_errands", "gauge",
		       "Requests about orders that wait for Redis.",
		       errands_suspended(metrics->errands));
	prometheus_put(page, "penstock_statlog_dropped_lines_total", "counter",
		       "Lines of stat.log that could not be written.",
		       (int64_t)statlog_dropped(metrics->statlog));
	metrics_add_items(page, metrics->catalog);
	metrics_add_risk(page, metrics->catalog, false);
	metrics_add_risk(page, metrics->catalog, true);
	const char *text = prometheus_text(page, &size);
	struct http_reply *reply = http_reply_make(200, text, size, 0);

	http_reply_add(reply, "Content-Type", PROMETHEUS_TYPE);
	http_answer_shared(request, reply);
	http_reply_drop(reply);
	prometheus_close(page);
}
