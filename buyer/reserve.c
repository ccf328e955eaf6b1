/*
 * reserve.c - the reservation before a sale; see reserve.h. `penstock-buyer reserve`.
 */
#include "buyer/reserve.h"

#include <stdio.h>
#include <string.h>

#include "buyer/commands.h"
#include "buyer/moment.h"
#include "buyer/notify.h"
#include "buyer/pace.h"
#include "buyer/purchase.h"

enum { MINUTE_MS = 60000, HINT_US = 300000 };

/* When it opens; 0: it is open, as far as is known. False: the setting is no time. */
static bool find_opening(struct job *job, int64_t *opens_ms)
{
	*opens_ms = job->stock.reserve_starts_ms;
	if (job->options->reserve_at[0] == '\0' ||
	    moment_read(job->options->reserve_at, ui_now_ms(job->ui), opens_ms))
		return true;
	ui_result(job->ui, "USAGE", "%s",
		  ui_text(job->ui, "--reserve-at is no time", "--reserve-at 不是时间"));
	return false;
}

static bool is_one_of(const char *word, const char *a, const char *b)
{
	return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

/* Told once, however it ended. */
static enum verdict conclude(struct job *job, const struct answer *answer)
{
	const char *line = answer_line(answer, ui_is_chinese(job->ui));
	bool is_reserved = is_one_of(answer->reason, "RESERVED", "ALREADY_RESERVED");

	ui_result(job->ui, answer->reason, "%s", line);
	notify_send(job, NOTIFY_RESERVATION, answer->reason, line, true);
	if (is_reserved)
		return VERDICT_DONE;
	return answer->class == REASONS_LOGIN ? VERDICT_LOGIN : VERDICT_RESERVE;
}

static bool is_too_early(const struct answer *answer)
{
	return strcmp(answer->reason, "RESERVE_NOT_OPEN") == 0;
}

/* Is this answer no end yet? */
static bool goes_on(const struct answer *answer)
{
	return is_too_early(answer) || answer->class == REASONS_AGAIN ||
	       answer->class == REASONS_FAST || answer->class == REASONS_UNKNOWN;
}

/* The server's time to ask again. */
static int64_t next_ms(const struct job *job, const struct answer *answer, int streak,
		       struct pace_dice *dice)
{
	int64_t now_ms = ui_now_ms(job->ui);

	if (is_too_early(answer) && answer->opens_ms > now_ms)
		return answer->opens_ms + pace_roll_us(dice, HINT_US) / 1000;
	return now_ms + pace_wait_us(answer, streak, now_ms, dice) / 1000 + 1;
}

/* Asks until there is an end. */
static enum verdict insist(struct job *job, int64_t opens_ms)
{
	char path[SERVER_PATH_BYTES], query[JOB_QUERY_BYTES];
	const struct http_ask ask = { .path = path, .is_post = true };
	int64_t patience_ms = job->options->stop_after_minutes * MINUTE_MS;
	int64_t now_ms = ui_now_ms(job->ui), until_ms = opens_ms;
	int64_t last_ms = (opens_ms > now_ms ? opens_ms : now_ms) + patience_ms;
	struct pace_dice dice = { (uint64_t)http_now_us() | 1 };
	const char *what = ui_text(job->ui, "until reservations open", "距离预约开始");
	struct answer answer;

	snprintf(path, sizeof(path), "/reservations/%s%s", job->options->item,
		 job_query(job, '?', query));
	for (int streak = 0;; streak++) {
		if (!job_wait(job, until_ms, what) || !server_ask(job->http, &ask, &answer))
			return job_stopped(job);
		ui_log(job->ui, answer.reason, "reserve, try %d", streak + 1);
		until_ms = next_ms(job, &answer, streak, &dice);
		if (is_too_early(&answer) && answer.opens_ms + patience_ms > last_ms)
			last_ms = answer.opens_ms + patience_ms;
		if (!goes_on(&answer) || until_ms > last_ms)
			return conclude(job, &answer);
	}
}

enum verdict reserve_make(struct job *job)
{
	int64_t opens_ms;

	if (job->stock.reserve == SERVER_RESERVE_NONE)
		return VERDICT_DONE;
	if (!find_opening(job, &opens_ms))
		return VERDICT_USAGE;
	return insist(job, opens_ms);
}

enum verdict reserve_run(struct job *job)
{
	enum verdict verdict = job_meet(job);
	bool is_ours = false;

	if (verdict == VERDICT_DONE)
		verdict = job_open_state(job);
	if (verdict == VERDICT_DONE)
		verdict = purchase_prepare(job, &is_ours);
	if (verdict != VERDICT_DONE || is_ours)
		return verdict;
	if (job->stock.reserve == SERVER_RESERVE_NONE)
		ui_result(job->ui, "NONE", "%s",
			  ui_text(job->ui, "This sale needs no reservation.", "此商品无需预约。"));
	return reserve_make(job);
}
