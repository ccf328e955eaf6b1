/*
 * status.c - `penstock-buyer status`: what the shop sells, and how this buyer stands.
 */
#include <stdio.h>
#include <string.h>

#include "buyer/commands.h"

/* The sale's times, as far as the server tells them. */
static void say_times(struct job *job)
{
	const struct server_stock *stock = &job->stock;
	struct ui *ui = job->ui;
	char from[32], to[32];

	if (stock->reserve != SERVER_RESERVE_NONE && stock->reserve_starts_ms > 0)
		ui_result(ui, "STATUS", "%s %s - %s", ui_text(ui, "reserve:", "预约："),
			  ui_clock(ui, stock->reserve_starts_ms, from),
			  stock->reserve_ends_ms ? ui_clock(ui, stock->reserve_ends_ms, to) : "");
	if (stock->draws_ms > 0)
		ui_result(ui, "STATUS", "%s %s", ui_text(ui, "draw:", "抽签："),
			  ui_clock(ui, stock->draws_ms, from));
	if (stock->starts_ms > 0)
		ui_result(ui, "STATUS", "%s %s - %s", ui_text(ui, "sale:", "抢购："),
			  ui_clock(ui, stock->starts_ms, from),
			  stock->ends_ms ? ui_clock(ui, stock->ends_ms, to) : "");
}

/* Has this buyer reserved? */
static enum verdict say_reservation(struct job *job)
{
	char path[SERVER_PATH_BYTES], query[JOB_QUERY_BYTES];
	struct http_ask ask = { .path = path };
	struct answer answer;

	if (job->stock.reserve == SERVER_RESERVE_NONE)
		return VERDICT_DONE;
	snprintf(path, sizeof(path), "/reservations/%s%s", job->options->item,
		 job_query(job, '?', query));
	if (!server_ask(job->http, &ask, &answer))
		return job_stopped(job);
	ui_result(job->ui, answer.reason, "%s %s", ui_text(job->ui, "reservation:", "预约："),
		  strcmp(answer.reason, "NOT_RESERVED") == 0
			  ? ui_text(job->ui, "none yet", "还没有预约")
			  : answer_line(&answer, ui_is_chinese(job->ui)));
	return VERDICT_DONE;
}

/* The order that the state knows. */
static enum verdict say_order(struct job *job)
{
	char path[SERVER_PATH_BYTES], until[32];
	struct http_ask ask = { .path = path };
	struct answer answer;

	snprintf(path, sizeof(path), "/orders/%s", job->state.order);
	if (!server_ask(job->http, &ask, &answer))
		return job_stopped(job);
	if (!answer.says_success)
		ui_result(job->ui, answer.reason, "%s %s: %s", ui_text(job->ui, "order", "订单"),
			  job->state.order, answer_line(&answer, ui_is_chinese(job->ui)));
	else if (strcmp(answer.state, "held") == 0)
		ui_result(job->ui, "HELD", "%s %s: %s %s", ui_text(job->ui, "order", "订单"),
			  job->state.order,
			  ui_text(job->ui, "yours, to be paid before", "已抢到，付款截止"),
			  ui_clock(job->ui, answer.pay_before_ms, until));
	else
		ui_result(job->ui, "STATUS", "%s %s: %s", ui_text(job->ui, "order", "订单"),
			  job->state.order, answer.state);
	return VERDICT_DONE;
}

static enum verdict say_purchase(struct job *job)
{
	struct ui *ui = job->ui;

	if (job->state.order[0] != '\0')
		return say_order(job);
	if (state_is_pending(&job->state))
		ui_result(ui, "PENDING", "%s %s",
			  ui_text(ui, "a purchase is pending; `rush` asks again with its key",
				  "有一次购买结果未知；运行 rush 用相同的键查询："),
			  job->state.key);
	else if (job->state.outcome[0] != '\0')
		ui_result(ui, job->state.outcome, "%s %s",
			  ui_text(ui, "the last attempt ended with", "上次结果："),
			  job->state.outcome);
	else
		ui_result(ui, "NONE", "%s",
			  ui_text(ui, "nothing was bought here yet", "还没有购买记录"));
	return VERDICT_DONE;
}

enum verdict status_run(struct job *job)
{
	const struct server_stock *stock = &job->stock;
	struct ui *ui = job->ui;
	enum verdict verdict = job_meet(job);

	if (verdict == VERDICT_DONE)
		verdict = job_read_state(job);
	if (verdict != VERDICT_DONE)
		return verdict;
	ui_result(ui, "STATUS", "%s: %s, %s %lld / %lld", job->options->item, stock->state,
		  ui_text(ui, "left", "剩余"), (long long)stock->left, (long long)stock->total);
	say_times(job);
	if (job_user(job)[0] != '\0')
		ui_result(ui, "STATUS", "%s %s", ui_text(ui, "buyer:", "买家："), job_user(job));
	verdict = say_reservation(job);
	return verdict == VERDICT_DONE ? say_purchase(job) : verdict;
}
