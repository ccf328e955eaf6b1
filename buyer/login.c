/*
 * login.c - the device flow; see login.h. `penstock-buyer login`.
 *
 * What the server sends is shown to a person, so it is looked at: the link is one of http or https
 * of plain bytes, the code short; a link to another site than the shop's is said to be one.
 */
#include "buyer/login.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buyer/commands.h"
#include "buyer/json.h"
#include "buyer/qr.h"

enum {
	CODE_BYTES = 256,
	LINK_BYTES = 512,
	FORM_BYTES = 512,
	INTERVAL_S = 5, /* RFC 8628, 3.2 and 3.5: the default, and what slow_down adds */
	INTERVAL_MOST_S = 60,
	EXPIRES_MOST_S = 1800,
	MARGIN_MS = 50, /* a moment too early is told to slow down */
};

static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
static const char of_links[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
			       "-._~:/?#[]@!$&'()*+,;=%";

struct grant {
	char device_code[CODE_BYTES], user_code[CODE_BYTES], link[LINK_BYTES];
	int64_t interval_s, expires_s;
};

static enum verdict refuse(struct job *job, const char *word, enum verdict verdict,
			   const char *english, const char *chinese)
{
	ui_result(job->ui, word, "%s", ui_text(job->ui, english, chinese));
	return verdict;
}

/* One POST of a form; *json (the caller's) is NULL unless it was answered with an object. */
static bool post(struct job *job, const char *path, const char *form, struct json **json,
		 int *status)
{
	const struct http_ask ask = { .path = path, .is_post = true, .form = form };
	struct http_answer answer;

	*json = NULL;
	if (!http_ask_now(job->http, &ask, &answer))
		return false;
	*status = answer.status;
	if (answer.fate == HTTP_ANSWERED && answer.is_json)
		*json = json_read(answer.body, answer.size);
	http_answer_clear(&answer);
	return true;
}

/* The link as it is shown: whole, or a path of the shop's own. */
static bool read_link(const struct job *job, const struct json *json, struct grant *grant)
{
	char link[LINK_BYTES];
	int size;

	if (!json_text(json, "verification_uri_complete", link, sizeof(link)) &&
	    !json_text(json, "verification_uri", link, sizeof(link)))
		return false;
	if (strspn(link, of_links) != strlen(link))
		return false;
	if (strncmp(link, "http://", 7) == 0 || strncmp(link, "https://", 8) == 0)
		size = snprintf(grant->link, sizeof(grant->link), "%s", link);
	else if (link[0] == '/' && link[1] != '/')
		size = snprintf(grant->link, sizeof(grant->link), "%s%s", job->options->server,
				link);
	else
		return false;
	return size > 0 && (size_t)size < sizeof(grant->link);
}

static int64_t within(int64_t value, int64_t least, int64_t most)
{
	return value < least ? least : value > most ? most : value;
}

static bool read_grant(const struct job *job, const struct json *json, struct grant *grant)
{
	memset(grant, 0, sizeof(*grant));
	grant->interval_s = within(json_number(json, "interval", INTERVAL_S), 1, INTERVAL_MOST_S);
	grant->expires_s = within(json_number(json, "expires_in", 600), 1, EXPIRES_MOST_S);
	return json_text(json, "device_code", grant->device_code, sizeof(grant->device_code)) &&
	       json_text(json, "user_code", grant->user_code, sizeof(grant->user_code)) &&
	       grant->device_code[0] != '\0' &&
	       strspn(grant->device_code, plain) == strlen(grant->device_code) &&
	       read_link(job, json, grant);
}

static void show(struct job *job, const struct grant *grant)
{
	size_t size = strlen(job->options->server);

	if (strncmp(grant->link, job->options->server, size) != 0 || grant->link[size] != '/')
		ui_note(job->ui, "WARNING", "%s",
			ui_text(job->ui, "This link leads to another site than the shop's:",
				"注意：这个链接不属于商家："));
	if (isatty(STDOUT_FILENO) == 1 && !qr_print(stdout, grant->link))
		ui_log(job->ui, "WARNING", "no QR code for the link");
	ui_result(job->ui, "LOGIN", "%s %s", ui_text(job->ui, "Open", "请打开"), grant->link);
	ui_result(job->ui, "LOGIN", "%s %.40s",
		  ui_text(job->ui, "and confirm the code", "并确认代码"), grant->user_code);
}

/* The token is there. */
static enum verdict take(struct job *job, const struct json *json)
{
	char text[TOKEN_BYTES], until[32];
	bool is_token = json_text(json, "access_token", text, sizeof(text)) &&
			token_take(text, &job->token);

	explicit_bzero(text, sizeof(text));
	if (!is_token)
		return refuse(job, "STRANGE", VERDICT_LOGIN,
			      "The server sent something else than a token.",
			      "服务器返回的不是令牌。");
	if (!token_keep(job->options, &job->token)) {
		ui_result(job->ui, "WARNING", "%s: %s", job->options->token_file, strerror(errno));
		return VERDICT_USAGE;
	}
	http_set_token(job->http, job->token.text);
	ui_result(job->ui, "LOGIN", "%s %s, %s %s", ui_text(job->ui, "Logged in as", "已登录："),
		  job->token.user, ui_text(job->ui, "until", "有效期至"),
		  ui_clock(job->ui, job->token.expires_s * 1000, until));
	return VERDICT_DONE;
}

/* Asks until it is confirmed. */
static enum verdict poll(struct job *job, const struct grant *grant)
{
	int64_t end_ms = ui_now_ms(job->ui) + grant->expires_s * 1000;
	int64_t interval_s = grant->interval_s;
	const char *what = ui_text(job->ui, "waiting for you", "等待确认");
	char form[FORM_BYTES], error[64];

	snprintf(form, sizeof(form),
		 "grant_type=urn:ietf:params:oauth:grant-type:device_code&client_id=penstock-buyer&"
		 "device_code=%s",
		 grant->device_code);
	while (ui_now_ms(job->ui) < end_ms) {
		enum verdict verdict = VERDICT_DONE;
		struct json *json;
		int status = 0;

		if (!job_wait(job, ui_now_ms(job->ui) + interval_s * 1000 + MARGIN_MS, what) ||
		    !post(job, "/device/token", form, &json, &status))
			return job_stopped(job);
		(void)json_text(json, "error", error, sizeof(error));
		if (strcmp(error, "slow_down") == 0)
			interval_s = within(json_number(json, "interval", interval_s + INTERVAL_S),
					    interval_s, INTERVAL_MOST_S);
		if (status == 200 && json != NULL)
			verdict = take(job, json);
		json_close(json);
		if (status == 200 && json != NULL)
			return verdict;
		if (strcmp(error, "access_denied") == 0)
			return refuse(job, "DENIED", VERDICT_LOGIN, "You did not confirm it.",
				      "您拒绝了登录。");
		if (strcmp(error, "expired_token") == 0 || strcmp(error, "invalid_grant") == 0)
			break;
	}
	return refuse(job, "EXPIRED", VERDICT_LOGIN, "Nobody confirmed it in time.",
		      "没有在有效时间内确认。");
}

enum verdict login_make(struct job *job)
{
	struct grant grant;
	struct json *json;
	int status = 0;
	bool is_grant;

	http_set_token(job->http, ""); /* one that is old would be refused */
	if (!post(job, "/device/code", "client_id=penstock-buyer", &json, &status))
		return job_stopped(job);
	is_grant = status == 200 && read_grant(job, json, &grant);
	json_close(json);
	if (!is_grant)
		return refuse(
			job, "NO_LOGIN", VERDICT_LOGIN,
			"This shop has no login by a page: ask it for a token, and put it into the "
			"file of settings (token = ...).",
			"此商家不支持网页登录：请向商家索取令牌，写入配置文件（token = ...）。");
	show(job, &grant);
	return poll(job, &grant);
}

enum verdict login_run(struct job *job)
{
	enum verdict verdict = job_meet(job);

	if (verdict != VERDICT_DONE)
		return verdict;
	if (job->options->token[0] != '\0')
		return refuse(job, "LOGIN", VERDICT_DONE,
			      "The file of settings has a token; login is not needed.",
			      "配置文件中已有令牌，无需登录。");
	return login_make(job);
}
