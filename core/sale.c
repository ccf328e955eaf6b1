/*
 * sale.c - may a buyer ask? See sale.h.
 */
#include "core/sale.h"

#include <string.h>

static const char *const words[] = { "open", "paused", "closed" };

enum sale_answer sale_ask(const struct sale_view *view, int64_t units)
{
	if (view->state == SALE_PAUSED)
		return SALE_IS_PAUSED;
	if (view->state == SALE_CLOSED)
		return SALE_HAS_ENDED;
	return units > view->units_max ? SALE_OVER_LIMIT : SALE_MAY_ASK;
}

enum sale_answer sale_ask_rules(const struct sale_rules *rules, const struct sale_buyer *buyer,
				int64_t now_ms)
{
	if (rules->token_required && !buyer->is_proven)
		return SALE_NEEDS_TOKEN;
	if (now_ms < rules->starts_ms - SALE_EARLY_MS)
		return SALE_NOT_STARTED;
	if (rules->draw_commit[0] != '\0')
		return SALE_MAY_ASK; /* only Redis knows who takes part, and who has won */
	if (rules->ends_ms > 0 && now_ms >= rules->ends_ms)
		return SALE_HAS_ENDED;
	return buyer->is_risky ? SALE_TOO_RISKY : SALE_MAY_ASK;
}

bool sale_takes_reservations(const struct sale_rules *rules)
{
	return rules->reserve_starts_ms || rules->reserve_ends_ms || rules->reserve_quota ||
	       rules->reserve_required;
}

int64_t sale_left(const struct sale_view *view)
{
	return view->total - view->sold;
}

int64_t sale_held(const struct sale_view *view)
{
	return view->sold - view->paid - view->outside;
}

bool sale_state_parse(const char *text, uint32_t size, enum sale_state *state)
{
	for (int i = SALE_OPEN; i <= SALE_CLOSED; i++) {
		if (strlen(words[i]) == size && memcmp(words[i], text, size) == 0) {
			*state = (enum sale_state)i;
			return true;
		}
	}
	return false;
}

const char *sale_state_word(enum sale_state state)
{
	return words[state];
}
