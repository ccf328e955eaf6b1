/*
 * news.c - words of sync.lua and of all views; see news.h.
 */
#include "node/news.h"

enum { STATE = 9, RULES = 3 };

bool news_read_view(const struct store_word *words, struct sale_view *view)
{
	*view = (struct sale_view){
		.now_ms = words[1].number,
		.total = words[2].number,
		.sold = words[3].number,
		.paid = words[4].number,
		.outside = words[5].number,
		.epoch = words[6].number,
		.seq = words[7].number,
		.gen = words[8].number,
		.next_expiry_ms = words[10].number,
		.units_max = words[11].number,
	};
	for (int i = 1; i < NEWS_VIEW_WORDS; i++) {
		if (i != STATE && words[i].number < 0)
			return false;
	}
	return words[STATE].text && sale_left(view) >= 0 &&
	       sale_state_parse(words[STATE].text, (uint32_t)words[STATE].size, &view->state);
}

bool news_read_rules(const struct store_word *words, size_t count, struct sale_rules *rules)
{
	*rules = (struct sale_rules){ .are_any = count > 0 };
	if (count == 0)
		return true;
	if (count != RULES)
		return false;
	for (size_t i = 0; i < RULES; i++) {
		if (words[i].text || words[i].number < 0)
			return false;
	}
	rules->token_required = words[0].number;
	rules->starts_ms = words[1].number;
	rules->ends_ms = words[2].number;
	return true;
}
