/*
 * pay.c - what comes after buying; see pay.h. `penstock-buyer pay`.
 */
#include "buyer/pay.h"

#include <stdio.h>
#include <string.h>

#include "buyer/commands.h"
#include "buyer/notify.h"

enum { MINUTE_MS = 60000, LOOK_MS = 5000, PAY_TRIES = 10, PAY_PAUSE_MS = 1000 };

/* Reads the order; false: a signal came. An answer that tells nothing leaves the word empty. */
static bool look(struct job *job, const char *order, struct answer *answer)
{
	char path[SERVER_PATH_BYTES];
	const struct http_ask ask = { .path = path };

	snprintf(path, sizeof(path), "/orders/%s", order);
	if (!server_ask(job->http, &ask, answer))
		return false;
	if (!answer->says_success)
		answer->state[0] = '\0';
	return true;
}

static void remind(struct job *job)
{
	const char *line = ui_text(job->ui, "Not paid yet: the order will be lost.",
				   "还没有付款：订单即将失效。");
	char until[32];

	ui_note(job->ui, "REMINDER", "%s %s %s", line, job->state.order,
		ui_clock(job->ui, job->state.pay_before_ms, until));
	notify_send(job, NOTIFY_REMINDER, "UNPAID", line, true);
}

/* Before the deadline as the settings say, but not before half of the time is over. */
static int64_t reminder_ms(const struct job *job, int64_t now_ms)
{
	int64_t before_ms = job->options->remind_before_minutes * MINUTE_MS;
	int64_t left_ms = job->state.pay_before_ms - now_ms;

	if (job->state.told_reminder)
		return INT64_MAX;
	return job->state.pay_before_ms - (before_ms < left_ms / 2 ? before_ms : left_ms / 2);
}

static enum verdict end_of_watch(struct job *job, const char *state)
{
	if (strcmp(state, "paid") == 0) {
		ui_result(job->ui, "PAID", "%s",
			  ui_text(job->ui, "Paid: it is yours.", "付款成功。"));
		return VERDICT_DONE;
	}
	ui_result(job->ui, "UNPAID", "%s: %s",
		  ui_text(job->ui, "Not paid in time, the order is", "没有按时付款，订单状态"),
		  state);
	return VERDICT_UNPAID;
}

enum verdict pay_watch(struct job *job)
{
	int64_t remind_ms = reminder_ms(job, ui_now_ms(job->ui));
	const char *what = ui_text(job->ui, "to pay", "付款剩余时间");
	struct answer answer;

	if (job->options->remind_before_minutes == 0 || job->state.pay_before_ms == 0)
		return VERDICT_DONE;
	for (;;) {
		int64_t now_ms = ui_now_ms(job->ui), until_ms = now_ms + LOOK_MS;

		if (!look(job, job->state.order, &answer))
			return job_stopped(job);
		if (answer.state[0] != '\0' && strcmp(answer.state, "held") != 0)
			return end_of_watch(job, answer.state);
		/* The server says when it is expired; a minute later nobody need ask any more. */
		if (now_ms > job->state.pay_before_ms + MINUTE_MS)
			return end_of_watch(job, "expired");
		if (now_ms >= remind_ms) {
			remind(job);
			remind_ms = INT64_MAX;
		}
		until_ms = remind_ms < until_ms ? remind_ms : until_ms;
		if (job->state.pay_before_ms > now_ms && until_ms > job->state.pay_before_ms)
			until_ms = job->state.pay_before_ms + 200;
		if (!job_wait(job, until_ms, what))
			return job_stopped(job);
	}
}

static enum verdict refuse(struct job *job, const char *word, enum verdict verdict,
			   const char *english, const char *chinese)
{
	ui_result(job->ui, word, "%s", ui_text(job->ui, english, chinese));
	return verdict;
}

/* Did the payment buy nothing, now or when it was told before? */
static bool is_due(const struct answer *answer)
{
	return !answer->says_success &&
	       (strcmp(answer->reason, "DUE") == 0 || strcmp(answer->reason, "REPEATED") == 0);
}

/* What the server said to a payment for trial. */
static enum verdict judge(struct job *job, const struct answer *answer)
{
	if (answer->says_success) {
		ui_result(job->ui, "PAID", "%s",
			  ui_text(job->ui, "Paid: it is yours.", "付款成功。"));
		return VERDICT_DONE;
	}
	if (strcmp(answer->reason, "FORBIDDEN") == 0)
		return refuse(job, "FORBIDDEN", VERDICT_LOST,
			      "This shop takes its payments elsewhere: pay there, with the order's "
			      "number.",
			      "此商家不在这里收款：请用订单号到商家处付款。");
	if (is_due(answer))
		return refuse(job, "DUE", VERDICT_UNPAID,
			      "Too late: the order's time is over; the payment will be given back.",
			      "来晚了：订单已失效，付款将退回。");
	ui_result(job->ui, answer->reason, "%s", answer_line(answer, ui_is_chinese(job->ui)));
	if (answer->class == REASONS_UNKNOWN || answer->class == REASONS_AGAIN)
		return VERDICT_UNKNOWN;
	return VERDICT_LOST;
}

static enum verdict pay(struct job *job, const char *order)
{
	char path[SERVER_PATH_BYTES];
	const struct http_ask ask = { .path = path, .is_post = true };
	struct answer answer;

	snprintf(path, sizeof(path), "/orders/%s/pay", order);
	for (int i = 0; i < PAY_TRIES; i++) {
		int64_t wait_ms = PAY_PAUSE_MS;

		if (!server_ask(job->http, &ask, &answer))
			return job_stopped(job);
		if (answer.says_success || is_due(&answer))
			break;
		if (answer.class != REASONS_UNKNOWN && answer.class != REASONS_AGAIN &&
		    answer.class != REASONS_FAST)
			break;
		if (answer.wait_ms > wait_ms)
			wait_ms = answer.wait_ms;
		if (!job_wait(job, ui_now_ms(job->ui) + wait_ms, answer.reason))
			return job_stopped(job);
	}
	return judge(job, &answer);
}

/* A number that is put into a path. */
static bool is_order(const char *text)
{
	size_t size = strlen(text);

	return size > 0 && size < ANSWER_ORDER_BYTES &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == size;
}

enum verdict pay_run(struct job *job)
{
	const char *word = job->options->word_count > 1 ? job->options->words[1] : NULL;
	enum verdict verdict = job_meet(job);

	if (verdict == VERDICT_DONE)
		verdict = job_read_state(job);
	if (verdict != VERDICT_DONE)
		return verdict;
	if (word != NULL && !is_order(word))
		return refuse(job, "USAGE", VERDICT_USAGE, "That is no order's number.",
			      "这不是订单号。");
	if (word == NULL && job->state.order[0] == '\0')
		return refuse(job, "NONE", VERDICT_LOST, "There is no order to pay.",
			      "没有需要付款的订单。");
	return pay(job, word != NULL ? word : job->state.order);
}
