/*
 * replies.h - the answers about orders and reservations.
 *
 * What /buy says stands in answers.h; here is what GET /orders/{number}, its /pay and /cancel and
 * the payment callback say, but for the order itself, whose text is common/order_json.h; and what
 * /reservations says. The words stand in wording.h.
 *
 * Layer: above http, wording; below desk, payments, reservations.
 */
#ifndef PENSTOCK_REPLIES_H
#define PENSTOCK_REPLIES_H

#include "node/http.h"
#include "node/wording.h"

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
