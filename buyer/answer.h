/*
 * answer.h - what an answer of the server means, whoever it comes from.
 *
 * A server may be broken or hostile: what is not exactly an answer of Penstock is STRANGE, and for
 * a purchase that means that there may be an order.
 *
 * Layer: above http, json and reasons. Pure.
 */
#ifndef PENSTOCK_BUYER_ANSWER_H
#define PENSTOCK_BUYER_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "buyer/http.h"
#include "buyer/reasons.h"

enum { ANSWER_WORD_BYTES = 32, ANSWER_ORDER_BYTES = 80, ANSWER_TEXT_BYTES = 160 };

struct answer {
	enum reasons_class class;
	char reason[ANSWER_WORD_BYTES]; /* the server's word; ours are UNSENT, LOST and STRANGE */
	int64_t number;                 /* resultCode; -1: none */
	int64_t wait_ms;                /* told by Retry-After or retryAfterMs; -1: not told */
	int64_t starts_ms, opens_ms;    /* startsAt and opensAt; 0: not told */
	int64_t draws_ms;               /* drawsAt; likewise */
	int64_t next_expiry_ms;         /* 0: not told */
	bool is_penstock;               /* it has the form of Penstock's answers */
	bool says_success;
	char order[ANSWER_ORDER_BYTES]; /* data.orderId; "" if none */
	char state[ANSWER_WORD_BYTES];  /* data.state likewise */
	int64_t pay_before_ms;          /* data.payBefore; 0: not told */
	int64_t created_ms;             /* data.createdAt; likewise */
	int64_t amount;                 /* data.amount; -1: not told */
	char text[ANSWER_TEXT_BYTES];   /* `msg` or `error` for people, or what libcurl said */
};

/* Reads it all. */
void answer_read(const struct http_answer *http, struct answer *answer);

/* Its line for people, never empty: of the table, else the server's own text, else ours. */
const char *answer_line(const struct answer *answer, bool is_chinese);

#endif
