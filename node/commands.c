/*
 * commands.c - the token, the command, and what item.lua said; see commands.h.
 */
#include "node/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/log.h"
#include "common/seal.h"
#include "common/xmalloc.h"
#include "node/body.h"

struct commands {
	char token[COMMANDS_TOKEN_BYTES]; /* zeros behind it */
	struct catalog *catalog;
	struct errands *errands;
};

enum commands_reply {
	COMMANDS_DONE,
	COMMANDS_CLOSED,
	COMMANDS_BELOW_SOLD,
	COMMANDS_CHANGED,
	COMMANDS_NO_ITEM,
	COMMANDS_NO_TOKEN,
	COMMANDS_BAD_TOKEN,
	COMMANDS_FORBIDDEN,
	COMMANDS_BAD_REQUEST,
	COMMANDS_BUSY,
	COMMANDS_UNKNOWN,
	COMMANDS_REPLIES,
};

static const struct {
	const char *reason;
	int code;
	unsigned status;
	const char *message[ANSWERS_LANGUAGES];
} replies[COMMANDS_REPLIES] = {
	[COMMANDS_DONE] = { "DONE", 1, 200, { "已执行", "done" } },
	[COMMANDS_CLOSED] = { "CLOSED", -1, 409, { "商品已关闭", "the item is closed for good" } },
	[COMMANDS_BELOW_SOLD] = { "BELOW_SOLD", -1, 409, { "少于已售数量", "less than is sold" } },
	[COMMANDS_CHANGED] = { "CHANGED",
			       -1,
			       409,
			       { "总量已变，请再看一眼", "the total was changed meanwhile" } },
	[COMMANDS_NO_ITEM] = { "NO_ITEM", -2, 404, { "没有该商品", "there is no such item" } },
	[COMMANDS_NO_TOKEN] = { "NO_TOKEN",
				-2,
				401,
				{ "需要运营令牌", "the operator's token is needed" } },
	[COMMANDS_BAD_TOKEN] = { "BAD_TOKEN", -2, 401, { "令牌无效", "bad token" } },
	[COMMANDS_FORBIDDEN] = { "FORBIDDEN", -2, 403, { "未启用", "not set up here" } },
	[COMMANDS_BAD_REQUEST] = { "BAD_REQUEST", -2, 400, { "请求有误", "bad request" } },
	[COMMANDS_BUSY] = { "BUSY", -2, 503, { "系统繁忙，请重试", "busy, try again" } },
	[COMMANDS_UNKNOWN] = { "UNKNOWN",
			       -2,
			       503,
			       { "结果未知，请先查看", "it may have been done: look first" } },
};

struct commands *commands_open(const char *token, struct catalog *catalog, struct errands *errands)
{
	struct commands *commands = xcalloc(1, sizeof(*commands));

	snprintf(commands->token, sizeof(commands->token), "%s", token);
	commands->catalog = catalog;
	commands->errands = errands;
	return commands;
}

void commands_close(struct commands *commands)
{
	if (!commands)
		return;
	explicit_bzero(commands->token, sizeof(commands->token));
	free(commands);
}

/* Answers; `more` are further members, each with a comma before it. */
static void commands_answer(struct http_request *request, enum answers_language language,
			    enum commands_reply reply, unsigned status, const char *more)
{
	char text[768];
	bool retry = replies[reply].status == 503;
	int size = snprintf(text, sizeof(text),
			    "{\"code\":%d,\"msg\":\"%s\",\"success\":%s,\"reason\":\"%s\","
			    "\"retryable\":%s%s}\n",
			    replies[reply].code, replies[reply].message[language],
			    replies[reply].code == 1 ? "true" : "false", replies[reply].reason,
			    reply == COMMANDS_BUSY ? "true" : "false", more);
	struct http_reply *made = http_reply_make(status, text, (size_t)size, retry ? 1 : 0);

	if (status == 405)
		http_reply_add(made, "Allow", "POST");
	if (status == 401)
		http_reply_add(made, "WWW-Authenticate", "Bearer");
	http_answer_shared(request, made);
	http_reply_drop(made);
}

static void commands_give(struct http_request *request, enum answers_language language,
			  enum commands_reply reply)
{
	commands_answer(request, language, reply, replies[reply].status, "");
}

static void commands_give_error(struct http_request *request, enum answers_language language,
				unsigned status, const char *error)
{
	char more[256];

	snprintf(more, sizeof(more), ",\"error\":\"%s\"", error);
	commands_answer(request, language, COMMANDS_BAD_REQUEST, status, more);
}

/* -- what item.lua said ------------------------------------------------------------------------ */

/* Its news have been taken already: the item's view is the one after the command. */
static void commands_give_done(struct commands *commands, const struct errand *errand)
{
	const struct item *item =
		catalog_find(commands->catalog, errand->item, strlen(errand->item));
	char more[384] = "", id[HTTP_ID_BYTES];

	log_line(LOG_INFO, "item %s: %s %s, by the operator over HTTP (request %s)", errand->item,
		 errand->words[0], errand->words[1], http_request_id(errand->request, id));
	if (item)
		snprintf(more, sizeof(more),
			 ",\"data\":{\"item\":\"%s\",\"state\":\"%s\",\"total\":%" PRId64
			 ",\"left\":%" PRId64 ",\"held\":%" PRId64 ",\"paid\":%" PRId64 "}",
			 item->name, sale_state_word(item->view.state), item->view.total,
			 sale_left(&item->view), sale_held(&item->view), item->view.paid);
	commands_answer(errand->request, errand->language, COMMANDS_DONE, 200, more);
}

static void commands_on_end(void *owner, const struct errand *errand, enum errand_end end,
			    const struct store_word *words, size_t count)
{
	static const struct {
		const char *word;
		enum commands_reply reply;
	} meanings[] = {
		{ "STATE", COMMANDS_DONE },
		{ "RESTOCKED", COMMANDS_DONE },
		{ "CLOSED", COMMANDS_CLOSED },
		{ "BELOW_SOLD", COMMANDS_BELOW_SOLD },
		{ "CHANGED", COMMANDS_CHANGED },
		{ "NOITEM", COMMANDS_NO_ITEM },
		{ "BAD_VALUE", COMMANDS_BAD_REQUEST },
	};
	enum commands_reply reply = end == ERRAND_BUSY ? COMMANDS_BUSY : COMMANDS_UNKNOWN;
	char more[64] = "";

	for (size_t i = 0; end == ERRAND_TOLD && i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (store_word_is(words, meanings[i].word))
			reply = meanings[i].reply;
	}
	if (reply == COMMANDS_DONE) {
		commands_give_done(owner, errand);
		return;
	}
	if (count > 1 && (reply == COMMANDS_CHANGED || reply == COMMANDS_BELOW_SOLD))
		snprintf(more, sizeof(more), ",\"%s\":%" PRId64,
			 reply == COMMANDS_CHANGED ? "total" : "sold", words[1].number);
	commands_answer(errand->request, errand->language, reply, replies[reply].status, more);
}

/* -- requests ---------------------------------------------------------------------------------- */

/* DONE: it is the operator. */
static enum commands_reply commands_judge_token(const struct commands *commands,
						struct http_text field)
{
	char given[COMMANDS_TOKEN_BYTES] = "";

	if (!commands->token[0])
		return COMMANDS_FORBIDDEN;
	if (!field.at)
		return COMMANDS_NO_TOKEN;
	if (field.size < 7 || strncasecmp(field.at, "Bearer ", 7) != 0 ||
	    field.size - 7 >= sizeof(given))
		return COMMANDS_BAD_TOKEN;
	memcpy(given, field.at + 7, field.size - 7);
	bool is_same = seal_is_same(given, commands->token, sizeof(given));
	explicit_bzero(given, sizeof(given));
	return is_same ? COMMANDS_DONE : COMMANDS_BAD_TOKEN;
}

/* The words of item.lua for a command; NULL, or what is wrong with it. */
static const char *commands_read(const struct body_command *command, const struct item *item,
				 struct errand *errand)
{
	static const struct {
		const char *verb, *state;
	} verbs[] = { { "pause", "paused" }, { "resume", "open" }, { "close", "closed" } };

	if (strcmp(command->verb, "restock") == 0) {
		if (!command->units)
			return "restock needs units";
		strcpy(errand->words[0], "restock");
		snprintf(errand->words[1], ERRAND_WORD_BYTES, "+%" PRIu32, command->units);
		snprintf(errand->words[2], ERRAND_WORD_BYTES, "%" PRId64, item->view.total);
		return NULL;
	}
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(command->verb, verbs[i].verb) != 0)
			continue;
		if (command->units)
			return "units are for restock only";
		strcpy(errand->words[0], "state");
		strcpy(errand->words[1], verbs[i].state);
		return NULL;
	}
	return "do must be pause, resume, close or restock";
}

/* The token is right: what is wanted? */
static void commands_obey(struct commands *commands, struct http_request *request,
			  struct http_text name, struct errand *errand)
{
	struct body_command command;
	struct http_text body = http_request_body(request);
	const char *why = "an item is 1 to 32 of a-z 0-9 _ - and begins with a letter or digit";
	struct item *item;

	if (!keys_item_is_valid(name.at, name.size) ||
	    body_read_command(body.at, body.size, &command, &why) != BODY_GOOD) {
		commands_give_error(request, errand->language, 400, why);
		return;
	}
	item = catalog_find(commands->catalog, name.at, name.size);
	if (!item || item->standing != ITEM_ON) {
		bool is_absent = item && (item->standing == ITEM_ABSENT ||
					  (item->standing == ITEM_ASKED && item->was_absent));

		commands_give(request, errand->language,
			      is_absent ? COMMANDS_NO_ITEM : COMMANDS_BUSY);
		return;
	}
	why = commands_read(&command, item, errand);
	if (why) {
		commands_give_error(request, errand->language, 400, why);
		return;
	}
	memcpy(errand->item, name.at, name.size);
	errands_run(commands->errands, errand);
}

void commands_on_request(struct commands *commands, struct http_request *request,
			 struct http_text name)
{
	struct errand errand = {
		.request = request,
		.verb = ERRAND_ALTER,
		.language =
			answers_choose_language(http_request_field(request, HTTP_ACCEPT_LANGUAGE)),
		.on_end = commands_on_end,
		.owner = commands,
	};
	enum commands_reply may =
		commands_judge_token(commands, http_request_field(request, HTTP_AUTHORIZATION));

	if (may != COMMANDS_DONE)
		commands_give(request, errand.language, may);
	else if (http_request_fault(request) != HTTP_SOUND || http_request_is_doubled(request))
		commands_give_error(request, errand.language, 400,
				    "the body is too large or unclear");
	else if (http_request_method(request) != HTTP_POST)
		commands_give_error(request, errand.language, 405, "use POST");
	else
		commands_obey(commands, request, name, &errand);
}
