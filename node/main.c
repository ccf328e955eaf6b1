/*
 * main.c - wires a node together, runs it, and takes it down in order.
 *
 *   options ─▶ secrets ─▶ loop ─▶ store + preflight ─▶ catalog + orders + desk ─▶ http + route
 *
 * A turn of the loop ends with node_on_turn_end(): requests that have arrived are handled, what
 * they queued goes to Redis as one batch an item in one write, and answers that are ready go
 * out.
 *
 * SIGTERM drains: no new connections, each answer closes its connection, and when nothing is
 * under way (or --drain-ms is over) the node ends with 0. A second SIGTERM ends it at once.
 * SIGHUP reopens stat.log.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "common/pulse.h"
#include "common/sandbox.h"
#include "common/tokens.h"
#include "node/answers.h"
#include "node/catalog.h"
#include "node/desk.h"
#include "node/device.h"
#include "node/errands.h"
#include "node/health.h"
#include "node/http.h"
#include "node/limits.h"
#include "node/loop.h"
#include "node/commands.h"
#include "node/options.h"
#include "node/orders.h"
#include "node/payments.h"
#include "node/preflight.h"
#include "node/receipts.h"
#include "node/route.h"
#include "node/secrets.h"
#include "node/statlog.h"
#include "node/store.h"
#include "node/vigil.h"

enum {
	EXIT_SETTINGS = 2,
	EXIT_PREFLIGHT = 3,
	DRAIN_LOOK_MS = 20,
	DRAIN_LOOKS = 10, /* without news: time for nginx to notice that we no longer listen */
	SPARE_FDS = 64,
	FLUSH_AGAIN_MS = 100,
};

struct node {
	struct options options;
	struct secrets secrets;
	struct loop *loop;
	struct statlog *statlog;
	struct store *store;
	struct preflight *preflight;
	struct answers *answers;
	struct receipts *receipts;
	struct orders *orders;
	struct catalog *catalog;
	struct errands *errands;
	struct payments *payments;
	struct desk *desk;
	struct commands *commands;
	struct device *device;
	struct health *health;
	struct vigil *vigil;
	struct http *http;
	struct tally tally;
	struct route route;
	struct loop_timer *flush, *drain;
	int64_t drain_since_ms;
	uint32_t drain_connections, drain_looks; /* at the last look; looks without any news */
	bool admitted_once, draining, flush_is_due;
	int exit_code;
};

static void node_on_turn_end(void *owner)
{
	struct node *node = owner;

	http_pump(node->http);
	orders_flush(node->orders);
	store_flush(node->store);
	http_pump(node->http);
	if (!node->flush_is_due && statlog_is_waiting(node->statlog)) {
		node->flush_is_due = true;
		loop_timer_start(node->flush, node->options.stat_flush_ms, 0);
	}
}

static void node_on_link(void *owner, bool is_up)
{
	struct node *node = owner;

	if (is_up)
		preflight_run(node->preflight, node->store);
}

static void node_on_verdict(void *owner, enum preflight_verdict verdict, const char *sentence)
{
	struct node *node = owner;

	health_set_fault(node->health, sentence);
	if (verdict == PREFLIGHT_ADMITTED) {
		log_line(LOG_INFO, "Redis at %s is ready", node->options.redis);
		node->admitted_once = true;
		return;
	}
	log_line(LOG_ERROR, "not selling: %s", sentence);
	if (!node->admitted_once) {
		node->exit_code = EXIT_PREFLIGHT;
		loop_stop(node->loop);
	}
}

static void node_on_flush(void *owner)
{
	struct node *node = owner;

	statlog_flush(node->statlog);
	node->flush_is_due = statlog_is_waiting(node->statlog);
	if (node->flush_is_due) /* the disk is in trouble: try again, but not all the time */
		loop_timer_start(node->flush, FLUSH_AGAIN_MS, 0);
}

static void node_on_hangup(void *owner)
{
	struct node *node = owner;

	statlog_reopen(node->statlog);
	log_line(LOG_INFO, "stat.log opened anew");
}

/* Requests that wait for Redis. */
static uint32_t node_suspended(const struct node *node)
{
	return orders_suspended(node->orders) + errands_suspended(node->errands) +
	       device_suspended(node->device);
}

static void node_give_up(struct node *node)
{
	orders_give_up(node->orders);
	errands_give_up(node->errands);
}

static void node_on_drain(void *owner)
{
	struct node *node = owner;
	int64_t since_ms = loop_now_ms(node->loop) - node->drain_since_ms;
	uint32_t connections = http_connection_count(node->http);
	bool is_quiet = node_suspended(node) == 0 && connections == node->drain_connections;

	/*
	 * An answer closes its connection: while they get fewer, requests still come over those
	 * that nginx keeps. Looks are counted, not time: a late loop has not read what has come.
	 */
	node->drain_looks = is_quiet ? node->drain_looks + 1 : 0;
	node->drain_connections = connections;
	if (node->drain_looks < DRAIN_LOOKS && since_ms < node->options.drain_ms)
		return;
	node_give_up(node);
	http_pump(node->http);
	loop_stop(node->loop);
}

static void node_on_terminate(void *owner)
{
	struct node *node = owner;

	if (node->draining) {
		statlog_flush(node->statlog);
		log_line(LOG_WARN, "told twice to end: ending at once");
		_exit(1);
	}
	node->draining = true;
	node->drain_since_ms = loop_now_ms(node->loop);
	log_line(LOG_INFO, "draining: %u requests under way", node_suspended(node));
	health_set_draining(node->health);
	http_quiesce(node->http);
	loop_timer_start(node->drain, DRAIN_LOOK_MS, DRAIN_LOOK_MS);
}

static void node_open_sale(struct node *node, unsigned port)
{
	const struct options *set = &node->options;
	const struct orders_settings orders = {
		.deadline_ms = (uint32_t)set->deadline_ms,
		.queue_max = (uint32_t)set->queue_max,
		.batch_max = (uint32_t)set->batch_max,
		.flights_max = (uint32_t)set->batches_in_flight,
		.gap_us = (uint32_t)set->batch_gap_us,
	};
	const struct catalog_settings catalog = {
		.node = set->name,
		.tally = &node->tally,
		.items = set->items,
		.weight = set->weight,
		.buffer = { set->buffer.percent, set->buffer.units },
		.items_max = (uint32_t)set->items_max,
		.tick_ms = (uint32_t)set->tick_ms,
	};

	node->receipts =
		receipts_open(node->loop, node->answers, node->statlog, &node->tally, port);
	const struct orders_tools tools = { node->loop, node->store, node->receipts, &node->tally,
					    node->secrets.tokens };
	node->orders = orders_open(&tools, &orders);
	node->catalog =
		catalog_open(node->loop, node->store, &catalog, orders_on_news, node->orders);
	orders_use_catalog(node->orders, node->catalog);
}

/* What is done with orders; false when a payment key changed its form since it was checked. */
static bool node_open_desk(struct node *node)
{
	const struct options *set = &node->options;
	const struct errands_settings bounds = {
		.deadline_ms = (uint32_t)set->deadline_ms,
		.errands_max = (uint32_t)set->desk_max,
	};
	const struct errands_tools tools = { node->loop, node->store, node->catalog, orders_on_news,
					     node->orders };
	const struct payments_settings money = {
		.key = node->secrets.payment_key,
		.old_key = node->secrets.payment_old_key,
		.trial = set->trial_pay == 1,
	};

	node->errands = errands_open(&tools, &bounds);
	const struct payments_tools hands = { node->loop, node->catalog, node->secrets.tokens,
					      node->errands };
	node->payments = payments_open(&hands, &money);
	explicit_bzero(node->secrets.payment_key, sizeof(node->secrets.payment_key));
	explicit_bzero(node->secrets.payment_old_key, sizeof(node->secrets.payment_old_key));
	node->desk = desk_open(node->secrets.tokens, node->errands, node->payments);
	node->commands = commands_open(node->secrets.operator_token, node->catalog, node->errands);
	explicit_bzero(node->secrets.operator_token, sizeof(node->secrets.operator_token));
	node->device = device_open(set, node->catalog, node->store, node->secrets.passport);
	if (money.trial)
		log_line(LOG_WARN, "payments for trial are on: who has an order's number can mark "
				   "it paid");
	return node->payments != NULL;
}

/* Opens everything; false when the address cannot be had. */
static bool node_open(struct node *node)
{
	const struct options *set = &node->options;
	const struct http_settings http = {
		.address = set->listen,
		.connections_max = (uint32_t)set->connections_max,
		.connection_memory = (uint32_t)set->connection_memory,
		.idle_timeout_s = (uint32_t)set->idle_timeout_s,
	};
	const struct store_settings store = {
		.address = set->redis,
		.patience_ms = (uint32_t)set->redis_timeout_ms,
		.tally = &node->tally,
	};

	tally_open(&node->tally);
	node->loop = loop_open();
	node->http = http_open(node->loop, &http, route_on_request, &node->route);
	if (!node->http)
		return false;
	node->statlog = statlog_open(set->stat_log);
	node->preflight = preflight_open(set->redis_user, node->secrets.password,
					 set->device_login == 1, node_on_verdict, node);
	node->store = store_open(node->loop, &store, node_on_link, node);
	node->vigil = vigil_open(node->loop, node->store);
	node->health = health_open(node->store, node->statlog);
	node->answers = answers_open(node->secrets.tokens, set->shield == 1);
	node_open_sale(node, http_port(node->http));
	bool has_desk = node_open_desk(node);
	node->route = (struct route){ node->orders,
				      node->receipts,
				      node->catalog,
				      node->health,
				      node->secrets.tokens,
				      node->secrets.passport,
				      node->desk,
				      node->payments,
				      { node->loop, node->catalog, node->errands,
					node->secrets.passport },
				      node->commands,
				      node->device,
				      { &node->tally, node->catalog, node->orders, node->errands,
					node->statlog, node->store, node->vigil },
				      { node->catalog, node->store },
				      false };
	node->flush = loop_timer_open(node->loop, node_on_flush, node);
	node->drain = loop_timer_open(node->loop, node_on_drain, node);
	loop_on_turn_end(node->loop, node_on_turn_end, node);
	loop_on_signal(node->loop, SIGTERM, node_on_terminate, node);
	loop_on_signal(node->loop, SIGINT, node_on_terminate, node);
	loop_on_signal(node->loop, SIGHUP, node_on_hangup, node);
	return has_desk;
}

/* In the reverse order; the store first, so that what is in flight is answered as unknown. */
static void node_close(struct node *node)
{
	node->route.is_over = true; /* whoever still comes is not taken to the store */
	store_close(node->store);
	if (node->orders)
		node_give_up(node);
	if (node->http)
		http_pump(node->http);
	http_close(node->http);
	loop_timer_close(node->flush);
	loop_timer_close(node->drain);
	device_close(node->device);
	commands_close(node->commands);
	desk_close(node->desk);
	payments_close(node->payments);
	errands_close(node->errands);
	catalog_close(node->catalog);
	orders_close(node->orders);
	receipts_close(node->receipts);
	answers_close(node->answers);
	health_close(node->health);
	vigil_close(node->vigil);
	preflight_close(node->preflight);
	statlog_close(node->statlog);
	loop_close(node->loop);
	secrets_close(&node->secrets);
	settings_free(&options_program, &node->options);
}

static int node_serve(struct node *node)
{
	const struct options *set = &node->options;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	limits_raise_files((uint64_t)set->connections_max + SPARE_FDS);
	limits_let_others_finish();
	if (!node_open(node)) {
		node_close(node);
		return EXIT_FAILURE;
	}
	log_line(LOG_INFO, "serving on %s with weight %lld", set->listen, (long long)set->weight);
	loop_run(node->loop);
	node_close(node);
	log_line(LOG_INFO, "ended");
	return node->exit_code;
}

int main(int argc, char **argv)
{
	static struct node node;

	switch (settings_read(&options_program, argc, argv, &node.options)) {
	case SETTINGS_DONE:
		return EXIT_SUCCESS;
	case SETTINGS_BAD:
		return EXIT_SETTINGS;
	case SETTINGS_HEALTH:
		return pulse_check(node.options.listen, "/readyz");
	case SETTINGS_RUN:
		break;
	}
	log_open(node.options.name, (enum log_level)node.options.log_level);
	sandbox_enter(node.options.debuggable == 1);
	if (secrets_read(&node.options, &node.secrets) != 0)
		return EXIT_SETTINGS;
	return node_serve(&node);
}
