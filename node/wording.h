/*
 * wording.h - the one table of what the nodes say: of a purchase, of an order, of a reservation.
 *
 * Each has a word for programs (reason), the article's code, the shop's resultCode, the HTTP
 * status, whether to ask again, when if there is a time to say, and a sentence for people, Chinese
 * unless English is asked for. docs/API.md has the same table ("Every answer"); a unit test holds
 * the two together.
 *
 * Layer: above purchase; below answers, replies. Pure.
 */
#ifndef PENSTOCK_WORDING_H
#define PENSTOCK_WORDING_H

#include <stdbool.h>

#include "core/purchase.h"

enum answers_language { ANSWERS_CHINESE, ANSWERS_ENGLISH, ANSWERS_LANGUAGES };

/* What is said of orders, reservations and logins; of purchases that is enum purchase_outcome. */
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
	REPLY_RESERVED,
	REPLY_ALREADY_RESERVED,
	REPLY_NOT_RESERVED,
	REPLY_RESERVE_NOT_OPEN,
	REPLY_RESERVE_OVER,
	REPLY_RESERVE_FULL,
	REPLY_ALLOWED, /* a device login: it gets its token */
	REPLY_DENIED,  /* likewise: it gets none */
	REPLY_NO_CODE, /* no device login waits under this code */
	REPLY_TOO_MANY_GUESSES,
	REPLY_NO_ITEM,
	REPLY_BAD_REQUEST,
	REPLY_BAD_SIGNATURE,
	REPLY_OLD_SIGNATURE,
	REPLY_NO_TOKEN,
	REPLY_BAD_TOKEN,  /* it proves nobody */
	REPLY_OTHER_USER, /* it proves another one than is named */
	REPLY_FORBIDDEN,  /* not set up here */
	REPLY_BUSY,
	REPLY_UNKNOWN,
	REPLIES,
};

enum {
	WORDING_NEVER = -1,   /* asking again hears the same */
	WORDING_ANY_TIME = 0, /* asking again may help, but nobody knows when */
	WORDING_TOLD = 1,     /* likewise, and the answer itself says when: retryAfterMs */
			      /* else: milliseconds */
};

struct wording {
	const char *reason;
	int code, result_code;
	unsigned status;
	int retry_after_ms;
	const char *message[ANSWERS_LANGUAGES];
};

/* How a purchase's outcome is told. A constant. */
const struct wording *wording_of_outcome(enum purchase_outcome outcome);

/* How a reply is told. A constant. */
const struct wording *wording_of_reply(enum reply reply);

/* The seconds of a Retry-After header; 0: none. */
unsigned wording_retry_after_s(const struct wording *wording);

/* ",\"retryAfterMs\":N" where the table has the time, else "". A constant. */
const char *wording_retry_member(const struct wording *wording);

#endif
