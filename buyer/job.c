/*
 * job.c - what all commands share; see job.h.
 */
#include "buyer/job.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "buyer/interrupt.h"

enum {
	RESYNC_US = 60000000, /* the clocks of two machines drift apart by a few ms in this time */
	RESYNC_SAMPLES = 4,
	SHOW_US = 1000000,
};

static enum verdict fault(const char *sentence)
{
	fprintf(stderr, "penstock-buyer: %s\n", sentence);
	return VERDICT_USAGE;
}

enum verdict job_open(struct job *job, const struct options *options)
{
	struct http_settings settings = {
		.server = options->server,
		.language = options->lang,
		.timeout_ms = options->timeout_ms,
	};
	char why[HTTP_WHY_BYTES];

	memset(job, 0, sizeof(*job));
	job->options = options;
	job->wake_fd = settings.wake_fd = interrupt_open();
	job->http = http_open(&settings, why);
	if (job->http == NULL) {
		fprintf(stderr, "penstock-buyer: --server %s\n", why);
		return VERDICT_USAGE;
	}
	if (!token_find(options, &job->token))
		return VERDICT_USAGE;
	if (job->token.user[0] != '\0' && options->user[0] != '\0' &&
	    strcmp(job->token.user, options->user) != 0)
		return fault("--user is not the token's user");
	http_set_token(job->http, job->token.text);
	job->ui = ui_open(options->log_dir, strcmp(options->lang, "zh") == 0, &job->sync);
	if (job->token.text[0] != '\0' && strncmp(options->server, "http://", 7) == 0 &&
	    strncmp(options->server + 7, "127.", 4) != 0 &&
	    strncmp(options->server + 7, "localhost", 9) != 0)
		ui_note(job->ui, "WARNING", "%s",
			ui_text(job->ui, "The token goes to the server unencrypted: use https.",
				"令牌将以明文发送：请使用 https。"));
	return VERDICT_DONE;
}

void job_close(struct job *job)
{
	state_close(job->file);
	token_wipe(&job->token);
	ui_close(job->ui);
	http_close(job->http);
	interrupt_close(job->wake_fd);
}

const char *job_user(const struct job *job)
{
	return job->token.user[0] != '\0' ? job->token.user : job->options->user;
}

const char *job_query(const struct job *job, char mark, char into[JOB_QUERY_BYTES])
{
	into[0] = '\0';
	if (job->token.text[0] == '\0' && job->options->user[0] != '\0')
		snprintf(into, JOB_QUERY_BYTES, "%cuser=%s", mark, job->options->user);
	return into;
}

/* What not meeting the server means. */
static enum verdict judge(struct job *job, enum server_seen seen, const char *why)
{
	if (seen == SERVER_SEEN)
		return VERDICT_DONE;
	if (seen == SERVER_STOPPED)
		return job_stopped(job);
	if (seen == SERVER_NONE) {
		ui_result(job->ui, "NO_ITEM", "%s",
			  ui_text(job->ui, "The shop has no such item.", "商家没有这个商品。"));
		return VERDICT_LOST;
	}
	if (seen == SERVER_STRANGE)
		ui_result(job->ui, "STRANGE", "%s %s: %s",
			  ui_text(job->ui,
				  "This is no server of Penstock:", "这不是 Penstock 服务器："),
			  job->options->server, why);
	else
		ui_result(job->ui, "AWAY", "%s %s: %s",
			  ui_text(job->ui, "The server cannot be reached:", "连不上服务器："),
			  job->options->server, why);
	return VERDICT_AWAY;
}

enum verdict job_meet(struct job *job)
{
	char why[SERVER_WHY_BYTES];
	enum verdict verdict;

	verdict = judge(
		job, server_sync(job->http, &job->sync, (int)job->options->samples, INT64_MAX, why),
		why);
	if (verdict != VERDICT_DONE)
		return verdict;
	ui_log(job->ui, "CLOCK", "round trip %.1f ms, jitter %.1f ms",
	       (double)job->sync.least_us / 1000, (double)job->sync.jitter_us / 1000);
	return judge(job, server_stock(job->http, job->options->item, &job->stock, why), why);
}

enum verdict job_open_state(struct job *job)
{
	char why[STATE_WHY_BYTES];

	job->file = state_open(job->options->state_dir, job->options->server, job->options->item,
			       job_user(job), &job->state, why);
	return job->file == NULL ? fault(why) : VERDICT_DONE;
}

enum verdict job_read_state(struct job *job)
{
	char why[STATE_WHY_BYTES];

	return state_read(job->options->state_dir, job->options->server, job->options->item,
			  job_user(job), &job->state, why)
		       ? VERDICT_DONE
		       : fault(why);
}

void job_name_sale(const struct job *job, char into[STATE_WORD_BYTES])
{
	snprintf(into, STATE_WORD_BYTES, "%lld:%lld", (long long)job->stock.epoch,
		 (long long)job->stock.starts_ms);
}

bool job_save(struct job *job)
{
	bool is_saved = state_save(job->file, &job->state);

	if (!is_saved)
		ui_note(job->ui, "WARNING", "%s: %s",
			ui_text(job->ui, "The state of the purchase cannot be written",
				"无法保存购买状态"),
			strerror(errno));
	return is_saved;
}

enum server_seen job_sync(struct job *job, int count, int64_t until_us)
{
	char why[SERVER_WHY_BYTES];
	struct clock_sync before = job->sync;
	enum server_seen seen = server_sync(job->http, &job->sync, count, until_us, why);

	if (seen != SERVER_SEEN || !clock_is_better(&job->sync, &before))
		job->sync = before;
	return seen;
}

/* Shows how long it is until then. */
static void show(struct job *job, int64_t left_us, const char *what)
{
	int64_t left_s = (left_us + SHOW_US - 1) / SHOW_US;

	ui_progress(job->ui, "%s: %lld:%02lld:%02lld", what, (long long)(left_s / 3600),
		    (long long)(left_s / 60 % 60), (long long)(left_s % 60));
}

bool job_wait(struct job *job, int64_t server_ms, const char *what)
{
	int64_t synced_us = http_now_us();

	for (;;) {
		int64_t now_us = http_now_us();
		int64_t end_us = clock_moment_us(&job->sync, server_ms);
		int64_t until_us = end_us;

		if (now_us >= end_us)
			return !interrupt_has_come(job->wake_fd);
		show(job, end_us - now_us, what);
		if (ui_has_terminal(job->ui) && until_us > now_us + SHOW_US)
			until_us = now_us + SHOW_US;
		if (until_us > synced_us + RESYNC_US)
			until_us = synced_us + RESYNC_US;
		if (http_turn(job->http, until_us) == HTTP_TURN_WOKEN)
			return false;
		if (http_now_us() - synced_us < RESYNC_US)
			continue;
		synced_us = http_now_us();
		if (job_sync(job, RESYNC_SAMPLES, end_us) == SERVER_STOPPED)
			return false;
	}
}

enum verdict job_stopped(struct job *job)
{
	struct ui *ui = job->ui;

	if (state_is_pending(&job->state))
		ui_result(
			ui, "STOPPED", "%s %s",
			ui_text(ui,
				"Stopped. The purchase is pending, there may be an order: run it "
				"again to learn, with the same key",
				"已停止。购买结果未知，可能已有订单：再次运行即可用相同的键查询："),
			job->state.key);
	else if (job->state.order[0] != '\0')
		ui_result(ui, "STOPPED", "%s %s",
			  ui_text(ui, "Stopped. You hold the order", "已停止。你已有订单"),
			  job->state.order);
	else
		ui_result(
			ui, "STOPPED", "%s",
			ui_text(ui, "Stopped. Nothing is pending.", "已停止。没有未完成的购买。"));
	return VERDICT_STOPPED;
}
