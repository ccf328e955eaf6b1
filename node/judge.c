/*
 * judge.c - refusals from memory; see judge.h.
 */
#include "node/judge.h"

enum purchase_outcome judge_sold_out(const struct item *item)
{
	bool may_return = sale_left(&item->view) == 0 && sale_held(&item->view) > 0;

	return may_return && item->view.next_expiry_ms > 0 ? OUTCOME_HELD : OUTCOME_SOLD_OUT;
}

enum purchase_outcome judge_doubt(enum purchase_outcome outcome, bool was_sent)
{
	switch (outcome) {
	case OUTCOME_SOLD_OUT:
	case OUTCOME_HELD:
	case OUTCOME_LIMIT:
	case OUTCOME_PAUSED:
	case OUTCOME_ENDED:
	case OUTCOME_NOT_STARTED:
	case OUTCOME_NOT_RESERVED:
	case OUTCOME_REFUSED:
	case OUTCOME_NOT_DRAWN:
	case OUTCOME_NO_TOKEN:
	case OUTCOME_BUSY:
	case OUTCOME_BACKLOG:
		return was_sent ? OUTCOME_UNKNOWN : outcome;
	default:
		return outcome;
	}
}

struct judge_roll judge_roll(struct item *item, const struct tokens *tokens,
			     const struct judge_attempt *attempt, int64_t now_ms)
{
	const struct risk_policy *policy = &item->rules.risk;
	const struct sale_buyer buyer = { .is_proven = attempt->is_proven };

	if (policy->mode == RISK_OFF)
		return (struct judge_roll){ .is_risky = false };
	unsigned band = risk_band(policy, attempt->score_tenths);
	bool passes = risk_passes(policy, band,
				  tokens_roll(tokens, attempt->key, attempt->key_size, RISK_WHOLE));
	bool counts = sale_ask_rules(&item->rules, &buyer, catalog_item_time_ms(item, now_ms)) ==
		      SALE_MAY_ASK;

	item->risk.asked[band] += counts;
	item->risk.refused[band] += counts && !passes;
	return (struct judge_roll){ .is_risky = !passes, .is_counted = counts };
}

void judge_roll_late(struct purchase *purchase, const struct tokens *tokens, int64_t now_ms)
{
	const struct judge_attempt attempt = { purchase->key, purchase->key_size,
					       purchase->score_tenths, purchase->is_proven };

	if (purchase->is_rolled)
		return;
	struct judge_roll roll = judge_roll(purchase->item, tokens, &attempt, now_ms);

	purchase->is_rolled = roll.is_counted;
	purchase->is_risky = roll.is_risky;
}

enum purchase_outcome judge_sale(const struct item *item, const struct judge_wish *wish,
				 int64_t now_ms)
{
	enum sale_answer answer = sale_ask(&item->view, wish->units);
	const struct sale_buyer buyer = {
		.is_proven = wish->buyer.is_proven,
		.is_risky = wish->buyer.is_risky && item->rules.risk.mode == RISK_ON,
	};

	if (answer == SALE_MAY_ASK && item->rules.are_any)
		answer = sale_ask_rules(&item->rules, &buyer, catalog_item_time_ms(item, now_ms));
	switch (answer) {
	case SALE_IS_PAUSED:
		return OUTCOME_PAUSED;
	case SALE_HAS_ENDED:
		return OUTCOME_ENDED;
	case SALE_OVER_LIMIT:
		return OUTCOME_LIMIT;
	case SALE_NOT_STARTED:
		return OUTCOME_NOT_STARTED;
	case SALE_TOO_RISKY:
		return OUTCOME_REFUSED;
	case SALE_NEEDS_TOKEN:
		return OUTCOME_NO_TOKEN;
	case SALE_MAY_ASK:
		break;
	}
	return OUTCOMES;
}
