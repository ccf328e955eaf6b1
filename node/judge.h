/*
 * judge.h - what a node may say of a purchase by what it knows, before it asks Redis or after.
 *
 * Layer: above catalog, core; below orders.
 */
#ifndef PENSTOCK_JUDGE_H
#define PENSTOCK_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/purchase.h"
#include "core/sale.h"
#include "node/ask.h"
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

/*
 * Rolls for an attempt by the user's score (none: 0), and counts it, unless it is refused
 * otherwise. True if it is refused by the roll; in shadow mode it never is. `now_ms` is the
 * loop's.
 */
bool judge_roll(struct item *item, const struct tokens *tokens, const struct ask *ask,
		int64_t now_ms);

/*
 * Refused by the rules of the sale, as they were last told; OUTCOMES if not. `now_ms` is the
 * loop's.
 */
enum purchase_outcome judge_sale(const struct item *item, const struct judge_wish *wish,
				 int64_t now_ms);

#endif
