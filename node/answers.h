/*
 * answers.h - the words of /buy's answers, all of one length.
 *
 * Every answer of /buy is JSON padded with spaces to ANSWERS_BYTES, so that a load tool that
 * compares lengths (ab without -l) sees no failure. Those that are the same for everybody are
 * built once per language.
 *
 * Layer: above http, tokens, core; below orders.
 */
#ifndef PENSTOCK_ANSWERS_H
#define PENSTOCK_ANSWERS_H

#include <stdint.h>

#include "common/tokens.h"
#include "core/purchase.h"
#include "node/catalog.h"
#include "node/http.h"
#include "node/wording.h"

enum { ANSWERS_BYTES = HTTP_SHEET_BYTES };

struct answers;

struct answers_order {
	int64_t seq;
	int64_t pay_before_ms;
};

/*
 * `tokens` is borrowed. With `shields` SOLD_OUT and HELD carry X-Accel-Expires: nginx, where its
 * own shield is on, may repeat them until the second ends.
 */
struct answers *answers_open(const struct tokens *tokens, bool shields);

/* Ends it. NULL is allowed. */
void answers_close(struct answers *answers);

/* The language that an Accept-Language header asks for first; Chinese unless that is English. */
enum answers_language answers_choose_language(struct http_text header);

/* Answers with an order (accepted or repeated). Returns the HTTP status, like the others. */
unsigned answers_give_order(struct answers *answers, struct http_request *request,
			    enum answers_language language, enum purchase_outcome outcome,
			    const char *item, struct answers_order order);

/*
 * Answers with an outcome that needs no more words: anything but ACCEPTED, REPEATED, HELD,
 * NOT_STARTED, TOOK_PART, BAD_REQUEST, UNKNOWN.
 */
unsigned answers_give(struct answers *answers, struct http_request *request,
		      enum answers_language language, enum purchase_outcome outcome);

/* Answers that all is held, and when the next hold ends, as of the last news; keeps the text with
 * the item until there are newer ones. */
unsigned answers_give_held(struct answers *answers, struct http_request *request,
			   enum answers_language language, struct item *item);

/* Answers when the sale starts, and how long that is from `now_ms`, both Redis' time. */
unsigned answers_give_not_started(struct answers *answers, struct http_request *request,
				  enum answers_language language, int64_t starts_ms,
				  int64_t now_ms);

/* Answers that the user takes part in the draw of `draws_ms`, Redis' time as `now_ms`. */
unsigned answers_give_took_part(struct answers *answers, struct http_request *request,
				enum answers_language language, int64_t draws_ms, int64_t now_ms);

/* Answers that the outcome is unknown, with the (valid) key to ask again by. */
unsigned answers_give_unknown(struct answers *answers, struct http_request *request,
			      enum answers_language language, const char *key);

/* Answers 400, 405 or 415 with `error`: a constant sentence without quotes, at most 100 bytes. */
unsigned answers_give_error(struct answers *answers, struct http_request *request,
			    enum answers_language language, unsigned status, const char *error);

#endif
