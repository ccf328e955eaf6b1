/*
 * purchase_prepare.c - what is remembered of a purchase, before it is made; see purchase.h.
 *
 * An order of this sale that is held or paid is the end; one of an earlier sale, or that has
 * ended, is the beginning of another purchase.
 */
#include <stdio.h>
#include <string.h>

#include "buyer/purchase.h"

/*
 * Is the order that this machine remembers one of an earlier sale? A start that was moved before
 * the order was made is none.
 */
static bool is_earlier_sale(const struct job *job, const struct answer *order)
{
	char sale[STATE_WORD_BYTES];
	size_t epoch_size;

	job_name_sale(job, sale);
	epoch_size = strcspn(sale, ":") + 1;
	if (strcmp(sale, job->state.sale) == 0)
		return false;
	if (strncmp(sale, job->state.sale, epoch_size) != 0)
		return true;
	return order->says_success && order->created_ms < job->stock.starts_ms;
}

/* What is held must be paid, whatever else is bought: a note. */
static void look_back(struct job *job)
{
	char until[32];

	ui_note(job->ui, "HELD", "%s %s, %s %s",
		ui_text(job->ui,
			"You hold an order of an earlier sale:", "你还有上一场抢购的订单："),
		job->state.order, ui_text(job->ui, "to be paid before", "付款截止"),
		ui_clock(job->ui, job->state.pay_before_ms, until));
}

/* An order that this machine remembers: is it still ours, and of this sale? */
static enum verdict look_at_order(struct job *job, bool *is_ours)
{
	char path[SERVER_PATH_BYTES], until[32];
	struct http_ask ask = { .path = path };
	struct answer answer;
	bool is_held, is_earlier;

	snprintf(path, sizeof(path), "/orders/%s", job->state.order);
	if (!server_ask(job->http, &ask, &answer))
		return job_stopped(job);
	is_held = answer.says_success && strcmp(answer.state, "held") == 0;
	is_earlier = is_earlier_sale(job, &answer);
	if (is_earlier && is_held)
		look_back(job);
	if (is_earlier)
		return VERDICT_DONE;
	*is_ours = is_held || (answer.says_success && strcmp(answer.state, "paid") == 0);
	if (*is_ours && is_held)
		ui_result(job->ui, "ACCEPTED", "%s %s, %s %s",
			  ui_text(job->ui, "You have it already: order", "已经抢到：订单"),
			  job->state.order, ui_text(job->ui, "to be paid before", "付款截止"),
			  ui_clock(job->ui, job->state.pay_before_ms, until));
	else if (*is_ours)
		ui_result(job->ui, "PAID", "%s %s",
			  ui_text(job->ui,
				  "You have it already, and paid (--again buys more): order",
				  "已经抢到并付款（再买请加 --again）：订单"),
			  job->state.order);
	if (*is_ours || answer.says_success || strcmp(answer.reason, "NO_ORDER") == 0)
		return VERDICT_DONE;
	ui_result(job->ui, answer.reason, "%s %s: %s", ui_text(job->ui, "order", "订单"),
		  job->state.order, answer_line(&answer, ui_is_chinese(job->ui)));
	return answer.class == REASONS_LOGIN ? VERDICT_LOGIN : VERDICT_AWAY;
}

/* The key for the next attempt. */
static enum verdict prepare_key(struct job *job, bool order_has_ended)
{
	struct state *state = &job->state;
	char sale[STATE_WORD_BYTES];
	bool is_other;

	job_name_sale(job, sale);
	is_other = strcmp(sale, state->sale) != 0 || state->units != job->options->units;
	if (state_is_pending(state) && state->units != job->options->units) {
		ui_result(job->ui, "PENDING", "%s %lld",
			  ui_text(job->ui,
				  "A purchase with other units is pending; learn of it first with "
				  "--units",
				  "有一次不同数量的购买结果未知；请先查询，加上 --units"),
			  (long long)state->units);
		return VERDICT_UNKNOWN;
	}
	if (state->key[0] == '\0' || order_has_ended ||
	    (!state_is_pending(state) && (is_other || job->options->again)))
		state_begin(state, sale, job->options->units);
	return job_save(job) ? VERDICT_DONE : VERDICT_USAGE;
}

enum verdict purchase_prepare(struct job *job, bool *is_ours)
{
	enum verdict verdict = VERDICT_DONE;
	bool has_order = job->state.order[0] != '\0';

	*is_ours = false;
	if (has_order && !job->options->again)
		verdict = look_at_order(job, is_ours);
	if (verdict != VERDICT_DONE || *is_ours)
		return verdict;
	return prepare_key(job, has_order);
}
