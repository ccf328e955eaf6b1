/*
 * judge.h - what a node may say of a purchase by what it knows, before it asks Redis or after.
 *
 * Layer: above catalog, core; below flights, orders.
 */
#ifndef PENSTOCK_JUDGE_H
#define PENSTOCK_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/tokens.h"
#include "core/purchase.h"
#include "core/sale.h"
#include "node/catalog.h"

/* Who asks, and for how much. */
struct judge_wish {
	uint32_t units;
	bool may_repeat; /* its key may have an order already */
	struct sale_buyer buyer;
};

/* "Sold out" as it stands: held units may return, and then it says so. */
enum purchase_outcome judge_sold_out(const struct item *item);

/*
 * A refusal promises that there is no order. When it was sent before, by another node or over a
 * link that was given up, nobody can promise that: it may have been sold, or the first call is
 * still on its way to Redis (H9).
 */
enum purchase_outcome judge_doubt(enum purchase_outcome outcome, bool was_sent);

/* What a roll is made of. */
struct judge_attempt {
	const char *key;
	size_t key_size;
	int64_t score_tenths; /* of a proven user, else 0 */
	bool is_proven;
};

struct judge_roll {
	bool is_risky;   /* it went against the attempt; what that is worth the mode says */
	bool is_counted; /* in the item's numbers */
};

/*
 * Rolls for an attempt by the user's score, and counts it, unless it is refused otherwise. The same
 * key and score roll the same. Neither, where the item has no risk policy as far as was told.
 * `now_ms` is the loop's.
 */
struct judge_roll judge_roll(struct item *item, const struct tokens *tokens,
			     const struct judge_attempt *attempt, int64_t now_ms);

/*
 * Rolls for a purchase that was not rolled yet: the item's rules may have been told since it came.
 * Once it was counted its roll stays.
 */
void judge_roll_late(struct purchase *purchase, const struct tokens *tokens, int64_t now_ms);

/*
 * Refused by the rules of the sale, as they were last told; OUTCOMES if not. In shadow mode a roll
 * refuses nobody. `now_ms` is the loop's.
 */
enum purchase_outcome judge_sale(const struct item *item, const struct judge_wish *wish,
				 int64_t now_ms);

#endif
