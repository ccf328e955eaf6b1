/*
 * rush.c - attempts at one purchase; see rush.h.
 *
 * Everything happens in one thread: rush_run() finds the worker that is due next, lets http work
 * until then, and sends. on_answer() moves the worker on and, perhaps, ends it all.
 */
#include "buyer/rush.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buyer/pace.h"

enum {
	STAGGER_US = 10000,
	WARM_US = 500000, /* what a connection may take to be opened, and so many round trips */
	WARM_TRIPS = 4,   /* of TCP, TLS and a request, and one to spare */
	SHOW_US = 500000,
	OPEN_BEFORE = -1,
};

struct rush;

struct worker {
	struct rush *rush;
	int number;
	bool is_flying, was_first;
	int sent; /* which send of all it was, from 1 */
	int64_t next_us;
	enum reasons_class before; /* of its last answer */
	int streak;
};

struct rush {
	struct http *http;
	const struct clock_sync *sync;
	struct ui *ui;
	const struct rush_settings *settings;
	struct rush_result *result;
	struct worker workers[RUSH_WORKERS_MAX];
	struct pace_dice dice;
	int64_t hold_us, stop_us; /* nobody sends before, after */
	int sends, unsent;        /* how many; of which never left */
	int flying;
	int open_send;   /* the last whose outcome is open; 0: none is; or OPEN_BEFORE */
	int doubts;      /* refusals that were not believed */
	bool is_refused; /* no more sends; the flying ones are waited for */
	bool is_over;
	char last[ANSWER_WORD_BYTES];
};

static int64_t server_ms(const struct rush *rush, int64_t at_us)
{
	return clock_server_us(rush->sync, at_us) / 1000;
}

static void end(struct rush *rush, enum rush_end how, const struct answer *answer)
{
	rush->is_over = true;
	rush->result->end = how;
	if (answer != NULL)
		rush->result->answer = *answer;
}

/*
 * Is it said of the key itself? buy.lua says these words after it has looked the key up and found
 * no order; all others come from who has not looked: a node that does not like the request or the
 * token, or whoever stands before it.
 */
static bool is_of_the_key(const struct answer *answer)
{
	static const char *const words[] = { "SOLD_OUT",     "HELD",    "LIMIT",     "ENDED",
					     "NOT_RESERVED", "REFUSED", "NOT_DRAWN", "CONFLICT" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(answer->reason, words[i]) == 0)
			return true;
	}
	return false;
}

/* Does this answer say that no earlier send of the key has bought? */
static bool settles(const struct worker *worker, const struct answer *answer)
{
	return is_of_the_key(answer) && !worker->was_first;
}

/* It asks on, though it was refused: at once where an answer can settle it, else not in haste. */
static void ask_on(struct rush *rush)
{
	const struct answer *answer = &rush->result->answer;
	int64_t now_us = http_now_us(), wait_us = 0;

	if (!is_of_the_key(answer))
		wait_us =
			pace_wait_us(answer, rush->doubts++, server_ms(rush, now_us), &rush->dice);
	rush->is_refused = false;
	rush->workers[0].next_us = now_us;
	if (now_us + wait_us > rush->hold_us)
		rush->hold_us = now_us + wait_us;
}

/* Refused for good, when everybody is back: believed if nothing is open, else it asks on. */
static void judge_refusal(struct rush *rush)
{
	if (!rush->is_refused || rush->flying > 0)
		return;
	if (rush->open_send == 0) {
		end(rush, RUSH_REFUSED, NULL);
	} else if (rush->result->answer.class == REASONS_LOGIN) {
		end(rush, RUSH_UNKNOWN, NULL);
	} else {
		ask_on(rush);
	}
}

static void set_all_next(struct rush *rush, int64_t first_us)
{
	for (int i = 0; i < rush->settings->workers; i++)
		rush->workers[i].next_us = first_us + i * STAGGER_US;
}

/* Not over: when it is this worker's turn again, or everybody's. */
static void plan(struct rush *rush, struct worker *worker, const struct answer *answer)
{
	int64_t now_us = http_now_us();
	int64_t wait_us =
		pace_wait_us(answer, worker->streak, server_ms(rush, now_us), &rush->dice);
	int64_t fire_us;

	worker->next_us = now_us + wait_us;
	if (answer->class == REASONS_FAST && worker->next_us > rush->hold_us)
		rush->hold_us = worker->next_us;
	if (answer->class != REASONS_EARLY || answer->starts_ms == 0)
		return;
	fire_us = clock_fire_us(rush->sync, answer->starts_ms);
	if (fire_us > now_us)
		set_all_next(rush, fire_us);
}

/* Taking part in a draw: there is time until it was held, and a while. */
static void wait_for_draw(struct rush *rush, const struct answer *answer)
{
	int64_t stop_us = clock_moment_us(rush->sync, answer->draws_ms + rush->settings->draw_ms);
	char at[32];

	if (stop_us <= rush->stop_us)
		return;
	rush->stop_us = stop_us;
	ui_note(rush->ui, answer->reason, "%s %s", answer_line(answer, ui_is_chinese(rush->ui)),
		ui_clock(rush->ui, answer->draws_ms, at));
}

static void take(struct rush *rush, struct worker *worker, const struct answer *answer)
{
	if (settles(worker, answer) && worker->sent > rush->open_send)
		rush->open_send = 0;
	if (answer->class == REASONS_UNKNOWN && worker->sent > rush->open_send)
		rush->open_send = worker->sent;
	if (answer->draws_ms > 0)
		wait_for_draw(rush, answer);
	if (strcmp(answer->reason, "UNSENT") == 0)
		rush->unsent++;
	worker->streak = answer->class == worker->before ? worker->streak + 1 : 0;
	worker->before = answer->class;
	switch (answer->class) {
	case REASONS_WON:
		end(rush, RUSH_WON, answer);
		break;
	case REASONS_FINAL:
	case REASONS_LOGIN:
	case REASONS_STATE:
		rush->is_refused = true;
		rush->result->answer = *answer;
		break;
	case REASONS_AGAIN:
	case REASONS_EARLY:
	case REASONS_FAST:
	case REASONS_UNKNOWN:
		if (!rush->is_refused)
			rush->result->answer = *answer;
		plan(rush, worker, answer);
		break;
	}
	judge_refusal(rush);
}

static void on_answer(void *owner, const struct http_answer *http)
{
	struct worker *worker = owner;
	struct rush *rush = worker->rush;
	struct answer answer;

	worker->is_flying = false;
	rush->flying--;
	if (rush->is_over)
		return;
	answer_read(http, &answer);
	memcpy(rush->last, answer.reason, sizeof(rush->last));
	ui_log(rush->ui, answer.reason, "try %d, worker %d, status %d, %.1f ms%s%s", worker->sent,
	       worker->number, http->status, (double)(http->done_us - http->sent_us) / 1000,
	       answer.order[0] != '\0' ? ", " : "", answer.order);
	take(rush, worker, &answer);
}

static void send(struct rush *rush, struct worker *worker)
{
	struct http_ask ask = {
		.path = rush->settings->path,
		.is_post = true,
		.key = rush->settings->key,
	};

	/* What never left the machine was no attempt. */
	ask.is_first = rush->settings->is_first && rush->sends == rush->unsent;
	worker->was_first = ask.is_first;
	worker->is_flying = true;
	worker->sent = ++rush->sends;
	rush->flying++;
	rush->result->tries++;
	http_send(rush->http, &ask, on_answer, worker);
}

/* The worker that is due first; NULL: all are flying, or nobody is to send any more. */
static struct worker *next_worker(struct rush *rush, int64_t *due_us)
{
	struct worker *next = NULL;

	for (int i = 0; i < rush->settings->workers && !rush->is_refused; i++) {
		struct worker *worker = &rush->workers[i];

		if (!worker->is_flying && (next == NULL || worker->next_us < next->next_us))
			next = worker;
	}
	if (next == NULL)
		return NULL;
	*due_us = next->next_us > rush->hold_us ? next->next_us : rush->hold_us;
	return *due_us > rush->stop_us ? NULL : next;
}

/* Shows where it stands. */
static void show(struct rush *rush, int64_t due_us)
{
	int64_t left_us = due_us - http_now_us();

	if (rush->sends == 0 && left_us > SHOW_US)
		ui_progress(rush->ui, "%lld.%lld s", (long long)(left_us / 1000000),
			    (long long)(left_us / 100000 % 10));
	else if (rush->sends > 0)
		ui_progress(rush->ui, "%d x  %s", rush->sends, rush->last);
}

/* One step: waits until somebody is due or something came, and sends. */
static void step(struct rush *rush)
{
	int64_t now_us = http_now_us(), due_us = INT64_MAX;
	struct worker *worker = next_worker(rush, &due_us);
	int64_t until_us;

	if (worker == NULL && rush->flying == 0) {
		end(rush, rush->open_send != 0 ? RUSH_UNKNOWN : RUSH_TIMEOUT, NULL);
		return;
	}
	if (worker != NULL && due_us <= now_us) {
		send(rush, worker);
		return;
	}
	show(rush, due_us);
	until_us = worker != NULL ? due_us : now_us + SHOW_US;
	/* The last stretch is slept undisturbed by what is shown. */
	if (ui_has_terminal(rush->ui) && until_us > now_us + 2 * SHOW_US)
		until_us = now_us + SHOW_US;
	if (http_turn(rush->http, until_us) == HTTP_TURN_WOKEN)
		end(rush, RUSH_STOPPED, NULL);
}

void rush_run(struct http *http, const struct clock_sync *sync, struct ui *ui,
	      const struct rush_settings *settings, struct rush_result *result)
{
	struct rush rush = {
		.http = http, .sync = sync, .ui = ui, .settings = settings, .result = result
	};
	int64_t first_us = http_now_us();

	assert(settings->workers >= 1 && settings->workers <= RUSH_WORKERS_MAX);
	memset(result, 0, sizeof(*result));
	if (getentropy(&rush.dice.state, sizeof(rush.dice.state)) != 0)
		abort();
	rush.dice.state |= 1;
	rush.stop_us = clock_moment_us(sync, settings->stop_ms);
	if (settings->start_ms > 0 && clock_fire_us(sync, settings->start_ms) > first_us)
		first_us = clock_fire_us(sync, settings->start_ms);
	for (int i = 0; i < settings->workers; i++) {
		rush.workers[i].rush = &rush;
		rush.workers[i].number = i + 1;
	}
	rush.open_send = settings->is_open ? OPEN_BEFORE : 0;
	set_all_next(&rush, first_us);
	while (!rush.is_over)
		step(&rush);
	http_drop(http);
}

static void on_warm(void *owner, const struct http_answer *answer)
{
	int *left = owner;

	(void)answer;
	(*left)--;
}

/* Waits for them all until then, and drops who is late; false: a signal came. */
static bool wait_warm(struct http *http, const int *left, int64_t until_us)
{
	while (*left > 0) {
		enum http_turn turn = http_turn(http, until_us);

		if (turn == HTTP_TURN_NEWS)
			continue;
		http_drop(http);
		return turn == HTTP_TURN_TIME;
	}
	return true;
}

bool rush_warm(struct http *http, const struct clock_sync *sync, int workers, int64_t until_us)
{
	struct http_ask ask = { .path = "/time" };
	int left = workers;

	while (left > 0 && http_now_us() < until_us) {
		int64_t round_us = http_now_us() + WARM_US + WARM_TRIPS * sync->least_us;

		for (int i = left; i > 0; i--) {
			http_send(http, &ask, on_warm, &left);
			/* One is there already, or was: the first looks. */
			ask.is_fresh = true;
		}
		if (!wait_warm(http, &left, round_us < until_us ? round_us : until_us))
			return false;
	}
	return true;
}
