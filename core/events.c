/*
 * events.c - the rules of the event log: who may move where, and what it does to the counts.
 *
 * Each kind has one function that says NULL or why not, and the state that it leads to. They work
 * on copies, which are put back only when all is well, so a refused event changes nothing.
 *
 * Half of events.h; the forms are in events_form.c.
 */
#include "core/events.h"

#include <assert.h>

/* The drawing of events.h. */
static const bool moves[EVENTS_STATES][EVENTS_STATES] = {
	[EVENTS_NO_ORDER] = { [EVENTS_HELD] = true },
	[EVENTS_HELD] = { [EVENTS_IS_PAID] = true,
			  [EVENTS_IS_EXPIRED] = true,
			  [EVENTS_IS_CANCELLED] = true },
	[EVENTS_IS_PAID] = { [EVENTS_IS_REFUNDED] = true },
	[EVENTS_IS_EXPIRED] = { [EVENTS_IS_PAID] = true },
	[EVENTS_IS_CANCELLED] = { [EVENTS_IS_PAID] = true },
};

bool events_may_move(enum events_state from, enum events_state to)
{
	assert(from < EVENTS_STATES && to < EVENTS_STATES);
	return moves[from][to];
}

/* One kind's rule: changes item and order and says NULL, or says why not. */
typedef const char *rule(struct events_item *item, struct events_order *order,
			 const struct events_event *event);

static const char *apply_opened(struct events_item *item, struct events_order *order,
				const struct events_event *event)
{
	(void)order;
	if (event->epoch != event->seq)
		return "a sale's epoch is the seq of the event that opened it";
	item->epoch = event->seq;
	item->total = event->total;
	item->outside = event->outside;
	item->held = item->paid = 0;
	item->opened_ms = event->at_ms;
	return NULL;
}

static const char *apply_restocked(struct events_item *item, struct events_order *order,
				   const struct events_event *event)
{
	(void)order;
	if (event->total != item->total + event->delta)
		return "the new total is not the old one and what was added";
	item->total = event->total;
	return NULL;
}

static const char *apply_rebuilt(struct events_item *item, struct events_order *order,
				 const struct events_event *event)
{
	(void)order;
	return event->from == item->seq ? NULL : "made anew from fewer events than there are";
}

static const char *apply_nothing(struct events_item *item, struct events_order *order,
				 const struct events_event *event)
{
	(void)item;
	(void)order;
	(void)event;
	return NULL;
}

static const char *apply_created(struct events_item *item, struct events_order *order,
				 const struct events_event *event)
{
	if (event->deadline_ms < event->at_ms)
		return "its deadline lies before its creation";
	*order = (struct events_order){
		.seq = event->seq,
		.units = event->units,
		.amount = event->amount,
		.created_ms = event->at_ms,
		.deadline_ms = event->deadline_ms,
		.epoch = event->epoch,
	};
	item->held += event->units;
	return NULL;
}

/* The units of an order go to or from the item's counts; an earlier sale's belong to no stock. */
static void count_units(struct events_item *item, const struct events_order *order, int64_t held,
			int64_t paid)
{
	if (order->epoch != item->epoch)
		return;
	item->held += held * order->units;
	item->paid += paid * order->units;
}

static const char *apply_paid(struct events_item *item, struct events_order *order,
			      const struct events_event *event)
{
	bool was_held = order->state == EVENTS_HELD;

	if (event->amount != order->amount)
		return "paid with another amount than the order's";
	if (was_held && event->at_ms >= order->deadline_ms)
		return "paid at or after its deadline";
	if (!was_held && order->epoch != item->epoch)
		return "its units were taken again from another sale";
	count_units(item, order, was_held ? -1 : 0, 1);
	return NULL;
}

static const char *apply_expired(struct events_item *item, struct events_order *order,
				 const struct events_event *event)
{
	if (event->at_ms < order->deadline_ms)
		return "expired before its deadline";
	count_units(item, order, -1, 0);
	return NULL;
}

static const char *apply_cancelled(struct events_item *item, struct events_order *order,
				   const struct events_event *event)
{
	(void)event;
	count_units(item, order, -1, 0);
	return NULL;
}

static const char *apply_due(struct events_item *item, struct events_order *order,
			     const struct events_event *event)
{
	(void)item;
	if (event->units != 0)
		return "a payment that bought nothing has units";
	if (order->state == EVENTS_HELD)
		return "a held order takes its payment";
	if (order->state != EVENTS_NO_ORDER)
		order->refund_due++;
	return NULL;
}

static const char *apply_refunded(struct events_item *item, struct events_order *order,
				  const struct events_event *event)
{
	if (event->units > 0) {
		if (event->amount != order->amount)
			return "given back with another amount than the order's";
		count_units(item, order, 0, -1);
		return NULL;
	}
	if (order->state == EVENTS_NO_ORDER)
		return NULL;
	if (order->refund_due == 0)
		return "no payment of this order is due to be given back";
	order->refund_due--;
	return NULL;
}

static rule *const rules[EVENTS_KINDS] = {
	[EVENTS_OPENED] = apply_opened,       [EVENTS_RESTOCKED] = apply_restocked,
	[EVENTS_ALTERED] = apply_nothing,     [EVENTS_CREATED] = apply_created,
	[EVENTS_PAID] = apply_paid,           [EVENTS_EXPIRED] = apply_expired,
	[EVENTS_CANCELLED] = apply_cancelled, [EVENTS_DUE] = apply_due,
	[EVENTS_REFUNDED] = apply_refunded,   [EVENTS_REBUILT] = apply_rebuilt,
};

/* The state that an order is in after the event; EVENTS_NO_ORDER: the one that it is in. */
static enum events_state goal_of(const struct events_event *event)
{
	static const enum events_state goals[EVENTS_KINDS] = {
		[EVENTS_CREATED] = EVENTS_HELD,         [EVENTS_PAID] = EVENTS_IS_PAID,
		[EVENTS_EXPIRED] = EVENTS_IS_EXPIRED,   [EVENTS_CANCELLED] = EVENTS_IS_CANCELLED,
		[EVENTS_REFUNDED] = EVENTS_IS_REFUNDED,
	};

	return event->units > 0 ? goals[event->kind] : EVENTS_NO_ORDER;
}

/*
 * Is it about a payment whose order nobody has: lost with Redis before it was recorded, or set
 * aside? It is money all the same, and to be given back.
 */
static bool is_orphan(const struct events_order *order, const struct events_event *event)
{
	bool is_payment = event->kind == EVENTS_DUE || event->kind == EVENTS_REFUNDED;

	return is_payment && event->epoch == 0 && event->units == 0 && event->order < event->seq &&
	       order->state == EVENTS_NO_ORDER;
}

/* Whether the event is of its order: the order is there, its facts agree. NULL, or why not. */
static const char *check_order(const struct events_order *order, const struct events_event *event)
{
	bool is_payment = event->kind == EVENTS_DUE || event->kind == EVENTS_REFUNDED;
	enum events_state goal = goal_of(event);

	if (event->kind == EVENTS_CREATED && order->state != EVENTS_NO_ORDER)
		return "an order of this number is there";
	if (is_orphan(order, event))
		return NULL;
	if (event->kind != EVENTS_CREATED && order->state == EVENTS_NO_ORDER)
		return "no order of this number is there";
	if (event->units == 0 && !is_payment)
		return "an order of no units";
	if (goal != EVENTS_NO_ORDER && !events_may_move(order->state, goal))
		return "an order may not move so";
	if (event->kind == EVENTS_CREATED)
		return NULL;
	assert(order->seq == event->order);
	if (event->units > 0 && event->units != order->units)
		return "the order has other units";
	/* A payment that came after its order left Redis names no epoch. */
	if (event->epoch != order->epoch && (event->units > 0 || event->epoch != 0))
		return "the order is of another sale";
	return NULL;
}

/* Whether the event is of the sale that is on, if it has to be. NULL, or why not. */
static const char *check_sale(const struct events_item *item, const struct events_event *event)
{
	bool is_free = event->kind == EVENTS_OPENED ||
		       (events_is_about_order(event) && event->kind != EVENTS_CREATED);

	if (is_free || (event->epoch == item->epoch && event->epoch > 0))
		return NULL;
	return "it is of another sale than the one that is on";
}

static const char *check_counts(const struct events_item *item)
{
	if (item->held < 0 || item->paid < 0)
		return "more units come back than were out";
	if (item->held + item->paid + item->outside > item->total)
		return "more units are sold than there are";
	return NULL;
}

static const char *apply(struct events_item *item, struct events_order *order,
			 const struct events_event *event)
{
	enum events_state goal = goal_of(event);
	const char *why = check_sale(item, event);

	if (!why && events_is_about_order(event))
		why = check_order(order, event);
	if (!why)
		why = rules[event->kind](item, order, event);
	if (why)
		return why;
	if (goal != EVENTS_NO_ORDER) {
		order->state = goal;
		order->moved_ms = goal == EVENTS_HELD ? 0 : event->at_ms;
	}
	item->seq = event->seq;
	if (event->at_ms > item->last_ms)
		item->last_ms = event->at_ms;
	return check_counts(item);
}

enum events_verdict events_apply(struct events_item *item, struct events_order *order,
				 const struct events_event *event, const char **why)
{
	bool is_about_order = events_is_about_order(event);
	bool is_rebuilt = event->kind == EVENTS_REBUILT;
	struct events_item new_item = *item;
	struct events_order new_order = { 0 };

	if (event->seq <= item->seq)
		return EVENTS_OLD;
	if (is_rebuilt ? event->from > item->seq : event->seq != item->seq + 1)
		return EVENTS_GAP;
	if (is_about_order)
		new_order = *order;
	*why = apply(&new_item, &new_order, event);
	if (*why)
		return EVENTS_ILLEGAL;
	*item = new_item;
	if (is_about_order)
		*order = new_order;
	return EVENTS_APPLIED;
}

void events_skip(struct events_item *item, int64_t seq)
{
	assert(seq > item->seq);
	item->seq = seq;
}
