/*
 * news.c - words of sync.lua and of all views; see news.h.
 */
#include "node/news.h"

#include <ctype.h>
#include <string.h>

enum { STATE = 9 };

/* The rules in the order of lua/shared/buyer.lua. */
static const size_t rules_at[] = {
	offsetof(struct sale_rules, token_required),
	offsetof(struct sale_rules, starts_ms),
	offsetof(struct sale_rules, ends_ms),
	offsetof(struct sale_rules, reserve_starts_ms),
	offsetof(struct sale_rules, reserve_ends_ms),
	offsetof(struct sale_rules, reserve_quota),
	offsetof(struct sale_rules, reserve_required),
	offsetof(struct sale_rules, reserved),
	offsetof(struct sale_rules, limit_units),
};

enum { RULES = sizeof(rules_at) / sizeof(rules_at[0]), RISK_WORDS = 2, DRAW_WORDS = 3 };

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

/* How to roll by scores: a mode and shares. A mode without shares is none. */
static bool news_read_risk(const struct store_word *words, struct risk_policy *risk)
{
	if (words[0].text || words[0].number < RISK_OFF || words[0].number > RISK_ON ||
	    !words[1].text)
		return false;
	bool has_shares = risk_read(words[1].text, words[1].size, risk);

	risk->mode = has_shares ? (enum risk_mode)words[0].number : RISK_OFF;
	return true;
}

/* 64 hex digits, or nothing. */
static bool news_read_seed(const struct store_word *word, char seed[SALE_SEED_BYTES])
{
	if (!word->text || (word->size != 0 && word->size != SALE_SEED_BYTES - 1))
		return false;
	for (size_t i = 0; i < word->size; i++) {
		if (!isxdigit((unsigned char)word->text[i]))
			return false;
	}
	memcpy(seed, word->text, word->size);
	seed[word->size] = '\0';
	return true;
}

/* Until when, the commitment and the seed. */
static bool news_read_draw(const struct store_word *words, struct sale_rules *rules)
{
	rules->draw_ends_ms = words[0].number;
	return !words[0].text && words[0].number >= 0 &&
	       news_read_seed(&words[1], rules->draw_commit) &&
	       news_read_seed(&words[2], rules->draw_seed);
}

size_t news_read_rules(const struct store_word *words, size_t count, struct sale_rules *rules)
{
	*rules = (struct sale_rules){ .are_any = false };
	if (count == 0 || !store_word_is(words, "=rules") ||
	    count <= RULES + RISK_WORDS + DRAW_WORDS)
		return 0;
	words++;
	for (size_t i = 0; i < RULES; i++) {
		if (words[i].text || words[i].number < 0)
			return 0;
		*(int64_t *)((char *)rules + rules_at[i]) = words[i].number;
	}
	if (!news_read_risk(&words[RULES], &rules->risk) ||
	    !news_read_draw(&words[RULES + RISK_WORDS], rules))
		return 0;
	rules->are_any = true;
	return 1 + RULES + RISK_WORDS + DRAW_WORDS;
}
