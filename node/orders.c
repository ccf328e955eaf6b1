/*
 * orders.c - the nine steps of a purchase, from the gate to the answer; see orders.h.
 *
 *   orders_buy ── answered from memory ──────────────────────────────▶ receipts_give
 *       │ gate: wait          gate: take                                    ▲
 *       ▼                          ▼                                        │
 *   item->waiting ─ news ─▶ item->queue ─ flights_flush ─▶ flight ─ orders_on_outcome
 *
 * The purchase's states and moves are in core/purchase.h; the deadlines stand in one list, since
 * all purchases have the same patience.
 */
#include "node/orders.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/xmalloc.h"
#include "core/batch.h"
#include "node/flights.h"
#include "node/judge.h"

enum { SWEEP_MS = 20 };

struct orders {
	struct orders_tools tools;
	struct orders_settings settings;
	struct catalog *catalog;
	struct loop_timer *sweep;
	struct purchase_deadlines deadlines; /* of all that is suspended */
	struct purchase *spares;             /* by ->next */
	struct flights *flights;
	int64_t born_ms;
};

/* -- a suspended purchase's places ------------------------------------------------------------- */

static struct purchase *orders_new_purchase(struct orders *orders, struct http_request *request,
					    struct item *item, const struct ask *ask)
{
	struct purchase *purchase = orders->spares;

	if (purchase)
		orders->spares = purchase->next;
	else
		purchase = xmalloc(sizeof(*purchase));
	memset(purchase, 0, offsetof(struct purchase, user));
	purchase->request = request;
	purchase->item = item;
	purchase->units = ask->units;
	purchase->language = (uint8_t)ask->language;
	purchase->is_proven = ask->is_proven;
	purchase->score_tenths = (uint32_t)(ask->is_proven ? ask->score_tenths : 0);
	purchase->born_us = http_request_born_us(request);
	purchase->number = item->asked;
	purchase->deadline_ms =
		loop_now_ms(orders->tools.loop) + (int64_t)orders->settings.deadline_ms;
	purchase->user_size = ask->user_size;
	purchase->key_size = ask->key_size;
	memcpy(purchase->user, ask->user, sizeof(ask->user));
	memcpy(purchase->key, ask->key, sizeof(ask->key));
	purchase_deadlines_add(&orders->deadlines, purchase);
	http_suspend(request);
	return purchase;
}

/* Answers a suspended purchase, which must have left its list and its flight, and ends it. */
static void orders_end(struct orders *orders, struct purchase *purchase,
		       enum purchase_outcome outcome, struct answers_order order)
{
	const struct receipt receipt = {
		.request = purchase->request,
		.item = purchase->item,
		.language = (enum answers_language)purchase->language,
		.outcome = judge_doubt(outcome, purchase->is_again || purchase->doubtful),
		.units = purchase->units,
		.key = purchase->key,
		.born_us = purchase->born_us,
		.number = purchase->number,
		.order = order,
	};

	purchase_move(purchase, PURCHASE_ANSWERED);
	purchase_deadlines_remove(&orders->deadlines, purchase);
	receipts_give(orders->tools.receipts, &receipt);
	purchase->next = orders->spares;
	orders->spares = purchase;
}

/* Takes a suspended purchase out of wherever it stands; its tokens are settled. */
static void orders_withdraw(struct purchase *purchase)
{
	struct item *item = purchase->item;

	if (purchase->state == PURCHASE_SENT) {
		batch_leave(purchase);
		return;
	}
	purchase_list_remove(purchase->state == PURCHASE_WAITING ? &item->waiting : &item->queue,
			     purchase);
	gate_settle(&item->gate, purchase->tokens);
	purchase->tokens = 0;
}

static void orders_enqueue(struct orders *orders, struct purchase *purchase, uint32_t tokens)
{
	struct item *item = purchase->item;

	purchase->tokens = tokens;
	purchase_move(purchase, PURCHASE_QUEUED);
	purchase_list_append(&item->queue, purchase);
	flights_expect(orders->flights, item);
}

/* -- a buyer asks ------------------------------------------------------------------------------ */

/* An answer that needs no Redis, by what is known of the item; OUTCOMES if there is none. */
static enum purchase_outcome orders_judge_standing(const struct orders *orders,
						   const struct item *item)
{
	switch (item->standing) {
	case ITEM_ABSENT:
		return OUTCOME_NO_ITEM;
	case ITEM_BROKEN:
	case ITEM_LOST:
	case ITEM_FAULTY:
		return OUTCOME_BUSY;
	case ITEM_ASKED:
	case ITEM_ON:
		break;
	}
	if (item->standing == ITEM_ASKED &&
	    loop_now_ms(orders->tools.loop) - orders->born_ms < orders->settings.deadline_ms)
		return OUTCOMES; /* we have only just started: the first news will come */
	return store_is_ready(orders->tools.store) ? OUTCOMES : OUTCOME_BUSY;
}

/* What to do with a purchase of an item that is on: the gate's answer, or an outcome. */
struct orders_way {
	enum purchase_outcome outcome; /* OUTCOMES: go on with `gate` */
	enum gate_answer gate;
	uint32_t tokens;
};

static struct orders_way orders_find_way(struct orders *orders, struct item *item,
					 const struct judge_wish *wish)
{
	struct orders_way way = { judge_sale(item, wish, loop_now_ms(orders->tools.loop)),
				  GATE_TAKE, 0 };
	bool refused = way.outcome != OUTCOMES;

	if (!refused && item->rules.draw_commit[0])
		return way; /* no unit is asked for, so no token: Redis knows who takes part */
	if (!refused) {
		way.gate = gate_take(&item->gate, wish->units);
		way.tokens = way.gate == GATE_TAKE ? wish->units : 0;
		refused = way.gate == GATE_SOLD_OUT;
		way.outcome = refused ? judge_sold_out(item) : OUTCOMES;
	}
	if (!refused)
		return way;
	if (wish->may_repeat) /* it may have its order already: only Redis knows (H7) */
		way = (struct orders_way){ OUTCOMES, GATE_TAKE, 0 };
	else if (!catalog_is_fresh(orders->catalog, item))
		way.outcome = OUTCOME_BUSY; /* too long ago to refuse anybody by it */
	return way;
}

/* Has the buyer gone? Looking costs a system call, so only after we stood still. */
static bool orders_is_deserted(const struct orders *orders, const struct http_request *request)
{
	return loop_has_stalled(orders->tools.loop) && http_request_is_deserted(request);
}

void orders_buy(struct orders *orders, struct http_request *request, struct item *item,
		const struct ask *ask)
{
	struct orders_way way = { orders_judge_standing(orders, item), GATE_WAIT, 0 };
	const struct judge_attempt attempt = { ask->key, ask->key_size,
					       ask->is_proven ? ask->score_tenths : 0,
					       ask->is_proven };
	const struct judge_roll roll =
		judge_roll(item, orders->tools.tokens, &attempt, loop_now_ms(orders->tools.loop));
	const struct judge_wish wish = { ask->units,
					 ask->may_repeat,
					 { ask->is_proven, roll.is_risky } };

	item->asked++;
	if (way.outcome == OUTCOMES && item->standing == ITEM_ON) {
		if (item->waiting.count == 0 || sale_left(&item->view) == 0)
			way = orders_find_way(orders, item, &wish);
	}
	if (way.outcome == OUTCOMES && (orders->deadlines.count >= orders->settings.queue_max ||
					orders_is_deserted(orders, request))) {
		gate_settle(&item->gate, way.tokens);
		way.outcome = OUTCOME_BUSY;
	}
	if (way.outcome != OUTCOMES) {
		const struct receipt receipt = {
			.request = request,
			.item = item,
			.language = ask->language,
			.outcome = judge_doubt(way.outcome, ask->is_again),
			.units = ask->units,
			.key = ask->key,
			.born_us = http_request_born_us(request),
			.number = item->asked,
		};
		receipts_give(orders->tools.receipts, &receipt);
		return;
	}
	struct purchase *purchase = orders_new_purchase(orders, request, item, ask);
	purchase->may_repeat = ask->may_repeat;
	purchase->is_again = ask->is_again;
	purchase->is_rolled = roll.is_counted;
	purchase->is_risky = roll.is_risky;
	if (way.gate == GATE_TAKE) {
		orders_enqueue(orders, purchase, way.tokens);
	} else {
		purchase_move(purchase, PURCHASE_WAITING);
		purchase_list_append(&item->waiting, purchase);
	}
}

/* -- news, deadlines, the link ----------------------------------------------------------------- */

/* The first of those who wait goes on, if it can. False when it has to wait longer. */
static bool orders_release_one(struct orders *orders, struct item *item)
{
	struct purchase *purchase = item->waiting.first;
	struct orders_way way = { orders_judge_standing(orders, item), GATE_WAIT, 0 };

	if (item->standing == ITEM_ON) {
		if (way.outcome != OUTCOMES)
			return false; /* only the link is down: its deadline decides */
		judge_roll_late(purchase, orders->tools.tokens, loop_now_ms(orders->tools.loop));
		const struct judge_wish wish = { purchase->units,
						 purchase->may_repeat,
						 { purchase->is_proven, purchase->is_risky } };
		way = orders_find_way(orders, item, &wish);
	}
	if (way.outcome == OUTCOMES && way.gate == GATE_WAIT)
		return false;
	purchase_list_remove(&item->waiting, purchase);
	if (way.outcome == OUTCOMES)
		orders_enqueue(orders, purchase, way.tokens);
	else
		orders_end(orders, purchase, way.outcome, (struct answers_order){ 0 });
	return true;
}

/* The item cannot be sold any more: whoever is queued is told. */
static void orders_clear_queue(struct orders *orders, struct item *item)
{
	enum purchase_outcome outcome = orders_judge_standing(orders, item);

	while (outcome != OUTCOMES && item->queue.count > 0) {
		struct purchase *purchase = item->queue.first;
		enum purchase_outcome late = purchase_outcome_late(purchase);

		orders_withdraw(purchase);
		orders_end(orders, purchase, late == OUTCOME_UNKNOWN ? late : outcome,
			   (struct answers_order){ 0 });
	}
}

void orders_on_news(void *owner, struct item *item)
{
	struct orders *orders = owner;

	if (item->standing != ITEM_ON && item->standing != ITEM_ASKED)
		orders_clear_queue(orders, item);
	while (item->waiting.count > 0 && orders_release_one(orders, item))
		;
	if (item->queue.count > 0)
		flights_expect(orders->flights, item);
}

static void orders_on_outcome(void *owner, struct purchase *purchase, enum purchase_outcome outcome,
			      struct answers_order order)
{
	struct orders *orders = owner;
	struct item *item = purchase->item;

	if (outcome == OUTCOME_SOLD_OUT)
		outcome = judge_sold_out(item);
	else if (outcome == OUTCOME_ACCEPTED)
		item->sold++;
	orders_end(orders, purchase, outcome, order);
}

/* Ends the purchase whose deadline comes first. */
static void orders_end_soonest(struct orders *orders)
{
	struct purchase *purchase = orders->deadlines.soonest;
	enum purchase_outcome outcome = purchase_outcome_late(purchase);

	orders_withdraw(purchase);
	orders_end(orders, purchase, outcome, (struct answers_order){ 0 });
}

static void orders_on_sweep(void *owner)
{
	struct orders *orders = owner;
	int64_t now_ms = loop_now_ms(orders->tools.loop);

	while (orders->deadlines.soonest && orders->deadlines.soonest->deadline_ms <= now_ms)
		orders_end_soonest(orders);
}

void orders_give_up(struct orders *orders)
{
	while (orders->deadlines.soonest)
		orders_end_soonest(orders);
}

void orders_flush(struct orders *orders)
{
	flights_flush(orders->flights);
}

uint32_t orders_suspended(const struct orders *orders)
{
	return orders->deadlines.count;
}

struct orders *orders_open(const struct orders_tools *tools, const struct orders_settings *settings)
{
	struct orders *orders = xcalloc(1, sizeof(*orders));

	orders->tools = *tools;
	orders->settings = *settings;
	orders->born_ms = loop_now_ms(tools->loop);
	orders->sweep = loop_timer_open(tools->loop, orders_on_sweep, orders);
	loop_timer_start(orders->sweep, SWEEP_MS, SWEEP_MS);
	return orders;
}

void orders_use_catalog(struct orders *orders, struct catalog *catalog)
{
	const struct flights_settings settings = {
		.batch_max = orders->settings.batch_max,
		.flights_max = orders->settings.flights_max,
		.gap_us = orders->settings.gap_us,
		.tally = orders->tools.tally,
		.tokens = orders->tools.tokens,
	};

	orders->catalog = catalog;
	orders->flights = flights_open(orders->tools.loop, orders->tools.store, catalog, &settings,
				       &(const struct flights_owner){
					       .on_outcome = orders_on_outcome,
					       .on_news = orders_on_news,
					       .owner = orders,
				       });
}

void orders_close(struct orders *orders)
{
	if (!orders)
		return;
	assert(orders->deadlines.count == 0);
	loop_timer_close(orders->sweep);
	flights_close(orders->flights);
	while (orders->spares) {
		struct purchase *purchase = orders->spares;

		orders->spares = purchase->next;
		free(purchase);
	}
	free(orders);
}
