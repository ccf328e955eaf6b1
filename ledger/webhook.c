/*
 * webhook.c - the thread: rounds over the items that are behind, and their patience.
 *
 *     behind? ─▶ for each item whose pause is over: next event ─▶ POST ─▶ cursor, committed
 *
 * A round sends a few events of each item, so that a long backlog of one delays the others little.
 * Pauses are kept in memory only: a ledger that is started again tries at once.
 */
#include "ledger/webhook.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/db.h"
#include "common/log.h"
#include "common/xmalloc.h"
#include "ledger/roster.h"
#include "ledger/rows.h"
#include "ledger/webhook_body.h"
#include "ledger/webhook_rows.h"

enum {
	ROUND_EVENTS = 16, /* of an item, in a round */
	IDLE_MS = 100,
	SQL_PAUSE_MS = 1000,
	PAUSE_LEAST_MS = 1000,
	PAUSE_MOST_MS = 300000,
	LOG_MS = 60000, /* one complaint in this time, of all items together */
};

struct webhook_place {
	struct webhook_item item;
	bool is_behind;                  /* in this round */
	int64_t pause_ms, not_before_ms; /* 0: the last message was delivered */
};

struct webhook {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t change;
	bool ends; /* under the lock */
	const struct tokens *tokens;
	struct status *status;
	/* Of its own thread alone. */
	struct webhook_post *post;
	char *url;
	struct db *db;
	struct webhook_place places[ROSTER_MAX];
	size_t count;
	int64_t logged_ms; /* when a failure was last told */
	int64_t untold;    /* failures since */
};

static int64_t webhook_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits; true: the thread is to end. */
static bool webhook_nap(struct webhook *webhook, int64_t ms)
{
	int64_t end_ms = webhook_now_ms() + ms;
	const struct timespec end = { end_ms / 1000, end_ms % 1000 * 1000000 };
	bool ends;

	pthread_mutex_lock(&webhook->lock);
	while (!webhook->ends && webhook_now_ms() < end_ms)
		pthread_cond_timedwait(&webhook->change, &webhook->lock, &end);
	ends = webhook->ends;
	pthread_mutex_unlock(&webhook->lock);
	return ends;
}

static bool webhook_ends(struct webhook *webhook)
{
	return webhook_nap(webhook, 0);
}

/* A failure that will be tried again; told once in a while. */
static void webhook_complain(struct webhook *webhook, const char *what, const char *why)
{
	int64_t now_ms = webhook_now_ms();

	if (webhook->logged_ms && now_ms - webhook->logged_ms < LOG_MS) {
		webhook->untold++;
		return;
	}
	log_line(LOG_WARN, "webhook: %s: %s (and %lld failures since the last line)", what, why,
		 (long long)webhook->untold);
	webhook->logged_ms = now_ms;
	webhook->untold = 0;
}

/* Has this ledger the database's lock? */
static bool webhook_is_on_duty(struct webhook *webhook)
{
	enum status_state state = status_state(webhook->status);

	return state == STATUS_RECORDING || state == STATUS_REDIS_AWAY;
}

static void webhook_on_behind(void *owner, const struct webhook_item *item)
{
	struct webhook *webhook = owner;
	size_t i = 0;

	while (i < webhook->count && strcmp(webhook->places[i].item.name, item->name) != 0)
		i++;
	if (i == ROSTER_MAX)
		return;
	if (i == webhook->count)
		webhook->count++;
	webhook->places[i].item = *item;
	webhook->places[i].is_behind = true;
}

/* Which items are behind, and by how much; told to the status. */
static enum db_result webhook_look(struct webhook *webhook)
{
	int64_t backlog = 0;

	for (size_t i = 0; i < webhook->count; i++)
		webhook->places[i].is_behind = false;
	enum db_result result = webhook_rows_behind(webhook->db, webhook_on_behind, webhook);

	for (size_t i = 0; i < webhook->count && result == DB_DONE; i++) {
		const struct webhook_place *place = &webhook->places[i];

		if (place->is_behind)
			backlog += place->item.newest - place->item.delivered;
	}
	if (result == DB_DONE)
		status_set_webhook_backlog(webhook->status, backlog);
	return result;
}

/* Sends it; DB_DONE with *delivered, which a failure to send leaves false. */
static enum db_result webhook_send(struct webhook *webhook, const char *item,
				   const struct webhook_event *raw, bool *delivered)
{
	const struct events_text kind = { raw->kind, strlen(raw->kind) };
	const struct events_text words = { raw->words, raw->size };
	char id[WEBHOOK_ID_BYTES], body[WEBHOOK_BODY_BYTES], why[WEBHOOK_POST_WHY_BYTES];
	struct events_event event;
	struct events_order order;
	const char *wrong;

	webhook_body_write_id(id, item, raw->seq);
	if (!events_parse(raw->seq, kind, words, &event, &wrong)) {
		log_line(LOG_ERROR, "webhook: %s is left out, it is no event: %s", id, wrong);
		*delivered = true;
		return DB_DONE;
	}
	enum db_result result = rows_find_order(webhook->db, item, event.order, &order);

	if (result != DB_DONE)
		return result;
	size_t size = webhook_body_write(body, webhook->tokens, item, &event, &order);

	*delivered = webhook_post_send(webhook->post, id, body, size, why);
	if (!*delivered)
		webhook_complain(webhook, id, why);
	return DB_DONE;
}

/* Longer after each failure, none after a success. */
static void webhook_set_pause(struct webhook_place *place, bool delivered)
{
	int64_t longer_ms = place->pause_ms ? place->pause_ms * 2 : PAUSE_LEAST_MS;

	place->pause_ms = delivered ? 0 : longer_ms < PAUSE_MOST_MS ? longer_ms : PAUSE_MOST_MS;
	place->not_before_ms = delivered ? 0 : webhook_now_ms() + place->pause_ms;
}

/* The item's next event; *goes_on: it was delivered and there may be more. */
static enum db_result webhook_step(struct webhook *webhook, struct webhook_place *place,
				   bool *goes_on)
{
	struct webhook_item *item = &place->item;
	struct webhook_event event;
	bool delivered = false;
	enum db_result result = webhook_rows_next(webhook->db, item->name, item->delivered, &event);

	*goes_on = false;
	if (result != DB_DONE)
		return result;
	/* Behind the last event about an order there may be others, up to the newest seen. */
	if (event.seq == 0)
		return webhook_rows_deliver(webhook->db, item->name, item->newest);
	result = webhook_send(webhook, item->name, &event, &delivered);
	free(event.words);
	if (result != DB_DONE)
		return result;
	webhook_set_pause(place, delivered);
	if (!delivered)
		return DB_DONE;
	item->delivered = event.seq;
	*goes_on = item->delivered < item->newest;
	return webhook_rows_deliver(webhook->db, item->name, item->delivered);
}

static enum db_result webhook_round(struct webhook *webhook, bool *is_idle)
{
	enum db_result result = webhook_look(webhook);

	*is_idle = true;
	for (size_t i = 0; i < webhook->count && result == DB_DONE; i++) {
		struct webhook_place *place = &webhook->places[i];
		bool goes_on = place->is_behind && webhook_now_ms() >= place->not_before_ms;

		for (int n = 0; goes_on && n < ROUND_EVENTS && result == DB_DONE; n++) {
			if (webhook_ends(webhook) || !webhook_is_on_duty(webhook))
				return DB_DONE;
			result = webhook_step(webhook, place, &goes_on);
			*is_idle = *is_idle && !goes_on;
		}
	}
	return result;
}

/* A round, or a step towards it; how long to wait then. */
static int64_t webhook_work(struct webhook *webhook)
{
	bool is_idle;

	if (!webhook_is_on_duty(webhook))
		return IDLE_MS;
	if (!webhook->db)
		webhook->db = db_open(webhook->url, false);
	if (!webhook->db) {
		webhook_complain(webhook, "the database", db_open_error());
		return SQL_PAUSE_MS;
	}
	if (webhook_round(webhook, &is_idle) == DB_DONE)
		return is_idle ? IDLE_MS : 0;
	webhook_complain(webhook, "the database", db_error(webhook->db));
	db_close(webhook->db);
	webhook->db = NULL;
	return SQL_PAUSE_MS;
}

static void *webhook_run(void *owner)
{
	struct webhook *webhook = owner;

	while (!webhook_nap(webhook, webhook_work(webhook)))
		;
	db_close(webhook->db);
	return NULL;
}

/* Its thread gets no signals: they are the main thread's. */
static bool webhook_start(struct webhook *webhook)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&webhook->thread, NULL, webhook_run, webhook);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error)
		log_line(LOG_ERROR, "no thread for webhooks: %s", strerror(error));
	return error == 0;
}

static void webhook_free(struct webhook *webhook)
{
	webhook_post_close(webhook->post);
	pthread_cond_destroy(&webhook->change);
	pthread_mutex_destroy(&webhook->lock);
	free(webhook->url);
	free(webhook);
}

struct webhook *webhook_open(const struct webhook_post_settings *settings, const char *url,
			     const struct tokens *tokens, struct status *status)
{
	struct webhook *webhook = xcalloc(1, sizeof(*webhook));
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&webhook->change, &monotonic);
	pthread_condattr_destroy(&monotonic);
	pthread_mutex_init(&webhook->lock, NULL);
	webhook->tokens = tokens;
	webhook->status = status;
	webhook->url = xstrdup(url);
	webhook->post = webhook_post_open(settings);
	if (webhook->post && webhook_start(webhook))
		return webhook;
	webhook_free(webhook);
	return NULL;
}

void webhook_close(struct webhook *webhook)
{
	if (!webhook)
		return;
	pthread_mutex_lock(&webhook->lock);
	webhook->ends = true;
	pthread_cond_signal(&webhook->change);
	pthread_mutex_unlock(&webhook->lock);
	pthread_join(webhook->thread, NULL);
	webhook_free(webhook);
}
