/*
 * route.c - a path's verb; see route.h.
 */
#include "node/route.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "node/ask.h"
#include "node/replies.h"

struct route_verb {
	const char *path; /* ends with '/' if a name follows */
	void (*answer)(struct route *route, struct http_request *request, struct http_text name);
	bool plain; /* a GET, and nothing is read but the path */
};

static void route_answer_error(struct http_request *request, unsigned status, const char *error)
{
	char text[256];
	int size = snprintf(text, sizeof(text),
			    "{\"code\":-2,\"success\":false,\"reason\":\"%s\",\"error\":\"%s\"}\n",
			    status == 404   ? "NOT_FOUND"
			    : status == 503 ? "BUSY"
					    : "BAD_REQUEST",
			    error);
	struct http_reply *reply =
		http_reply_make(status, text, (size_t)size, status == 503 ? 1 : 0);

	if (status == 405)
		http_reply_add(reply, "Allow", "GET");
	http_answer_shared(request, reply);
	http_reply_drop(reply);
}

/* Redis' time, where it matters: to see whether a token has expired. */
static int64_t route_now_ms(const struct route *route, const struct http_request *request)
{
	bool matters = http_request_field(request, HTTP_AUTHORIZATION).at != NULL;

	return matters ? catalog_time_ms(route->catalog) : 0;
}

static void route_buy(struct route *route, struct http_request *request, struct http_text name)
{
	struct ask ask;
	const char *error = NULL;
	bool is_name = keys_item_is_valid(name.at, name.size);
	const struct ask_tools tools = { route->tokens, route->passport,
					 route_now_ms(route, request) };
	unsigned status = ask_read(request, &tools, &ask, &error);

	if (status == 200 && !is_name) {
		status = 400;
		ask.outcome = OUTCOME_BAD_REQUEST;
		error = "an item is 1 to 32 of a-z 0-9 _ - and begins with a letter or digit";
	}
	if (status != 200 && ask.outcome != OUTCOME_BAD_REQUEST) {
		receipts_refuse(route->receipts, request, is_name ? name.at : "-", &ask,
				ask.outcome);
		return;
	}
	if (status != 200) {
		receipts_reject(route->receipts, request, is_name ? name.at : "-", &ask, status,
				error);
		return;
	}
	struct item *item =
		route->is_over ? NULL : catalog_find(route->catalog, name.at, name.size);
	if (item)
		orders_buy(route->orders, request, item, &ask);
	else
		receipts_refuse(route->receipts, request, name.at, &ask,
				ask.is_again ? OUTCOME_UNKNOWN : OUTCOME_BUSY);
}

enum { ROUTE_RULES_BYTES = 640 };

/* The member about who may buy, and when; "" for an item without such rules. */
static void route_write_rules(char into[ROUTE_RULES_BYTES], const struct item *item)
{
	const struct sale_rules *rules = &item->rules;
	const char *reserve = rules->reserve_required          ? "required"
			      : sale_takes_reservations(rules) ? "optional"
							       : "none";

	into[0] = '\0';
	if (!rules->are_any)
		return;
	snprintf(into, ROUTE_RULES_BYTES,
		 ",\"rules\":{\"token\":%s,\"reserve\":\"%s\",\"startsAt\":%" PRId64
		 ",\"endsAt\":%" PRId64 ",\"reserveStartsAt\":%" PRId64
		 ",\"reserveEndsAt\":%" PRId64 ",\"reserveQuota\":%" PRId64 ",\"reserved\":%" PRId64
		 ",\"maxUnits\":%" PRId64 ",\"limitUnits\":%" PRId64 ",\"drawsAt\":%" PRId64
		 ",\"drawCommit\":\"%s\",\"drawSeed\":\"%s\"}",
		 rules->token_required ? "true" : "false", reserve, rules->starts_ms,
		 rules->ends_ms, rules->reserve_starts_ms, rules->reserve_ends_ms,
		 rules->reserve_quota, rules->reserved, item->view.units_max, rules->limit_units,
		 rules->draw_ends_ms, rules->draw_commit, rules->draw_seed);
}

static void route_stock(struct route *route, struct http_request *request, struct http_text name)
{
	char text[512 + ROUTE_RULES_BYTES];
	struct item *item = NULL;

	if (keys_item_is_valid(name.at, name.size))
		item = catalog_find(route->catalog, name.at, name.size);
	if (!item || item->standing == ITEM_ABSENT || item->standing == ITEM_ASKED) {
		bool is_new = item && item->standing == ITEM_ASKED && !item->was_absent;

		route_answer_error(request, is_new ? 503 : 404,
				   is_new ? "nothing is known of it yet"
					  : "there is no such item, as far as is known");
		return;
	}
	const struct sale_view *view = &item->view;
	const char *state = item->standing == ITEM_ON ? sale_state_word(view->state) : "fault";
	char rules[ROUTE_RULES_BYTES];
	route_write_rules(rules, item);
	int size =
		snprintf(text, sizeof(text),
			 "{\"item\":\"%s\",\"total\":%" PRId64 ",\"left\":%" PRId64
			 ",\"held\":%" PRId64 ",\"paid\":%" PRId64 ",\"outside\":%" PRId64
			 ",\"epoch\":%" PRId64 ",\"seq\":%" PRId64 ",\"gen\":%" PRId64
			 ",\"state\":\"%s\",\"nextExpiry\":%" PRId64 ",\"asOf\":%" PRId64 "%s}\n",
			 item->name, view->total, sale_left(view), sale_held(view), view->paid,
			 view->outside, view->epoch, view->seq, view->gen, state,
			 view->next_expiry_ms, view->now_ms, rules);
	http_answer(request, 200, text, (size_t)size, 0);
}

static void route_time(struct route *route, struct http_request *request, struct http_text name)
{
	char text[64];
	int size = snprintf(text, sizeof(text), "{\"now\":%" PRId64 "}\n",
			    catalog_time_ms(route->catalog));

	(void)name;
	http_answer(request, 200, text, (size_t)size, 0);
}

static void route_alive(struct route *route, struct http_request *request, struct http_text name)
{
	(void)name;
	health_answer_alive(route->health, request);
}

static void route_ready(struct route *route, struct http_request *request, struct http_text name)
{
	(void)name;
	health_answer_ready(route->health, request);
}

static void route_metrics(struct route *route, struct http_request *request, struct http_text name)
{
	(void)name;
	metrics_on_request(&route->metrics, request);
}

static void route_status(struct route *route, struct http_request *request, struct http_text name)
{
	(void)name;
	status_on_request(&route->status, request);
}

static void route_order(struct route *route, struct http_request *request, struct http_text name)
{
	struct user_token token;

	if (passport_read(route->passport, request, route_now_ms(route, request), &token) ==
	    PASSPORT_BAD)
		replies_give(
			request,
			answers_choose_language(http_request_field(request, HTTP_ACCEPT_LANGUAGE)),
			REPLY_BAD_TOKEN);
	else
		desk_on_request(route->desk, request, name);
}

static void route_payment(struct route *route, struct http_request *request, struct http_text name)
{
	(void)name;
	payments_on_request(route->payments, request);
}

static void route_reserve(struct route *route, struct http_request *request, struct http_text name)
{
	reservations_on_request(&route->reservations, request, name);
}

static void route_command(struct route *route, struct http_request *request, struct http_text name)
{
	commands_on_request(route->commands, request, name);
}

static void route_device(struct route *route, struct http_request *request, struct http_text name)
{
	if (!route->device || !device_on_request(route->device, request, name))
		route_answer_error(request, 404, "there is nothing at this path");
}

static const struct route_verb verbs[] = {
	{ "/buy/", route_buy, false },
	{ "/stock/", route_stock, true },
	{ "/orders/", route_order, false },
	{ "/payments/callback", route_payment, false },
	{ "/reservations/", route_reserve, false },
	{ "/time", route_time, true },
	{ "/healthz", route_alive, true },
	{ "/readyz", route_ready, true },
	{ "/metrics", route_metrics, true },
	{ "/status", route_status, true },
	{ "/admin/items/", route_command, false },
	{ "/device/", route_device, false },
};

void route_on_request(struct http_request *request, void *owner)
{
	struct route *route = owner;
	struct http_text path = http_request_path(request);

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		size_t size = strlen(verbs[i].path);
		bool takes_name = verbs[i].path[size - 1] == '/';

		if (path.size < size || memcmp(path.at, verbs[i].path, size) != 0 ||
		    (!takes_name && path.size != size))
			continue;
		if (route->is_over && verbs[i].answer != route_buy)
			route_answer_error(request, 503, "the node is stopping");
		else if (verbs[i].plain && http_request_fault(request) != HTTP_SOUND)
			route_answer_error(request, 400,
					   http_fault_text(http_request_fault(request)));
		else if (verbs[i].plain && http_request_method(request) != HTTP_GET)
			route_answer_error(request, 405, "use GET");
		else
			verbs[i].answer(route, request,
					(struct http_text){ path.at + size, path.size - size });
		return;
	}
	route_answer_error(request, 404, "there is nothing at this path");
}
