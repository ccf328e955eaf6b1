/*
 * reasons.c - every word with which Penstock answers; see reasons.h.
 */
#include "buyer/reasons.h"

#include <string.h>

static const struct reason table[] = {
	{ "ACCEPTED", REASONS_WON, 0, "You have it.", "抢到了！" },
	{ "REPEATED", REASONS_WON, -1, "You have it: an earlier attempt had been accepted.",
	  "抢到了：之前的一次请求已经成功。" },
	{ "SOLD_OUT", REASONS_FINAL, 60074, "Not won: sold out.", "没抢到：已售罄。" },
	{ "HELD", REASONS_AGAIN, -1,
	  "All units are held by others; some may come back if they are not paid for.",
	  "已被抢光，但有未付款的订单，可能会退回。" },
	{ "LIMIT", REASONS_FINAL, -1, "Not won: more units than an order or a buyer may have.",
	  "没抢到：超过每单或每人限购数量。" },
	{ "PAUSED", REASONS_AGAIN, -1, "The shop has paused the sale.", "商家暂停了抢购。" },
	{ "ENDED", REASONS_FINAL, -1, "Too late: the sale is over.", "来晚了：抢购已经结束。" },
	{ "NOT_STARTED", REASONS_EARLY, -1, "The sale has not begun.", "抢购还没有开始。" },
	{ "CONFLICT", REASONS_FINAL, -1,
	  "This purchase's key was used for other units or another buyer.",
	  "此次购买的键已用于另一数量或另一用户。" },
	{ "NO_ITEM", REASONS_FINAL, -1, "The shop has no such item.", "商家没有这个商品。" },
	{ "NO_REGION", REASONS_FINAL, -1, "Not won: no stock in your region.",
	  "没抢到：所在地区无货。" },
	{ "BAD_REQUEST", REASONS_FINAL, -1, "The server did not understand the request.",
	  "服务器看不懂这个请求。" },
	{ "BUSY", REASONS_AGAIN, 90013, "The server is busy; trying again.",
	  "系统繁忙，稍后重试。" },
	{ "BACKLOG", REASONS_AGAIN, -1, "The server is catching up; trying again.",
	  "系统处理积压中，稍后重试。" },
	{ "UNKNOWN", REASONS_UNKNOWN, -1, "The outcome is not known yet; asking with the same key.",
	  "结果未知，用相同的键再问一次。" },
	{ "TOO_FAST", REASONS_FAST, 60017, "Asked too often; slowing down.",
	  "提交太快，放慢一点。" },
	{ "REFUSED", REASONS_AGAIN, 90008, "Refused by risk control before taking part.",
	  "被风控拦截，未能参与。" },
	{ "TOOK_PART", REASONS_UNKNOWN, -1, "You take part in the draw; waiting for it.",
	  "已参与抽签，等待开奖。" },
	{ "NOT_DRAWN", REASONS_AGAIN, 90016, "You took part in the draw, and did not win.",
	  "参与了抽签，没有抽中。" },
	{ "NOT_RESERVED", REASONS_FINAL, -1, "Not won: this sale is for those who reserved.",
	  "没抢到：需要先预约。" },
	{ "NO_TOKEN", REASONS_LOGIN, -1, "Log in first: this item is sold to known buyers only.",
	  "请先登录：此商品只卖给已登录用户。" },
	{ "BAD_TOKEN", REASONS_LOGIN, -1, "The token is not good any more; log in again.",
	  "登录已失效，请重新登录。" },
	{ "OTHER_USER", REASONS_LOGIN, -1, "The token is another user's.", "令牌属于另一个用户。" },
	{ "FORBIDDEN", REASONS_FINAL, -1, "The server does not allow that.",
	  "服务器不允许这样做。" },
	{ "NOT_FOUND", REASONS_FINAL, -1, "The server has no such page.", "服务器没有这个页面。" },
	{ "RESERVED", REASONS_STATE, -1, "Reserved.", "预约成功。" },
	{ "ALREADY_RESERVED", REASONS_STATE, -1, "Reserved (it was already).", "已经预约过了。" },
	{ "RESERVE_NOT_OPEN", REASONS_STATE, -1, "Reservations have not begun.",
	  "预约还没有开始。" },
	{ "RESERVE_OVER", REASONS_STATE, -1, "Too late: reservations are over.",
	  "来晚了：预约已经结束。" },
	{ "RESERVE_FULL", REASONS_STATE, -1, "Too late: all reservations are taken.",
	  "来晚了：预约名额已满。" },
	{ "NO_ORDER", REASONS_STATE, -1, "There is no such order.", "没有这个订单。" },
	{ "PAID", REASONS_STATE, -1, "Paid: it is yours.", "付款成功。" },
	{ "DUE", REASONS_STATE, -1, "The order's time is over; the payment will be given back.",
	  "订单已失效，付款将退回。" },
};

enum { REASONS = sizeof(table) / sizeof(table[0]) };

const struct reason *reasons_find(const char *word)
{
	for (size_t i = 0; i < REASONS; i++) {
		if (strcmp(table[i].word, word) == 0)
			return &table[i];
	}
	return NULL;
}

const struct reason *reasons_find_number(int64_t number)
{
	for (size_t i = 0; number >= 0 && i < REASONS; i++) {
		if (table[i].number == number)
			return &table[i];
	}
	return NULL;
}

const char *reasons_line(const struct reason *reason, bool is_chinese)
{
	return is_chinese ? reason->chinese : reason->english;
}
