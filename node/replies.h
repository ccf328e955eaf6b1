/*
 * replies.h - the answers about an order: one table of their words.
 *
 * What /buy says stands in answers.h; here is what GET /orders/{number}, its /pay and /cancel and
 * the payment callback say, but for the order itself, whose text is common/order_json.h. Words
 * for people are Chinese unless English is asked for.
 *
 * Layer: above http, answers; below desk, payments.
 */
#ifndef PENSTOCK_REPLIES_H
#define PENSTOCK_REPLIES_H

#include "node/answers.h"
#include "node/http.h"

enum reply {
	REPLY_PAID,
	REPLY_RETAKEN,           /* late, and the units were taken again */
	REPLY_REPEATED_PAID,     /* the same payment once more; it bought the order */
	REPLY_REPEATED_DUE,      /* the same payment once more; it is to be given back */
	REPLY_REPEATED_REFUNDED, /* the same payment once more; it was given back */
	REPLY_DUE,               /* it bought nothing and is to be given back */
	REPLY_WRONG_AMOUNT,
	REPLY_CONFLICT, /* the transaction belongs to another order, or another amount */
	REPLY_CANCELLED,
	REPLY_WAS_CANCELLED, /* before */
	REPLY_NOT_HELD,      /* it has ended otherwise, or is paid */
	REPLY_NO_ORDER,
	REPLY_BAD_REQUEST,
	REPLY_BAD_SIGNATURE,
	REPLY_OLD_SIGNATURE,
	REPLY_BAD_TOKEN, /* it proves nobody */
	REPLY_FORBIDDEN, /* not set up here */
	REPLY_BUSY,
	REPLY_UNKNOWN,
	REPLIES,
};

/* Answers with `reply`. */
void replies_give(struct http_request *request, enum answers_language language, enum reply reply);

/*
 * Answers with `reply` and further JSON members: `format` and what follows are printf's, at most
 * 500 bytes, and begin with a comma (",\"owed\":5").
 */
void replies_give_more(struct http_request *request, enum answers_language language,
		       enum reply reply, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Answers REPLY_BAD_REQUEST with `status` and `error`, a constant sentence without quotes. */
void replies_give_error(struct http_request *request, enum answers_language language,
			unsigned status, const char *error);

/* Answers 405; `allow` is the method to use. */
void replies_give_method(struct http_request *request, enum answers_language language,
			 const char *allow);

/*
 * Answers that the order of the (genuine) `number` is for the ledger to tell: by the header that
 * makes nginx fetch the answer there. Who asks a node directly sees that header.
 */
void replies_give_ledger(struct http_request *request, enum answers_language language,
			 const char *number);

#endif
