/*
 * metrics.c - a table of numbers; see metrics.h.
 */
#include "ledger/metrics.h"

/* X(name behind penstock_ledger_, value, type, help) */
#define LEDGER_METRICS(X)                                                                          \
	X(well, sight->is_well, "gauge", "1: it records all items, or stands by.")                 \
	X(items, sight->facts.items, "gauge", "Items known.")                                      \
	X(stopped_items, sight->facts.stopped, "gauge", "Items in trouble, not recorded.")         \
	X(lag_events, sight->facts.backlog, "gauge", "Events in Redis that SQL does not hold.")    \
	X(events_total, sight->facts.events, "counter", "Events written into SQL.")                \
	X(batches_total, sight->facts.batches, "counter", "Transactions that wrote them.")         \
	X(poison_events, sight->facts.poison, "gauge", "Events set aside, of all times.")          \
	X(trims_total, sight->facts.trims, "counter", "Calls of trim.lua that Redis carried out.") \
	X(trimmed_entries_total, sight->facts.trimmed, "counter",                                  \
	  "Entries that left the streams because SQL holds them.")                                 \
	X(sql_losses_total, sight->losses[STATUS_SQL_AWAY], "counter",                             \
	  "Times that the database was found away.")                                               \
	X(redis_losses_total, sight->losses[STATUS_REDIS_AWAY], "counter",                         \
	  "Times that Redis was found away.")                                                      \
	X(webhook_queue_events, sight->webhook_backlog, "gauge",                                   \
	  "Events that the shop was not told of yet.")

struct prometheus *metrics_make(struct status *status)
{
	struct prometheus *page = prometheus_open();
	struct status_sight copy;
	const struct status_sight *sight = &copy;
	static const char state[] = "penstock_ledger_state";

	status_look(status, &copy);
#define METRICS_PUT(name, value, type, help)                                                       \
	prometheus_put(page, "penstock_ledger_" #name, type, help, (int64_t)(value));
	LEDGER_METRICS(METRICS_PUT)
	prometheus_head(page, state, "gauge", "1: what it is doing.");
	for (int i = 0; i < STATUS_STATES; i++)
		prometheus_add(page, state, "state", status_state_word((enum status_state)i),
			       sight->state == (enum status_state)i);
	prometheus_histogram(page, "penstock_ledger_sql_seconds",
			     "A transaction that wrote events, from its begin to its commit.",
			     &sight->facts.sql, 1000000);
	return page;
}
