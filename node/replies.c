/*
 * replies.c - the table, and the one place that writes from it; see replies.h.
 */
#include "node/replies.h"

#include <stdarg.h>
#include <stdio.h>

enum { RETRY_AFTER_S = 1, TEXT_BYTES = 1024, MORE_BYTES = 512 };

/*
 * As in answers.c: code and resultCode are the article's and the shop's. Business answers are HTTP
 * 200, so that nobody in between takes them for a failure.
 */
static const struct {
	const char *word;
	int code, result_code;
	unsigned status;
	const char *message[ANSWERS_LANGUAGES];
} table[REPLIES] = {
	[REPLY_PAID] = { "PAID", 1, 0, 200, { "支付成功", "paid" } },
	[REPLY_RETAKEN] = { "RETAKEN",
			    1,
			    0,
			    200,
			    { "支付成功，逾期订单已恢复",
			      "paid late, the units were taken again" } },
	[REPLY_REPEATED_PAID] = { "REPEATED", 1, 0, 200, { "支付成功", "paid" } },
	[REPLY_REPEATED_DUE] = { "REPEATED",
				 -1,
				 60074,
				 200,
				 { "付款未成交，应退款",
				   "it buys nothing and is to be given back" } },
	[REPLY_REPEATED_REFUNDED] = { "REPEATED",
				      -1,
				      60074,
				      200,
				      { "已退款", "it was given back" } },
	[REPLY_DUE] = { "DUE",
			-1,
			60074,
			200,
			{ "付款未成交，应退款", "it buys nothing and is to be given back" } },
	[REPLY_WRONG_AMOUNT] = { "WRONG_AMOUNT",
				 -2,
				 60074,
				 409,
				 { "金额不符", "another amount is owed" } },
	[REPLY_CONFLICT] = { "CONFLICT",
			     -2,
			     60074,
			     409,
			     { "该交易号已用于另一笔付款",
			       "this transaction belongs to another payment" } },
	[REPLY_CANCELLED] = { "CANCELLED", 1, 0, 200, { "订单已取消", "cancelled" } },
	[REPLY_WAS_CANCELLED] = { "ALREADY", 1, 0, 200, { "订单已取消", "cancelled before" } },
	[REPLY_NOT_HELD] = { "ALREADY",
			     -1,
			     60074,
			     200,
			     { "订单已不能取消", "it is not held any more" } },
	[REPLY_NO_ORDER] = { "NO_ORDER",
			     -2,
			     60074,
			     404,
			     { "没有该订单", "there is no such order" } },
	[REPLY_BAD_REQUEST] = { "BAD_REQUEST", -2, 60074, 400, { "请求有误", "bad request" } },
	[REPLY_BAD_SIGNATURE] = { "BAD_SIGNATURE",
				  -2,
				  60074,
				  401,
				  { "签名无效", "bad signature" } },
	[REPLY_OLD_SIGNATURE] = { "OLD_SIGNATURE",
				  -2,
				  60074,
				  401,
				  { "签名已过期", "old signature" } },
	[REPLY_BAD_TOKEN] = { "BAD_TOKEN",
			      -2,
			      60074,
			      401,
			      { "登录已失效，请重新登录",
				"the token is not valid here, or has expired" } },
	[REPLY_FORBIDDEN] = { "FORBIDDEN", -2, 60074, 403, { "未启用", "not set up here" } },
	[REPLY_BUSY] = { "BUSY", -2, 90013, 503, { "系统繁忙，请重试", "busy, try again" } },
	[REPLY_UNKNOWN] = { "UNKNOWN",
			    -2,
			    90013,
			    503,
			    { "结果未知，请再试", "unknown, ask again" } },
};

/* A reply of our own to add headers to; `more` are further members. */
static struct http_reply *replies_make(enum reply reply, unsigned status,
				       enum answers_language language, const char *more)
{
	char text[TEXT_BYTES];
	bool retry = table[reply].status == 503;
	int size = snprintf(text, sizeof(text),
			    "{\"code\":%d,\"msg\":\"%s\",\"success\":%s,\"resultCode\":%d,"
			    "\"reason\":\"%s\",\"retryable\":%s%s}\n",
			    table[reply].code, table[reply].message[language],
			    table[reply].code == 1 ? "true" : "false", table[reply].result_code,
			    table[reply].word, retry ? "true" : "false", more);

	return http_reply_make(status, text, (size_t)size, retry ? RETRY_AFTER_S : 0);
}

static void replies_send(struct http_request *request, struct http_reply *reply)
{
	http_answer_shared(request, reply);
	http_reply_drop(reply);
}

void replies_give(struct http_request *request, enum answers_language language, enum reply reply)
{
	replies_send(request, replies_make(reply, table[reply].status, language, ""));
}

void replies_give_more(struct http_request *request, enum answers_language language,
		       enum reply reply, const char *format, ...)
{
	char more[MORE_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(more, sizeof(more), format, args);
	va_end(args);
	replies_send(request, replies_make(reply, table[reply].status, language, more));
}

void replies_give_error(struct http_request *request, enum answers_language language,
			unsigned status, const char *error)
{
	char more[MORE_BYTES];

	snprintf(more, sizeof(more), ",\"error\":\"%s\"", error);
	replies_send(request, replies_make(REPLY_BAD_REQUEST, status, language, more));
}

void replies_give_method(struct http_request *request, enum answers_language language,
			 const char *allow)
{
	char more[MORE_BYTES];

	snprintf(more, sizeof(more), ",\"error\":\"use %s\"", allow);
	struct http_reply *reply = replies_make(REPLY_BAD_REQUEST, 405, language, more);
	http_reply_add(reply, "Allow", allow);
	replies_send(request, reply);
}

void replies_give_ledger(struct http_request *request, enum answers_language language,
			 const char *number)
{
	char path[128];
	struct http_reply *reply = replies_make(REPLY_BUSY, table[REPLY_BUSY].status, language,
						",\"error\":\"only the ledger has it\"");

	snprintf(path, sizeof(path), "/-/ledger/orders/%s", number);
	http_reply_add(reply, "X-Accel-Redirect", path);
	replies_send(request, reply);
}
