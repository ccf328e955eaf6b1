/*
 * errands.h - what an order or a reservation has to do with Redis, asked until there is an answer.
 *
 * An errand is a call of order.lua, pay.lua, cancel.lua or reserve.lua on behalf of a suspended
 * request. All may be asked twice with the same words: reading changes nothing, a payment is
 * known by its transaction id, a cancelled order stays so, and who has reserved has. So what was
 * not executed, or has no known outcome, is asked again until the deadline, and only then given
 * up.
 *
 *   errands_run ──▶ WAITING ──▶ SENT ──▶ told, busy or unknown: on_end, once
 *      │               ▲          │
 *      │ full or       │          │ not executed, unknown, or the item
 *      │ no link       └─ RESTING ◀┘ must be taken over first
 *      ▼
 *     busy             in each of the three: the deadline passed: busy or unknown
 *
 * What a second node is asked by nginx is in doubt from the beginning: the first may have carried
 * it out, so it never ends as busy.
 *
 * Their number is bounded, and so is the number in flight: a crowd that looks at its orders must
 * not stand in front of the batches of those who buy.
 *
 * Layer: above catalog, store, ask, http, answers; below desk, payments.
 */
#ifndef PENSTOCK_ERRANDS_H
#define PENSTOCK_ERRANDS_H

#include <stdint.h>

#include "common/keys.h"
#include "node/answers.h"
#include "node/catalog.h"
#include "node/http.h"
#include "node/loop.h"
#include "node/store.h"

struct errands;

enum errand_verb {
	ERRAND_LOOK,
	ERRAND_PAY,
	ERRAND_CANCEL,
	ERRAND_RESERVE,
	ERRAND_ALTER,
	ERRAND_VERBS
};

enum { ERRAND_WORDS_MAX = 3, ERRAND_WORD_BYTES = 24 };

enum errand_end {
	ERRAND_TOLD,    /* the script decided: see the words */
	ERRAND_BUSY,    /* definitely not carried out */
	ERRAND_UNKNOWN, /* it may have been carried out; asking again tells */
};

/* What is asked, and for whom. */
struct errand {
	struct http_request *request; /* to be answered in on_end */
	enum errand_verb verb;
	char item[KEYS_ITEM_BYTES + 1];
	int64_t seq;
	char txn[KEYS_TXN_BYTES + 1];   /* of PAY */
	int64_t amount;                 /* likewise */
	char user[KEYS_USER_BYTES + 1]; /* of RESERVE: whose, and how that is known */
	bool is_proven, looks;          /* likewise; looks: whether there is one already */
	/* Of ALTER: the words of item.lua, up to an empty one, in such an order that may be asked
	 * for twice. */
	char words[ERRAND_WORDS_MAX][ERRAND_WORD_BYTES];
	enum answers_language language;
	int64_t deadline_ms; /* 0: a new one; kept when an errand follows an errand */
	/*
	 * Answers the request, or runs a next errand for it. `words` is what the script said
	 * behind the item's view, at least one word with a text; NULL unless TOLD. All is
	 * borrowed for the call.
	 */
	void (*on_end)(void *owner, const struct errand *errand, enum errand_end end,
		       const struct store_word *words, size_t count);
	void *owner;
};

struct errands_settings {
	uint32_t deadline_ms; /* how long a request may be kept waiting */
	uint32_t errands_max; /* requests suspended at most */
};

/* All borrowed. `on_news` runs when an answer brought news of an item. */
struct errands_tools {
	struct loop *loop;
	struct store *store;
	struct catalog *catalog;
	catalog_cb *on_news;
	void *owner;
};

/* Settings and tools are copied. */
struct errands *errands_open(const struct errands_tools *tools,
			     const struct errands_settings *settings);

/*
 * Ends it; nothing may be suspended (see errands_give_up()) and the store must be closed. NULL is
 * allowed.
 */
void errands_close(struct errands *errands);

/*
 * Runs an errand; `errand` is copied. Suspends its request unless that is done already
 * (deadline_ms is not 0). on_end runs once: within this call when there is no room or no link.
 */
void errands_run(struct errands *errands, const struct errand *errand);

/* Requests suspended now. */
uint32_t errands_suspended(const struct errands *errands);

/* Ends all that is suspended, busy or unknown. For the end of a drain. */
void errands_give_up(struct errands *errands);

#endif
