/*
 * rehearse.c - `penstock-buyer rehearse`: would it fire in time, and is everything else ready?
 *
 * Measured are the server's clock against this machine's (both of them), the round trip and its
 * jitter over a kept connection, and how late this machine wakes. The expected error of the fire is
 * the part of the round trip that cannot be known (half of what is beyond the least) and the
 * machine's lateness.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "buyer/commands.h"
#include "buyer/interrupt.h"
#include "buyer/purchase.h"

enum {
	SAMPLES = 24,
	NAPS = 20,
	NAP_US = 7300,
	GOOD_US = 5000, /* "within 5 ms of the start" */
};

static double ms(int64_t us)
{
	return (double)us / 1000;
}

/* How late this machine wakes at worst, of NAPS; -1: a signal came. */
static int64_t worst_wake_us(struct job *job)
{
	int64_t worst_us = 0;

	for (int i = 0; i < NAPS; i++) {
		int64_t until_us = http_now_us() + NAP_US;
		int64_t late_us;

		if (http_turn(job->http, until_us) == HTTP_TURN_WOKEN)
			return -1;
		late_us = http_now_us() - until_us;
		if (late_us > worst_us)
			worst_us = late_us;
	}
	return worst_us;
}

/* This machine's wall clock minus the server's; it is told and not used. */
static int64_t wall_error_us(const struct job *job)
{
	struct timespec wall;

	clock_gettime(CLOCK_REALTIME, &wall);
	return (int64_t)wall.tv_sec * 1000000 + wall.tv_nsec / 1000 -
	       clock_server_us(&job->sync, http_now_us());
}

static void say_numbers(struct job *job, int64_t wake_us)
{
	const struct clock_sync *sync = &job->sync;
	struct ui *ui = job->ui;

	ui_result(ui, "REHEARSE", "%s %.1f / %.1f / %.1f ms, %s %.1f ms",
		  ui_text(ui, "round trip (least, median, most):", "往返（最小、中位、最大）："),
		  ms(sync->least_us), ms(sync->median_us), ms(sync->most_us),
		  ui_text(ui, "jitter", "抖动"), ms(sync->jitter_us));
	ui_result(ui, "REHEARSE", "%s %+.1f ms %s", ui_text(ui, "this clock is", "本机时钟偏差"),
		  ms(wall_error_us(job)),
		  ui_text(ui, "off the server's (it is not used)", "（不影响抢购）"));
	ui_result(ui, "REHEARSE", "%s %.1f ms",
		  ui_text(ui, "this machine wakes late by at most", "本机唤醒最大延迟"),
		  ms(wake_us));
}

/* What stands in the way; how many things. */
static int say_obstacles(struct job *job)
{
	const struct server_stock *stock = &job->stock;
	struct ui *ui = job->ui;
	int64_t now_ms = ui_now_ms(ui), most;
	int found = 0;

	most = stock->max_units != 0 ? stock->max_units : stock->limit_units;
	if (most != 0 && job->options->units > most && ++found)
		ui_result(ui, "LIMIT", "%s %lld",
			  ui_text(ui, "not ready: units in one order, at most", "未就绪：每单最多"),
			  (long long)most);
	if (stock->wants_token && job->token.text[0] == '\0' && ++found)
		ui_result(ui, "NO_TOKEN", "%s",
			  ui_text(ui, "not ready: log in first", "未就绪：请先登录"));
	if (job->token.text[0] != '\0' && purchase_needs_login(job) && ++found)
		ui_result(ui, "BAD_TOKEN", "%s",
			  ui_text(ui, "not ready: the token has expired, or will before the start",
				  "未就绪：登录已过期，或在开抢前过期"));
	if ((strcmp(stock->state, "closed") == 0 ||
	     (stock->ends_ms != 0 && stock->ends_ms <= now_ms)) &&
	    ++found)
		ui_result(ui, "ENDED", "%s",
			  ui_text(ui, "not ready: the sale is over", "未就绪：抢购已结束"));
	return found;
}

enum verdict rehearse_run(struct job *job)
{
	struct ui *ui = job->ui;
	enum verdict verdict = job_meet(job);
	char why[SERVER_WHY_BYTES];
	int64_t wake_us, error_us;
	int obstacles;

	if (verdict != VERDICT_DONE)
		return verdict;
	wake_us = worst_wake_us(job);
	if (wake_us < 0 ||
	    server_sync(job->http, &job->sync, SAMPLES, INT64_MAX, why) == SERVER_STOPPED)
		return job_stopped(job);
	say_numbers(job, wake_us);
	obstacles = say_obstacles(job);
	error_us = job->sync.jitter_us / 2 + wake_us;
	ui_result(ui, error_us <= GOOD_US && obstacles == 0 ? "READY" : "NOT_READY", "%s %.1f ms%s",
		  ui_text(ui, "it would fire within", "预计开抢误差"), ms(error_us),
		  error_us > GOOD_US
			  ? ui_text(ui, ": more than 5 ms, look for a quieter network or machine",
				    "：超过 5 毫秒，请换更稳定的网络或机器")
		  : obstacles == 0 ? ui_text(ui, ": ready", "：就绪")
				   : "");
	return error_us <= GOOD_US && obstacles == 0 ? VERDICT_DONE : VERDICT_LOST;
}
