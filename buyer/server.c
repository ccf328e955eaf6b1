/*
 * server.c - what the tool asks Penstock for; see server.h.
 */
#include "buyer/server.h"

#include <stdio.h>
#include <string.h>

#include "buyer/json.h"

/* Times that a server may tell: 2020 to 2100. */
#define TIME_LEAST_MS INT64_C(1577836800000)
#define TIME_MOST_MS INT64_C(4102444800000)

/* A sample of the clock that takes so much longer than four round trips is of no use. */
enum { SAMPLE_PATIENCE_US = 1000000 };

/* What an answer without the expected JSON is. */
static enum server_seen judge(const struct http_answer *answer, char why[SERVER_WHY_BYTES])
{
	if (answer->fate == HTTP_UNSENT || answer->fate == HTTP_LOST) {
		snprintf(why, SERVER_WHY_BYTES, "%s", answer->why);
		return SERVER_AWAY;
	}
	if (answer->fate == HTTP_ANSWERED && (answer->status >= 500 || answer->status == 429)) {
		snprintf(why, SERVER_WHY_BYTES, "it answers with %d", answer->status);
		return SERVER_AWAY;
	}
	if (answer->fate == HTTP_ANSWERED)
		snprintf(why, SERVER_WHY_BYTES, "it does not answer as Penstock does (status %d)",
			 answer->status);
	else
		snprintf(why, SERVER_WHY_BYTES, "it does not answer as Penstock does: %s",
			 answer->why);
	return SERVER_STRANGE;
}

/* One question whose answer, until then, is an object of JSON; *json is the caller's. */
static enum server_seen ask_json(struct http *http, const char *path, int64_t until_us,
				 struct http_answer *answer, struct json **json,
				 char why[SERVER_WHY_BYTES])
{
	const struct http_ask ask = { .path = path };
	enum server_seen seen = SERVER_SEEN;

	*json = NULL;
	why[0] = '\0';
	if (!http_ask_until(http, &ask, until_us, answer))
		return SERVER_STOPPED;
	if (answer->fate == HTTP_ANSWERED && answer->is_json)
		*json = json_read(answer->body, answer->size);
	if (*json == NULL || (answer->status != 200 && answer->status != 404))
		seen = judge(answer, why);
	else if (answer->status == 404)
		seen = SERVER_NONE;
	http_answer_clear(answer);
	return seen;
}

static enum server_seen take_sample(struct http *http, struct clock_sync *sync, int64_t until_us,
				    char why[SERVER_WHY_BYTES])
{
	int64_t give_up_us = http_now_us() + SAMPLE_PATIENCE_US + 4 * sync->least_us;
	struct http_answer answer;
	enum server_seen seen;
	struct json *json;
	int64_t now_ms;

	if (!clock_is_known(sync) || give_up_us > until_us)
		give_up_us = until_us;
	seen = ask_json(http, "/time", give_up_us, &answer, &json, why);
	now_ms = json_number(json, "now", -1);
	json_close(json);
	if (seen == SERVER_NONE ||
	    (seen == SERVER_SEEN && (now_ms < TIME_LEAST_MS || now_ms > TIME_MOST_MS))) {
		snprintf(why, SERVER_WHY_BYTES, "it does not tell the time as Penstock does");
		return SERVER_STRANGE;
	}
	if (seen == SERVER_SEEN) {
		const struct clock_sample sample = { answer.sent_us, answer.done_us, now_ms };

		clock_take(sync, &sample);
	}
	return seen;
}

enum server_seen server_sync(struct http *http, struct clock_sync *sync, int count,
			     int64_t until_us, char why[SERVER_WHY_BYTES])
{
	enum server_seen seen = SERVER_AWAY;

	clock_begin(sync);
	snprintf(why, SERVER_WHY_BYTES, "no time is left to ask for it");
	for (int i = 0; i < count && http_now_us() < until_us; i++) {
		seen = take_sample(http, sync, until_us, why);
		if (seen == SERVER_STOPPED || seen == SERVER_STRANGE)
			return seen;
		if (seen == SERVER_AWAY && !clock_is_known(sync))
			return seen;
	}
	return sync->count > 0 ? SERVER_SEEN : seen;
}

static void read_rules(const struct json *rules, struct server_stock *stock)
{
	char reserve[16];

	stock->wants_token = json_truth(rules, "token") == 1;
	(void)json_text(rules, "reserve", reserve, sizeof(reserve));
	if (strcmp(reserve, "required") == 0)
		stock->reserve = SERVER_RESERVE_REQUIRED;
	else if (strcmp(reserve, "optional") == 0)
		stock->reserve = SERVER_RESERVE_OPTIONAL;
	stock->starts_ms = json_number(rules, "startsAt", 0);
	stock->ends_ms = json_number(rules, "endsAt", 0);
	stock->reserve_starts_ms = json_number(rules, "reserveStartsAt", 0);
	stock->reserve_ends_ms = json_number(rules, "reserveEndsAt", 0);
	stock->draws_ms = json_number(rules, "drawsAt", 0);
	stock->max_units = json_number(rules, "maxUnits", 0);
	stock->limit_units = json_number(rules, "limitUnits", 0);
}

enum server_seen server_stock(struct http *http, const char *item, struct server_stock *stock,
			      char why[SERVER_WHY_BYTES])
{
	char path[SERVER_PATH_BYTES], found[40];
	struct http_answer answer;
	struct json *json;
	enum server_seen seen;

	memset(stock, 0, sizeof(*stock));
	snprintf(path, sizeof(path), "/stock/%s", item);
	seen = ask_json(http, path, INT64_MAX, &answer, &json, why);
	if (seen == SERVER_SEEN &&
	    (!json_text(json, "item", found, sizeof(found)) || strcmp(found, item) != 0 ||
	     !json_text(json, "state", stock->state, sizeof(stock->state)))) {
		snprintf(why, SERVER_WHY_BYTES, "it does not tell its stock as Penstock does");
		seen = SERVER_STRANGE;
	}
	if (seen == SERVER_SEEN) {
		stock->total = json_number(json, "total", 0);
		stock->left = json_number(json, "left", 0);
		stock->held = json_number(json, "held", 0);
		stock->paid = json_number(json, "paid", 0);
		stock->epoch = json_number(json, "epoch", 0);
		stock->next_expiry_ms = json_number(json, "nextExpiry", 0);
		read_rules(json_inner(json, "rules"), stock);
	} else if (seen == SERVER_NONE) {
		snprintf(why, SERVER_WHY_BYTES, "it has no item \"%s\"", item);
	}
	json_close(json);
	return seen;
}

bool server_ask(struct http *http, const struct http_ask *ask, struct answer *answer)
{
	struct http_answer heard;

	if (!http_ask_now(http, ask, &heard))
		return false;
	answer_read(&heard, answer);
	http_answer_clear(&heard);
	return true;
}
