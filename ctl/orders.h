/*
 * orders.h - the commands about orders: list, show, refund, export.
 *
 * Lists and exports come from the ledger, which keeps every order; one order is read from Redis as
 * well, where it is as it is now.
 *
 * Layer: above ledger, ask, cut; below commands.
 */
#ifndef PENSTOCK_CTL_ORDERS_H
#define PENSTOCK_CTL_ORDERS_H

#include "ctl/tools.h"

/* orders list ITEM [--state S] [--user U] [--limit N] [--after SEQ] */
enum verdict orders_list(struct tools *tools);

/* orders show NUMBER: the order in Redis and in the ledger, and its payments. */
enum verdict orders_show(struct tools *tools);

/* orders refund NUMBER [--txn T]: gives a payment back; a paid order's units return. */
enum verdict orders_refund(struct tools *tools);

/* orders export ITEM --format csv|jsonl: all orders, row by row. */
enum verdict orders_export(struct tools *tools);

/*
 * The order that a word names: its number, or ITEM:SEQ as stat.log has it. True; else it was
 * said.
 */
bool orders_read_number(const struct tools *tools, const char *word, char item[KEYS_ITEM_BYTES + 1],
			int64_t *seq) __attribute__((warn_unused_result));

#endif
