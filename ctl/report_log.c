/*
 * report_log.c - what the ledger tells of a sale; see report_parts.h.
 *
 * The audit folds SQL's events into its book and hands each on to here. A sale begins with
 * `opened`, which forgets what was counted of the one before; payments of older orders that come
 * later are of that older sale, and are passed over.
 */
#include <inttypes.h>
#include <string.h>

#include "ctl/ledger.h"
#include "ctl/report_parts.h"
#include "ctl/say.h"

static void begin_sale(struct report *report, const struct events_event *event)
{
	memset(&report->sale, 0, sizeof(report->sale));
	memset(&report->stock, 0, sizeof(report->stock));
	timeline_close(report->flow);
	report->flow = timeline_open(REPORT_FLOWS);
	report->sale.opened_ms = event->at_ms;
	report->sale.left = event->total - event->outside;
}

/* Which way its units go; REPORT_FLOWS: nowhere. */
static enum report_flow flow_of(const struct report *report, const struct events_event *event)
{
	const struct book_order *order;

	switch (event->kind) {
	case EVENTS_CREATED:
		return REPORT_GRANTED;
	case EVENTS_EXPIRED:
		return REPORT_EXPIRED;
	case EVENTS_CANCELLED:
		return REPORT_CANCELLED;
	case EVENTS_REFUNDED:
		return event->units > 0 ? REPORT_REFUNDED : REPORT_FLOWS;
	case EVENTS_PAID: /* after its end: the units are taken once more */
		order = book_find(report->audit.book, event->order);
		return order != NULL && order->ended_seq != 0 && order->ended_seq != event->seq
			       ? REPORT_GRANTED
			       : REPORT_FLOWS;
	default:
		return REPORT_FLOWS;
	}
}

static void note_once(int64_t *moment, bool is_so, int64_t at_ms)
{
	if (*moment == 0 && is_so)
		*moment = at_ms;
}

/* What is left after the event, and what that says. */
static void take_stock(struct report *report, int64_t at_ms)
{
	const struct events_item *item = book_item(report->audit.book);
	struct report_sale *sale = &report->sale;
	const int64_t left = item->total - item->outside - item->held - item->paid;
	const int64_t size = item->total - item->outside;
	const struct trace_point point = { at_ms, { left, item->held, item->paid } };
	const struct trace *stock = &report->stock;

	if (sale->first_ms != 0) {
		note_once(&sale->half_ms, left * 2 <= size, at_ms);
		note_once(&sale->tenth_ms, left * 10 <= size, at_ms);
		note_once(&sale->sold_out_ms, left == 0, at_ms);
	}
	sale->sold_outs += left == 0 && sale->left > 0;
	sale->left = left;
	if (stock->count == 0 || stock->points[stock->count - 1].at_ms <= at_ms)
		trace_add(&report->stock, &point);
}

static void take_event(void *owner, const struct events_event *event)
{
	struct report *report = owner;
	struct report_sale *sale = &report->sale;
	enum report_flow flow;

	if (event->kind == EVENTS_OPENED)
		begin_sale(report, event);
	if (event->epoch != book_item(report->audit.book)->epoch || report->flow == NULL)
		return;
	if (event->kind == EVENTS_RESTOCKED)
		sale->added += event->delta;
	flow = flow_of(report, event);
	if (flow != REPORT_FLOWS) {
		sale->flows[flow] += event->units;
		timeline_add(report->flow, event->at_ms, flow, event->units);
	}
	note_once(&sale->first_ms, event->kind == EVENTS_CREATED, event->at_ms);
	take_stock(report, event->at_ms);
}

static void count_states(struct report *report)
{
	const int64_t epoch = book_item(report->audit.book)->epoch;

	for (size_t i = 0; i < book_orders(report->audit.book); i++) {
		const struct events_order *order = &book_order_at(report->audit.book, i)->order;
		struct report_state *state = &report->sale.states[order->state];

		if (order->epoch != epoch)
			continue;
		state->orders++;
		state->units += order->units;
		state->amount += order->amount;
		report->sale.orders++;
	}
}

static void note_poison(void *owner, const struct ledger_poison *poison)
{
	struct audit *audit = owner;

	audit->verdict = audit_note(audit, 0, poison->seq,
				    "I5: the ledger set event %" PRId64 " (%.*s) aside: %.*s",
				    poison->seq, (int)poison->kind.size, poison->kind.at,
				    (int)poison->why.size, poison->why.at);
}

enum verdict report_read_log(struct report *report)
{
	struct audit *audit = &report->audit;
	struct ledger_item row;
	enum verdict verdict = ledger_read_item(report->tools, report->item, &row);

	audit->on_event = take_event;
	audit->owner = report;
	if (verdict == VERDICT_DONE && !row.is_there) {
		say("the ledger knows no item %s (or not yet: it records within seconds)",
		    report->item);
		return VERDICT_NO;
	}
	if (verdict == VERDICT_DONE)
		verdict = audit_follow(audit, row.state.seq);
	if (verdict == VERDICT_DONE)
		verdict = audit_sql_rows(audit);
	if (verdict != VERDICT_AWAY && row.poison > 0) {
		if (ledger_first_poison(report->tools, report->item, note_poison, audit) !=
		    VERDICT_DONE)
			return VERDICT_AWAY;
		verdict = audit->verdict;
	}
	if (report->flow == NULL)
		report->flow = timeline_open(REPORT_FLOWS);
	count_states(report);
	return verdict;
}

int64_t report_resold(const struct report *report)
{
	const struct events_item *item = book_item(report->audit.book);
	int64_t beyond = report->sale.flows[REPORT_GRANTED] - (item->total - item->outside);

	return beyond > 0 ? beyond : 0;
}

int64_t report_start_ms(const struct report *report)
{
	if (report->sale.first_ms != 0)
		return report->sale.first_ms;
	return report->lines.first_ms != 0 ? report->lines.first_ms : report->sale.opened_ms;
}
