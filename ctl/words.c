/*
 * words.c - what a report says; see words.h.
 */
#include "ctl/words.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

static const char *const codes[LANGUAGES] = { "en", "zh" };

/* clang-format off */
static const char *const texts[WORDS][LANGUAGES] = {
	[WORD_TITLE] = { "Report of a sale", "销售报告" },
	[WORD_OPENED] = { "Opened", "开售" },
	[WORD_MADE] = { "report made", "报告生成于" },
	[WORD_AGREES] = { "Every count agrees", "所有数目一致" },
	[WORD_DISAGREES] = { "The counts do not agree", "数目不一致" },
	[WORD_AGREES_SAYS] = {
		"Nothing was oversold, nothing was lost: what buyers were told, what "
		"the ledger recorded and what the stock says are the same.",
		"没有超卖，没有丢单：买家得到的答复、账本的记录与库存三者一致。" },
	[WORD_TILE_SOLD] = { "Units sold", "已售件数" },
	[WORD_TILE_SOLD_SAYS] = { "of %1$s on sale", "共 %1$s 件在售" },
	[WORD_TILE_SELLOUT] = { "Sold out after", "售罄用时" },
	[WORD_TILE_SELLOUT_SAYS] = { "from the first order", "自第一笔订单起" },
	[WORD_TILE_NOT_SOLD_OUT] = { "never sold out", "未售罄" },
	[WORD_TILE_PEAK] = { "Busiest second", "最忙的一秒" },
	[WORD_TILE_PEAK_SAYS] = { "sales; %1$s answers", "笔成交；%1$s 次应答" },
	[WORD_TILE_REQUESTS] = { "Requests", "请求数" },
	[WORD_TILE_REQUESTS_SAYS] = { "%1$s for each unit", "每件 %1$s 次" },
	[WORD_TILE_LATENCY] = { "99 of 100 answered in", "99% 的应答快于" },
	[WORD_TILE_LATENCY_SAYS] = { "inside a node; half in %1$s", "节点内；半数 %1$s" },
	[WORD_TILE_PAID] = { "Units paid", "已付件数" },
	[WORD_TILE_PAID_SAYS] = { "%1$s held, %2$s sold again",
		"%1$s 件待付，%2$s 件再次售出" },
	[WORD_SALES] = { "Sales per second, by node", "各节点每秒成交数" },
	[WORD_SALES_SAYS] = {
		"Orders accepted until nothing was left for the first time, the nodes one above "
		"the other, in brackets their weights.",
		"首次售罄之前接受的订单，各节点自下而上叠加，括号内为权重。" },
	[WORD_SHARES] = {
		"Each node's share against its weight", "各节点份额与权重" },
	[WORD_SHARES_SAYS] = {
		"Of all requests and of all sales; the upright mark is what the "
		"weight says.",
		"占全部请求与全部成交的比例；竖线为权重应占的份额。" },
	[WORD_ANSWERS] = { "Answers per second", "每秒应答数" },
	[WORD_ANSWERS_SAYS] = {
		"Everything that buyers were told: sold below, not sold above.",
		"买家得到的全部应答：下为成交，上为未成交。" },
	[WORD_SELLOUT] = { "Selling out", "售罄过程" },
	[WORD_SELLOUT_SAYS] = {
		"Units left, from the first order until nothing was left.",
		"剩余件数，自第一笔订单至全部售出。" },
	[WORD_STOCK] = { "The stock over the sale's life", "整场销售的库存变化" },
	[WORD_STOCK_SAYS] = {
		"Paid, held and left, one above the other: together always the total.",
		"已付、待付与剩余逐层叠加，其和恒等于总数。" },
	[WORD_LATENCY] = { "How long buyers waited", "买家等待的时间" },
	[WORD_LATENCY_SAYS] = {
		"From a complete request to its answer, inside the node; percentiles "
		"of each moment, on a scale of powers of ten.",
		"节点内从收到完整请求到作答的时间；各时刻的百分位数，对数刻度。" },
	[WORD_REFUSALS] = { "Refusals, by reason", "拒绝的原因" },
	[WORD_REFUSALS_SAYS] = {
		"Why buyers were not sold anything. The longest bar is the most "
		"frequent reason.",
		"买家未能成交的原因，最长者最常见。" },
	[WORD_RETURNS] = { "Units granted and units returned", "售出与退回的件数" },
	[WORD_RETURNS_SAYS] = {
		"Above the line units that buyers got, below it those that came back "
		"and were on sale again.",
		"横线以上为买家所得，以下为退回并重新上架的件数。" },
	[WORD_ORDERS] = { "Orders, by state", "各状态的订单" },
	[WORD_ORDERS_SAYS] = { "As they were when the report was made.",
		"以报告生成之时为准。" },
	[WORD_CONSERVATION] = { "Conservation", "守恒" },
	[WORD_CONSERVATION_SAYS] = {
		"left + held + paid + outside = total, at every moment of the sale.",
		"剩余 + 待付 + 已付 + 外部 = 总数，销售的每一刻皆成立。" },
	[WORD_NOTES] = { "What this is made of", "数据来源" },
	[WORD_NOTE_LOG] = {
		"Stock, orders and times of the sale: the ledger's event log up to "
		"event %1$s, by Redis' clock. Order rows in SQL were each compared "
		"with it.",
		"库存、订单与销售时刻：账本的事件日志，至第 %1$s 号事件，以 Redis 时钟为"
		"准；SQL 中每一行订单均与之核对。" },
	[WORD_NOTE_LINES] = {
		"Requests, latency and nodes: %1$s lines in %2$s stat.log files, by "
		"the nodes' clocks. Percentiles are exact to 6.25 %%. What nginx "
		"refused by itself never reached a node and is not here.",
		"请求、延迟与节点：%2$s 个 stat.log 文件共 %1$s 行，以节点时钟为准。百分"
		"位数误差不超过 6.25%%。被 nginx 直接拒绝的请求未达节点，不在其内。" },
	[WORD_NOTE_NO_LINES] = {
		"No stat.log was given (--stat-log), so nothing is known of "
		"requests, latency and nodes.",
		"未提供 stat.log（--stat-log），因此没有请求、延迟与节点的数据。" },
	[WORD_NOTE_SKIPPED] = {
		"Lines passed over: %1$s bad, %2$s of other items, %3$s before the "
		"sale, %4$s with an impossible time.",
		"略过的行：损坏 %1$s，其他商品 %2$s，开售之前 %3$s，时间有误 %4$s。" },
	[WORD_NOTE_AHEAD] = {
		"%1$s sales were newer than what the ledger had recorded; they are "
		"in stat.log's figures alone.",
		"%1$s 笔成交晚于账本的记录，仅计入 stat.log 的数据。" },
	[WORD_NOTHING_SOLD] = { "Nothing was sold", "没有成交" },
	[WORD_NO_LINES] = { "No line of stat.log is about this sale",
		"stat.log 中没有本场销售的记录" },
	[WORD_NOTHING_REFUSED] = { "Nobody was refused", "没有人被拒绝" },
	[WORD_NO_STOCK] = { "There is nothing to show yet", "暂无可示" },
	[WORD_AXIS_ELAPSED] = { "time since %1$s UTC", "自 %1$s（UTC）起的时间" },
	[WORD_AXIS_SALES] = { "sales a second", "笔/秒" },
	[WORD_AXIS_ANSWERS] = { "answers a second", "次/秒" },
	[WORD_AXIS_UNITS] = { "units", "件" },
	[WORD_AXIS_UNITS_IN] = { "units in %1$s", "每 %1$s 的件数" },
	[WORD_MARK_SOLD_OUT] = { "sold out: %1$s", "售罄：%1$s" },
	[WORD_KEY_WEIGHT] = { "%1$s (%2$s)", "%1$s（%2$s）" },
	[WORD_KEY_SOLD] = { "sold", "成交" },
	[WORD_KEY_REFUSED] = { "not sold", "未成交" },
	[WORD_KEY_LEFT] = { "left", "剩余" },
	[WORD_KEY_HELD] = { "held", "待付" },
	[WORD_KEY_PAID] = { "paid", "已付" },
	[WORD_KEY_OUTSIDE] = { "outside", "外部" },
	[WORD_KEY_GRANTED] = { "granted", "售出" },
	[WORD_KEY_EXPIRED] = { "expired", "过期" },
	[WORD_KEY_CANCELLED] = { "cancelled", "取消" },
	[WORD_KEY_REFUNDED] = { "refunded", "退款" },
	[WORD_KEY_MEDIAN] = { "half", "半数" },
	[WORD_KEY_P90] = { "90 %", "90%" },
	[WORD_KEY_P99] = { "99 %", "99%" },
	[WORD_KEY_LONGEST] = { "the longest", "最长" },
	[WORD_KEY_BY_WEIGHT] = { "by weight", "按权重" },
	[WORD_BAR_REQUESTS] = { "requests", "请求" },
	[WORD_BAR_SALES] = { "sales", "成交" },
	[WORD_BAR_ORDERS] = { "%1$s orders, %2$s units", "%1$s 笔，%2$s 件" },
	[WORD_COL_NODE] = { "node", "节点" },
	[WORD_COL_WEIGHT] = { "weight", "权重" },
	[WORD_COL_REQUESTS] = { "requests", "请求" },
	[WORD_COL_SHARE] = { "share", "份额" },
	[WORD_COL_SALES] = { "sales", "成交" },
	[WORD_COL_ANSWER] = { "answer", "应答" },
	[WORD_COL_COUNT] = { "number", "数目" },
	[WORD_COL_LONGEST] = { "longest", "最长" },
	[WORD_COL_REASON] = { "reason", "原因" },
	[WORD_COL_MEANS] = { "means", "含义" },
	[WORD_COL_STATE] = { "state", "状态" },
	[WORD_COL_ORDERS] = { "orders", "订单" },
	[WORD_COL_UNITS] = { "units", "件数" },
	[WORD_COL_AMOUNT] = { "amount (smallest coin)", "金额（最小货币单位）" },
	[WORD_COL_WHAT] = { "what", "项目" },
	[WORD_COL_WANTED] = { "should be", "应为" },
	[WORD_COL_FOUND] = { "is", "实为" },
	[WORD_COL_AGREES] = { "agrees", "一致" },
	[WORD_ROW_ALL] = { "all", "全部" },
	[WORD_MOMENT_FIRST] = { "the first order", "第一笔订单" },
	[WORD_MOMENT_HALF] = { "half is gone", "售出一半" },
	[WORD_MOMENT_TENTH] = { "nine tenths are gone", "售出九成" },
	[WORD_MOMENT_GONE] = { "nothing is left", "全部售出" },
	[WORD_MOMENT_TIMES] = { "how often nothing was left", "售罄次数" },
	[WORD_FLOW_GRANTED] = { "units granted", "售出件数" },
	[WORD_FLOW_RETURNED] = { "units returned", "退回件数" },
	[WORD_FLOW_RESOLD] = { "units sold a second time", "再次售出件数" },
	[WORD_FLOW_ADDED] = { "units put on sale later", "后来上架件数" },
	[WORD_CROSS_TOTAL] = { "left + held + paid + outside = total",
		"剩余 + 待付 + 已付 + 外部 = 总数" },
	[WORD_CROSS_NET] = {
		"granted − returned = held + paid", "售出 − 退回 = 待付 + 已付" },
	[WORD_CROSS_SUM] = { "units of the orders that are held or paid",
		"待付与已付订单的件数" },
	[WORD_CROSS_ROWS] = { "orders of the log, and in SQL", "日志中与 SQL 中的订单" },
	[WORD_CROSS_PAYMENTS] = { "payments of the log, and in SQL", "日志中与 SQL 中的付款" },
	[WORD_CROSS_LINES] = { "stat.log: sales that have their order, once",
		"stat.log：各有且仅有一笔订单的成交" },
	[WORD_CROSS_UNLINED] = {
		"orders without a line, which a killed node may leave: %1$s",
		"没有记录行的订单（节点被强行结束时可能出现）：%1$s" },
	[WORD_WHY_SOLD_OUT] = { "all units are sold", "已售罄" },
	[WORD_WHY_HELD] = {
		"all units are sold or held; unpaid ones may return",
		"全部已售或待付，未付者可能退回" },
	[WORD_WHY_LIMIT] = {
		"this buyer has as many as allowed", "已达该买家的限购数" },
	[WORD_WHY_PAUSED] = { "the sale was paused", "销售暂停" },
	[WORD_WHY_ENDED] = { "the sale had ended", "销售已结束" },
	[WORD_WHY_CONFLICT] = {
		"the key belongs to another purchase", "该键属于另一笔购买" },
	[WORD_WHY_NO_ITEM] = { "there was no such item", "没有该商品" },
	[WORD_WHY_BUSY] = {
		"not carried out; asked to try again", "未执行，请重试" },
	[WORD_WHY_BACKLOG] = { "too much waited to be recorded", "待记录的事件过多" },
	[WORD_WHY_BAD_REQUEST] = { "the request was wrong", "请求有误" },
	[WORD_WHY_UNKNOWN] = {
		"not known at the deadline; asked to repeat with the same key",
		"截止时结果未知，请以同一键重试" },
	[WORD_WHY_NOT_STARTED] = { "the sale had not begun", "尚未开售" },
	[WORD_WHY_TOO_FAST] = { "this buyer asked too often", "请求过于频繁" },
	[WORD_WHY_REFUSED] = { "refused by a rule", "被规则拒绝" },
	[WORD_WHY_NOT_DRAWN] = { "not drawn", "未中签" },
	[WORD_WHY_NO_TOKEN] = { "a token was needed and none came", "需要令牌而未提供" },
	[WORD_WHY_TOOK_PART] = { "took part in the draw", "已参与抽签" },
	[WORD_WHY_NOT_DRAWN] = { "took part in the draw and did not win", "参与了抽签，没有抽中" },
	[WORD_WHY_BAD_TOKEN] = { "the token was expired or forged", "令牌过期或系伪造" },
	[WORD_WHY_OTHER_USER] = { "the token is of another user", "令牌属于另一用户" },
	[WORD_WHY_NOT_RESERVED] = { "the buyer had not reserved", "买家未预约" },
	[WORD_WHY_OTHER] = { "see docs/API.md", "见 docs/API.md" },
};
/* clang-format on */

static const struct {
	const char *reason;
	enum word word;
} reasons[] = {
	{ "SOLD_OUT", WORD_WHY_SOLD_OUT },
	{ "HELD", WORD_WHY_HELD },
	{ "LIMIT", WORD_WHY_LIMIT },
	{ "PAUSED", WORD_WHY_PAUSED },
	{ "ENDED", WORD_WHY_ENDED },
	{ "CONFLICT", WORD_WHY_CONFLICT },
	{ "NO_ITEM", WORD_WHY_NO_ITEM },
	{ "BUSY", WORD_WHY_BUSY },
	{ "BACKLOG", WORD_WHY_BACKLOG },
	{ "BAD_REQUEST", WORD_WHY_BAD_REQUEST },
	{ "UNKNOWN", WORD_WHY_UNKNOWN },
	{ "NOT_STARTED", WORD_WHY_NOT_STARTED },
	{ "TOO_FAST", WORD_WHY_TOO_FAST },
	{ "REFUSED", WORD_WHY_REFUSED },
	{ "NOT_DRAWN", WORD_WHY_NOT_DRAWN },
	{ "NO_TOKEN", WORD_WHY_NO_TOKEN },
	{ "TOOK_PART", WORD_WHY_TOOK_PART },
	{ "NOT_DRAWN", WORD_WHY_NOT_DRAWN },
	{ "BAD_TOKEN", WORD_WHY_BAD_TOKEN },
	{ "OTHER_USER", WORD_WHY_OTHER_USER },
	{ "NOT_RESERVED", WORD_WHY_NOT_RESERVED },
};

const char *words_text(enum language language, enum word word)
{
	assert(language < LANGUAGES && word < WORDS);
	return texts[word][language];
}

const char *words_code(enum language language)
{
	assert(language < LANGUAGES);
	return codes[language];
}

bool words_language(const char *code, enum language *language)
{
	for (int i = 0; i < LANGUAGES; i++) {
		if (strcmp(code, codes[i]) != 0)
			continue;
		*language = (enum language)i;
		return true;
	}
	return false;
}

const char *words_reason(enum language language, const char *reason)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (strcmp(reason, reasons[i].reason) == 0)
			return words_text(language, reasons[i].word);
	}
	return NULL;
}
