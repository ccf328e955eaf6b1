/*
 * purchase.c - one intended purchase; see purchase.h.
 *
 *     begun ──▶ sent ──▶ bought ──▶ paid              the key stays the same until here
 *                 │         └─────▶ expired, cancelled ─▶ begun anew, with another key; and so is
 *                 │                                      any order in another sale
 *                 └────▶ refused ─▶ (another sale) ─▶ begun anew; in the same sale: sent again
 *
 * "Sent" is written down before anything is sent, so a run that dies in between makes the next one
 * careful, never careless. What is remembered is looked at in purchase_prepare.c.
 */
#include "buyer/purchase.h"

#include <stdio.h>
#include <string.h>

#include "buyer/moment.h"
#include "buyer/notify.h"
#include "buyer/pace.h"
#include "buyer/rush.h"

enum {
	MINUTE_MS = 60000,
	SYNC_BEFORE_MS = 6000, /* the last look at the clock, and as much again by chance */
	WARM_BEFORE_MS = 1500, /* connections are opened, and likewise */
	QUIET_BEFORE_MS = 100, /* nothing else is under way */
	CHANCE_MS = 1000,
};

static enum verdict refuse(struct job *job, const char *word, enum verdict verdict,
			   const char *english, const char *chinese)
{
	ui_result(job->ui, word, "%s", ui_text(job->ui, english, chinese));
	return verdict;
}

/* When it starts, by the settings or the server; 0: it is on. False: the setting is no time. */
static bool read_start(const struct job *job, int64_t *start_ms)
{
	*start_ms = job->stock.starts_ms;
	return job->options->buy_at[0] == '\0' ||
	       moment_read(job->options->buy_at, ui_now_ms(job->ui), start_ms);
}

/* The same, unless it is over. */
static enum verdict find_start(struct job *job, int64_t *start_ms)
{
	const struct server_stock *stock = &job->stock;
	int64_t now_ms = ui_now_ms(job->ui);
	int64_t patience_ms = job->options->stop_after_minutes * MINUTE_MS;

	if (!read_start(job, start_ms))
		return refuse(job, "USAGE", VERDICT_USAGE, "--buy-at is no time",
			      "--buy-at 不是时间");
	if (strcmp(stock->state, "closed") == 0 ||
	    (stock->ends_ms > 0 && stock->ends_ms <= now_ms) ||
	    (job->options->buy_at[0] != '\0' && *start_ms + patience_ms <= now_ms))
		return refuse(job, "ENDED", VERDICT_OVER, "Too late: the sale is over.",
			      "来晚了：抢购已经结束。");
	return VERDICT_DONE;
}

bool purchase_needs_login(const struct job *job)
{
	int64_t until_ms = ui_now_ms(job->ui), start_ms;

	if (job->token.text[0] == '\0')
		return job->stock.wants_token;
	if (read_start(job, &start_ms) && start_ms > until_ms)
		until_ms = start_ms;
	return job->token.expires_s != 0 && job->token.expires_s * 1000 <= until_ms;
}

/* What to do about it. */
static enum verdict refuse_token(struct job *job)
{
	if (job->token.text[0] == '\0')
		return refuse(job, "NO_TOKEN", VERDICT_LOGIN,
			      "Log in first: this item is sold to known buyers only.",
			      "请先登录：此商品只卖给已登录用户。");
	if (job->options->token[0] != '\0')
		return refuse(
			job, "BAD_TOKEN", VERDICT_LOGIN,
			"The token in the file of settings expires before the sale starts, or "
			"has already: put a new one there.",
			"配置文件中的令牌已过期，或在开抢前过期：请换一个新的。");
	return refuse(
		job, "BAD_TOKEN", VERDICT_LOGIN,
		"The token expires before the sale starts, or has already: run "
		"`penstock-buyer login`, nearer to the start if need be.",
		"令牌已过期，或在开抢前过期：请运行 penstock-buyer login，必要时临近开抢再登录。");
}

/* What the rules would refuse is said before the sale. */
static enum verdict check_rules(struct job *job)
{
	const struct server_stock *stock = &job->stock;
	bool is_too_many = (stock->max_units > 0 && job->options->units > stock->max_units) ||
			   (stock->limit_units > 0 && job->options->units > stock->limit_units);

	if (is_too_many)
		return refuse(job, "LIMIT", VERDICT_USAGE,
			      "More units than an order or a buyer may have: see --units.",
			      "超过每单或每人限购数量：见 --units。");
	return purchase_needs_login(job) ? refuse_token(job) : VERDICT_DONE;
}

/*
 * Waits until shortly before the start; false: a signal came. Whatever a server does meanwhile, it
 * does not cost the start: each look at it has its end.
 */
static bool wait_for_start(struct job *job, int64_t start_ms)
{
	struct pace_dice dice = { (uint64_t)http_now_us() | 1 };
	const char *what = ui_text(job->ui, "until the start", "距离开抢");
	int64_t chance_ms;
	char at[32];

	if (start_ms > ui_now_ms(job->ui) + SYNC_BEFORE_MS)
		ui_note(job->ui, "WAITING", "%s %s",
			ui_text(job->ui, "the sale starts at", "开抢时间"),
			ui_clock(job->ui, start_ms, at));
	/* Not all at once: buyers are many, and their clocks are good. */
	chance_ms = pace_roll_us(&dice, SYNC_BEFORE_MS);
	if (!job_wait(job, start_ms - SYNC_BEFORE_MS - chance_ms, what))
		return false;
	if (start_ms > ui_now_ms(job->ui) + WARM_BEFORE_MS &&
	    job_sync(job, (int)job->options->samples,
		     clock_moment_us(&job->sync, start_ms - WARM_BEFORE_MS)) == SERVER_STOPPED)
		return false;
	chance_ms = pace_roll_us(&dice, CHANCE_MS);
	return job_wait(job, start_ms - WARM_BEFORE_MS - chance_ms, what) &&
	       rush_warm(job->http, &job->sync, (int)job->options->workers,
			 clock_fire_us(&job->sync, start_ms) - QUIET_BEFORE_MS * 1000);
}

static enum verdict verdict_of(const struct rush_result *result)
{
	switch (result->end) {
	case RUSH_WON:
		return VERDICT_DONE;
	case RUSH_TIMEOUT:
		return VERDICT_TIMEOUT;
	case RUSH_UNKNOWN:
		return VERDICT_UNKNOWN;
	case RUSH_STOPPED:
		return VERDICT_STOPPED;
	case RUSH_REFUSED:
		break;
	}
	if (result->answer.class == REASONS_LOGIN)
		return VERDICT_LOGIN;
	if (strcmp(result->answer.reason, "NOT_RESERVED") == 0)
		return VERDICT_RESERVE;
	return strcmp(result->answer.reason, "ENDED") == 0 ? VERDICT_OVER : VERDICT_LOST;
}

/* Its word; a refusal that came without one, or with one that cannot be read, has ours. */
static const char *word_of(const struct rush_result *result)
{
	return result->answer.reason[0] != '\0' ? result->answer.reason : "NOT_WON";
}

/* Into the state, before it is told to anybody. */
static void note_end(struct job *job, const struct rush_result *result)
{
	struct state *state = &job->state;

	if (result->end == RUSH_WON) {
		snprintf(state->order, sizeof(state->order), "%s", result->answer.order);
		state->pay_before_ms = result->answer.pay_before_ms;
		snprintf(state->outcome, sizeof(state->outcome), "ACCEPTED");
		/* A key of an earlier sale may have bought in this one. */
		if (result->tries > 1 || strcmp(result->answer.reason, "REPEATED") != 0)
			job_name_sale(job, state->sale);
	} else if (result->end == RUSH_REFUSED) {
		snprintf(state->outcome, sizeof(state->outcome), "%s", word_of(result));
	} else if (result->end == RUSH_TIMEOUT) {
		snprintf(state->outcome, sizeof(state->outcome), "TIMEOUT");
	} else if (result->tries == 0 && state->outcome[0] == '\0') {
		state->was_sent = false;
	}
	job_save(job);
}

static void say_end(struct job *job, const struct rush_result *result)
{
	const char *line = answer_line(&result->answer, ui_is_chinese(job->ui));
	struct ui *ui = job->ui;
	char until[32];

	if (result->end == RUSH_WON)
		ui_result(ui, "ACCEPTED", "%s %s %s, %s %s", line, ui_text(ui, "Order", "订单"),
			  job->state.order, ui_text(ui, "to be paid before", "付款截止"),
			  ui_clock(ui, job->state.pay_before_ms, until));
	else if (result->end == RUSH_REFUSED)
		ui_result(ui, word_of(result), "%s", line);
	else if (result->end == RUSH_TIMEOUT)
		ui_result(ui, "TIMEOUT", "%s (%d): %s",
			  ui_text(ui, "Not won: the time to try is over", "没抢到：时间已到"),
			  result->tries, line);
	else if (result->end == RUSH_UNKNOWN)
		ui_result(
			ui, "UNKNOWN", "%s %s",
			ui_text(ui,
				"The outcome is not known, there may be an order: run it again to "
				"learn, with the same key",
				"结果未知，可能已有订单：再次运行即可用相同的键查询："),
			job->state.key);
}

/* One notification: a success at once, a failure now that the run ends. */
static void notify_end(struct job *job, const struct rush_result *result)
{
	const char *line = answer_line(&result->answer, ui_is_chinese(job->ui));
	const char *word = word_of(result);

	if (result->end == RUSH_TIMEOUT) {
		line = ui_text(job->ui, "Not won: the time to try is over.", "没抢到：时间已到。");
		word = "TIMEOUT";
	} else if (result->end == RUSH_UNKNOWN) {
		line = ui_text(job->ui, "The outcome is not known: run penstock-buyer again.",
			       "结果未知：请再次运行 penstock-buyer。");
		word = "UNKNOWN";
	}
	notify_send(job, NOTIFY_RESULT, word, line, result->end != RUSH_UNKNOWN);
}

/*
 * The order of an earlier attempt whose time to pay is over may have ended: what it is now; "" : as
 * it is told. If that cannot be learned it is not known, and stays pending.
 */
static void look_again(struct job *job, struct rush_result *result, char became[ANSWER_WORD_BYTES])
{
	char path[SERVER_PATH_BYTES];
	const struct http_ask ask = { .path = path };
	struct answer order;

	became[0] = '\0';
	if (result->end != RUSH_WON || strcmp(result->answer.reason, "REPEATED") != 0 ||
	    result->answer.pay_before_ms > ui_now_ms(job->ui))
		return;
	snprintf(path, sizeof(path), "/orders/%s", result->answer.order);
	if (!server_ask(job->http, &ask, &order))
		result->end = RUSH_STOPPED;
	else if (!order.says_success || order.state[0] == '\0')
		result->end = RUSH_UNKNOWN;
	else if (strcmp(order.state, "held") != 0)
		memcpy(became, order.state, ANSWER_WORD_BYTES);
}

/* Says and notifies of an order that is not held any more: paid, or lost. */
static enum verdict tell_late(struct job *job, const struct rush_result *result, const char *became)
{
	bool is_paid = strcmp(became, "paid") == 0;
	const char *line = answer_line(&result->answer, ui_is_chinese(job->ui));
	const char *word = is_paid ? result->answer.reason : "UNPAID";

	if (!is_paid)
		line = ui_text(
			job->ui,
			"Not won: an earlier attempt was accepted, but its time to pay is over.",
			"没抢到：之前的一次请求成功了，但已超过付款时间。");
	ui_result(job->ui, word, "%s %s %s: %s", line, ui_text(job->ui, "Order", "订单"),
		  job->state.order, became);
	notify_send(job, NOTIFY_RESULT, word, line, true);
	return is_paid ? VERDICT_DONE : VERDICT_UNPAID;
}

/* The attempts themselves. */
static enum verdict attempt(struct job *job, int64_t start_ms)
{
	char path[SERVER_PATH_BYTES], query[JOB_QUERY_BYTES];
	int64_t now_ms = ui_now_ms(job->ui);
	bool counts_from_start = start_ms > now_ms || job->options->buy_at[0] != '\0';
	struct rush_settings settings = {
		.path = path,
		.key = job->state.key,
		.is_first = !job->state.was_sent,
		.is_open = state_is_pending(&job->state),
		.workers = (int)job->options->workers,
		.start_ms = start_ms,
		.stop_ms = (counts_from_start && start_ms > 0 ? start_ms : now_ms) +
			   job->options->stop_after_minutes * MINUTE_MS,
		.draw_ms = job->options->stop_after_minutes * MINUTE_MS,
	};
	struct rush_result result;
	char became[ANSWER_WORD_BYTES];

	snprintf(path, sizeof(path), "/buy/%s?units=%lld%s", job->options->item,
		 (long long)job->options->units, job_query(job, '&', query));
	job->state.was_sent = true;
	if (job->state.outcome[0] != '\0')
		job->state.told_result = false; /* another attempt has another result */
	job->state.outcome[0] = '\0';
	if (!job_save(job))
		return VERDICT_USAGE;
	rush_run(job->http, &job->sync, job->ui, &settings, &result);
	look_again(job, &result, became);
	note_end(job, &result);
	if (result.end == RUSH_STOPPED)
		return job_stopped(job);
	if (became[0] != '\0')
		return tell_late(job, &result, became);
	say_end(job, &result);
	notify_end(job, &result);
	return verdict_of(&result);
}

enum verdict purchase_make(struct job *job)
{
	int64_t start_ms = 0;
	enum verdict verdict = VERDICT_DONE;

	/* What may have bought is asked whatever the hour. */
	if (!state_is_pending(&job->state)) {
		verdict = find_start(job, &start_ms);
		if (verdict == VERDICT_DONE)
			verdict = check_rules(job);
	}
	if (verdict != VERDICT_DONE)
		return verdict;
	if (!wait_for_start(job, start_ms))
		return job_stopped(job);
	return attempt(job, start_ms);
}
