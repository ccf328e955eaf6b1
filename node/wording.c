/*
 * wording.c - the table; see wording.h.
 *
 * code and resultCode are the article's and the shop's; see docs/API.md for where each comes from.
 * Business answers are HTTP 200, so that nobody in between takes them for a failure.
 */
#include "node/wording.h"

#include <assert.h>
#include <stddef.h>

enum {
	NEVER = WORDING_NEVER,
	ANY_TIME = WORDING_ANY_TIME,
	TOLD = WORDING_TOLD,
	SOON = 1000,
};

#define BAD_TOKEN_WORDS "登录已失效，请重新登录", "the token is not valid here, or has expired"
#define DUE_WORDS "付款未成交，应退款", "it buys nothing and is to be given back"

/* clang-format off */

/* reason, code, resultCode, HTTP, when to ask again, Chinese, English */
static const struct wording outcomes[OUTCOMES] = {
	[OUTCOME_ACCEPTED] = { "ACCEPTED", 1, 0, 200, NEVER, { "抢票成功", "you have it" } },
	[OUTCOME_REPEATED] = { "REPEATED", 1, 0, 200, NEVER, { "抢票成功", "you have it" } },
	[OUTCOME_SOLD_OUT] = { "SOLD_OUT", -1, 60074, 200, NEVER, { "已售罄", "sold out" } },
	[OUTCOME_HELD] = { "HELD", -1, 60074, 200, TOLD,
		{ "已售罄", "sold out, unpaid units may return" } },
	[OUTCOME_LIMIT] = { "LIMIT", -1, 60074, 200, NEVER, { "超过限购数量", "over the limit" } },
	[OUTCOME_PAUSED] = { "PAUSED", -1, 90013, 200, ANY_TIME,
		{ "活动已暂停", "the sale is paused" } },
	[OUTCOME_ENDED] = { "ENDED", -1, 60074, 200, NEVER, { "活动已结束", "the sale has ended" } },
	[OUTCOME_NOT_STARTED] = { "NOT_STARTED", -1, 90009, 200, TOLD,
		{ "活动未开始", "not started yet" } },
	[OUTCOME_NOT_RESERVED] = { "NOT_RESERVED", -1, 60074, 200, NEVER,
		{ "未预约，不能购买", "not reserved, so it cannot be bought" } },
	[OUTCOME_TOOK_PART] = { "TOOK_PART", -1, 90009, 200, TOLD,
		{ "已参与抽签，等待开奖", "you take part in the draw" } },
	[OUTCOME_NOT_DRAWN] = { "NOT_DRAWN", -1, 90016, 200, ANY_TIME,
		{ "未抽中", "not drawn; unpaid units go to the next" } },
	[OUTCOME_REFUSED] = { "REFUSED", -1, 90008, 200, NEVER,
		{ "未通过风控，本次不参与", "refused by the risk rules" } },
	[OUTCOME_NO_TOKEN] = { "NO_TOKEN", -2, 60074, 401, NEVER,
		{ "请先登录", "log in: a token is needed" } },
	[OUTCOME_BAD_TOKEN] = { "BAD_TOKEN", -2, 60074, 401, NEVER, { BAD_TOKEN_WORDS } },
	[OUTCOME_OTHER_USER] = { "OTHER_USER", -2, 60074, 403, NEVER,
		{ "令牌属于其他用户", "the token is another user's" } },
	[OUTCOME_CONFLICT] = { "CONFLICT", -2, 60074, 422, NEVER,
		{ "该键已用于另一个请求", "this key belongs to another purchase" } },
	[OUTCOME_NO_ITEM] = { "NO_ITEM", -2, 60074, 404, NEVER,
		{ "没有该商品", "there is no such item" } },
	[OUTCOME_BAD_REQUEST] = { "BAD_REQUEST", -2, 60074, 400, NEVER,
		{ "请求有误", "bad request" } },
	[OUTCOME_BUSY] = { "BUSY", -2, 90013, 503, SOON,
		{ "系统繁忙，请重试", "busy, try again" } },
	[OUTCOME_BACKLOG] = { "BACKLOG", -2, 90013, 503, SOON,
		{ "订单积压，请稍后重试", "too many orders to write down, try again" } },
	[OUTCOME_UNKNOWN] = { "UNKNOWN", -2, 90013, 503, SOON,
		{ "结果未知，请用相同的键重试", "unknown, ask again with the same key" } },
};

static const struct wording replies[REPLIES] = {
	[REPLY_PAID] = { "PAID", 1, 0, 200, NEVER, { "支付成功", "paid" } },
	[REPLY_RETAKEN] = { "RETAKEN", 1, 0, 200, NEVER,
		{ "支付成功，逾期订单已恢复", "paid late, the units were taken again" } },
	[REPLY_REPEATED_PAID] = { "REPEATED", 1, 0, 200, NEVER, { "支付成功", "paid" } },
	[REPLY_REPEATED_DUE] = { "REPEATED", -1, 60074, 200, NEVER, { DUE_WORDS } },
	[REPLY_REPEATED_REFUNDED] = { "REPEATED", -1, 60074, 200, NEVER,
		{ "已退款", "it was given back" } },
	[REPLY_DUE] = { "DUE", -1, 60074, 200, NEVER, { DUE_WORDS } },
	[REPLY_WRONG_AMOUNT] = { "WRONG_AMOUNT", -2, 60074, 409, NEVER,
		{ "金额不符", "another amount is owed" } },
	[REPLY_CONFLICT] = { "CONFLICT", -2, 60074, 409, NEVER,
		{ "该交易号已用于另一笔付款", "this transaction belongs to another payment" } },
	[REPLY_CANCELLED] = { "CANCELLED", 1, 0, 200, NEVER, { "订单已取消", "cancelled" } },
	[REPLY_WAS_CANCELLED] = { "ALREADY", 1, 0, 200, NEVER, { "订单已取消", "cancelled before" } },
	[REPLY_NOT_HELD] = { "ALREADY", -1, 60074, 200, NEVER,
		{ "订单已不能取消", "it is not held any more" } },
	[REPLY_NO_ORDER] = { "NO_ORDER", -2, 60074, 404, NEVER,
		{ "没有该订单", "there is no such order" } },
	[REPLY_RESERVED] = { "RESERVED", 1, 0, 200, NEVER, { "预约成功", "reserved" } },
	[REPLY_ALREADY_RESERVED] = { "ALREADY_RESERVED", 1, 0, 200, NEVER,
		{ "已预约", "reserved before" } },
	[REPLY_NOT_RESERVED] = { "NOT_RESERVED", -1, 60074, 200, NEVER,
		{ "未预约", "not reserved" } },
	[REPLY_RESERVE_NOT_OPEN] = { "RESERVE_NOT_OPEN", -1, 90009, 200, TOLD,
		{ "预约未开始", "reserving has not begun" } },
	[REPLY_RESERVE_OVER] = { "RESERVE_OVER", -1, 60074, 200, NEVER,
		{ "预约已结束", "nothing can be reserved any more" } },
	[REPLY_RESERVE_FULL] = { "RESERVE_FULL", -1, 60074, 200, NEVER,
		{ "预约已满", "all reservations are taken" } },
	[REPLY_ALLOWED] = { "ALLOWED", 1, 0, 200, NEVER, { "已允许登录", "the device is let in" } },
	[REPLY_DENIED] = { "DENIED", 1, 0, 200, NEVER, { "已拒绝登录", "the device is refused" } },
	[REPLY_NO_CODE] = { "NO_CODE", -2, 60074, 404, NEVER,
		{ "没有该代码，或已过期", "there is no such code, or it has expired" } },
	[REPLY_TOO_MANY_GUESSES] = { "TOO_MANY_GUESSES", -2, 60017, 429, TOLD,
		{ "错误次数过多，请稍后再试", "too many wrong codes, try again later" } },
	[REPLY_NO_ITEM] = { "NO_ITEM", -2, 60074, 404, NEVER,
		{ "没有该商品", "there is no such item" } },
	[REPLY_BAD_REQUEST] = { "BAD_REQUEST", -2, 60074, 400, NEVER,
		{ "请求有误", "bad request" } },
	[REPLY_BAD_SIGNATURE] = { "BAD_SIGNATURE", -2, 60074, 401, NEVER,
		{ "签名无效", "bad signature" } },
	[REPLY_OLD_SIGNATURE] = { "OLD_SIGNATURE", -2, 60074, 401, NEVER,
		{ "签名已过期", "old signature" } },
	[REPLY_NO_TOKEN] = { "NO_TOKEN", -2, 60074, 401, NEVER,
		{ "请先登录", "log in: a token is needed" } },
	[REPLY_BAD_TOKEN] = { "BAD_TOKEN", -2, 60074, 401, NEVER, { BAD_TOKEN_WORDS } },
	[REPLY_OTHER_USER] = { "OTHER_USER", -2, 60074, 403, NEVER,
		{ "令牌属于其他用户", "the token is another user's" } },
	[REPLY_FORBIDDEN] = { "FORBIDDEN", -2, 60074, 403, NEVER, { "未启用", "not set up here" } },
	[REPLY_BUSY] = { "BUSY", -2, 90013, 503, SOON, { "系统繁忙，请重试", "busy, try again" } },
	[REPLY_UNKNOWN] = { "UNKNOWN", -2, 90013, 503, SOON,
		{ "结果未知，请再试", "unknown, ask again" } },
};

/* clang-format on */

const struct wording *wording_of_outcome(enum purchase_outcome outcome)
{
	assert(outcome < OUTCOMES);
	return &outcomes[outcome];
}

const struct wording *wording_of_reply(enum reply reply)
{
	assert(reply < REPLIES);
	return &replies[reply];
}

unsigned wording_retry_after_s(const struct wording *wording)
{
	return wording->retry_after_ms >= SOON ? (unsigned)wording->retry_after_ms / SOON : 0;
}

const char *wording_retry_member(const struct wording *wording)
{
	return wording->retry_after_ms == SOON ? ",\"retryAfterMs\":1000" : "";
}
