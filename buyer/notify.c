/*
 * notify.c - one notification a kind; see notify.h.
 */
#include "buyer/notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buyer/json.h"
#include "common/courier.h"

enum { TRIES = 3, PAUSE_US = 400000, TIMEOUT_MS = 5000, TEXT_BYTES = 600 };

struct notice {
	const char *kind, *outcome;
	char id[STATE_WORD_BYTES + 16];
	char title[TEXT_BYTES], text[TEXT_BYTES];
};

static bool *told_flag(struct job *job, enum notify_kind kind)
{
	if (kind == NOTIFY_RESERVATION)
		return &job->state.told_reserved;
	return kind == NOTIFY_RESULT ? &job->state.told_result : &job->state.told_reminder;
}

/* The result stands in the title. */
static void write_notice(const struct job *job, enum notify_kind kind, const char *outcome,
			 const char *line, struct notice *notice)
{
	static const char *const kinds[] = { "reservation", "result", "reminder" };
	const struct state *state = &job->state;
	char until[32];

	notice->kind = kinds[kind];
	notice->outcome = outcome;
	snprintf(notice->id, sizeof(notice->id), "%s-%s", state->key, kinds[kind]);
	snprintf(notice->title, sizeof(notice->title), "%s: %s", job->options->item, line);
	if (state->order[0] != '\0' && kind != NOTIFY_RESERVATION)
		snprintf(notice->text, sizeof(notice->text), "%s %s %s, %s %s. %s", line,
			 ui_text(job->ui, "Order", "订单"), state->order,
			 ui_text(job->ui, "to be paid before", "付款截止"),
			 ui_clock(job->ui, state->pay_before_ms, until), job->options->server);
	else
		snprintf(notice->text, sizeof(notice->text), "%s %s", line, job->options->server);
}

static char *write_json(const struct job *job, const struct notice *notice)
{
	struct json *json = json_open();
	char *text;

	json_put_text(json, "id", notice->id);
	json_put_text(json, "kind", notice->kind);
	json_put_text(json, "outcome", notice->outcome);
	json_put_text(json, "title", notice->title);
	json_put_text(json, "text", notice->text);
	json_put_text(json, "item", job->options->item);
	json_put_text(json, "user", job_user(job));
	json_put_number(json, "units", job->options->units);
	if (job->state.order[0] != '\0') {
		json_put_text(json, "orderId", job->state.order);
		json_put_number(json, "payBefore", job->state.pay_before_ms);
	}
	json_put_number(json, "at", ui_now_ms(job->ui));
	text = json_print(json);
	json_close(json);
	return text;
}

static bool post(const struct job *job, const struct notice *notice, char why[COURIER_WHY_BYTES])
{
	char *json = write_json(job, notice);
	bool is_done = courier_post(job->options->notify_webhook, json, TIMEOUT_MS, why);

	free(json);
	return is_done;
}

static bool mail(const struct job *job, const struct notice *notice, char why[COURIER_WHY_BYTES])
{
	const struct options *options = job->options;
	const struct courier_mail to = {
		.url = options->smtp_url,
		.from = options->smtp_from,
		.to = options->smtp_to,
		.user = options->smtp_user,
		.password = options->smtp_password,
	};

	return courier_send(&to, notice->id, notice->title, notice->text, TIMEOUT_MS, why);
}

/* Tries it three times; false: in vain, which is told. */
static bool insist(struct job *job, const struct notice *notice,
		   bool (*send)(const struct job *, const struct notice *, char *why))
{
	char why[COURIER_WHY_BYTES] = "";

	for (int i = 0; i < TRIES; i++) {
		if (i > 0 && http_turn(job->http, http_now_us() + PAUSE_US * i) == HTTP_TURN_WOKEN)
			break;
		if (send(job, notice, why))
			return true;
	}
	ui_note(job->ui, "WARNING", "%s: %s",
		ui_text(job->ui, "the notification could not be delivered", "通知发送失败"), why);
	return false;
}

void notify_send(struct job *job, enum notify_kind kind, const char *outcome, const char *line,
		 bool is_final)
{
	bool has_webhook = job->options->notify_webhook[0] != '\0';
	bool has_mail = job->options->smtp_url[0] != '\0';
	bool *told = told_flag(job, kind);
	struct notice notice;
	bool was_told;

	if (*told || (!has_webhook && !has_mail))
		return;
	write_notice(job, kind, outcome, line, &notice);
	was_told = has_webhook && insist(job, &notice, post);
	was_told = (has_mail && insist(job, &notice, mail)) || was_told;
	if (!was_told || !is_final)
		return;
	*told = true;
	job_save(job);
	ui_log(job->ui, "TOLD", "%s: %s", notice.kind, outcome);
}
