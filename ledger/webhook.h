/*
 * webhook.h - tells the shop's own system of every event about an order, once it is in SQL.
 *
 * A thread with a database connection of its own reads the table `events` beyond a cursor an item
 * and sends what it finds, in order, one at a time. Promises: nothing is sent that is not
 * committed; an item's events arrive in their order and each at least once, whoever dies when, and
 * the receiver knows a repeated one by its id; an item whose events are refused waits, longer each
 * time, and holds up no other. Recording and selling never wait for it.
 *
 * It works while this ledger has the database's lock (its state says so), so a standby is silent.
 *
 * Layer: above webhook_rows, webhook_body, webhook_post, status; below main.
 */
#ifndef PENSTOCK_LEDGER_WEBHOOK_H
#define PENSTOCK_LEDGER_WEBHOOK_H

#include "common/tokens.h"
#include "ledger/status.h"
#include "ledger/webhook_post.h"

struct webhook;

/*
 * Starts the thread; webhook_rows_begin() is to be called before events are recorded. `url` is the
 * database's. Tokens and status are borrowed, the rest is copied. NULL with a sentence in the log
 * or on stderr when the key cannot be read or there is no thread to be had.
 */
struct webhook *webhook_open(const struct webhook_post_settings *settings, const char *url,
			     const struct tokens *tokens, struct status *status);

/* Waits for the message under way, and ends the thread. NULL is allowed. */
void webhook_close(struct webhook *webhook);

#endif
