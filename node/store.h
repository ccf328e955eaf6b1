/*
 * store.h - the node's only conversation with Redis.
 *
 * A store owns one pipelined connection. It reconnects by itself, with growing pauses up to a
 * second; no caller ever sees a socket or a hiredis type. A fresh connection first belongs to
 * the preflight, which logs in, checks that Redis keeps what it acknowledges, loads the scripts,
 * and then admits the connection or rejects it. Only an admitted store takes calls.
 *
 * Every call has a deadline: when Redis is silent for longer, the connection is given up and all
 * that is in flight becomes unknown. Replies come in the order of the calls.
 *
 * Layer: above loop, log, xmalloc; below preflight, catalog, orders. hiredis is known to store.c
 * only.
 */
#ifndef PENSTOCK_STORE_H
#define PENSTOCK_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/tally.h"
#include "node/loop.h"

struct store;

enum store_fate {
	STORE_ANSWERED, /* it ran; see the words */
	STORE_REFUSED,  /* definitely not executed; see the error */
	STORE_FAULTY,   /* an error from inside a script: a bug, or data of a foreign kind */
	STORE_UNKNOWN,  /* the link died after sending; it may or may not have run */
};

enum store_sent {
	STORE_SENT, /* the callback will run once, later */
	STORE_DOWN, /* nothing was sent and no callback will come */
};

/* A piece of an answer: a text, or a number. */
struct store_word {
	const char *text; /* NULL for an integer or nothing */
	size_t size;
	int64_t number; /* the integer, or the text's value if it is digits only, else -1 */
};

struct store_answer {
	enum store_fate fate;
	const char *error; /* the line of an error, else NULL */
	const struct store_word *words;
	size_t count;
};

/* `answer` lives during the call. Never runs inside store_call() or store_command(). */
typedef void store_cb(void *owner, const struct store_answer *answer);

/* Runs when a link came up (not yet admitted) and when it went down. */
typedef void store_link_cb(void *owner, bool is_up);

struct store_settings {
	const char *
		address; /* host:port or unix:/path; an address, not a name, or connecting blocks */
	uint32_t patience_ms; /* how long Redis may be silent; also the bound on connecting */
	struct tally *tally;  /* borrowed */
};

/*
 * A store that starts to connect at once. Settings are copied but for the texts, which are
 * borrowed.
 */
struct store *store_open(struct loop *loop, const struct store_settings *settings,
			 store_link_cb *on_link, void *owner);

/*
 * Gives up the connection; what is in flight becomes unknown, its callbacks run. NULL is allowed.
 */
void store_close(struct store *store);

/* Sends what this turn's calls have gathered. Call it at the end of each turn. */
void store_flush(struct store *store);

/* Admitted and connected? */
bool store_is_ready(const struct store *store);

/* The preflight is content: calls are taken from now on. */
void store_admit(struct store *store);

/*
 * Something came that nobody says who is Redis: the connection is given up at once, what is in
 * flight becomes unknown, and it is tried again. From within a callback: as soon as that is over.
 */
void store_distrust(struct store *store);

/* The preflight is not: the connection is closed and tried again in `retry_ms`. */
void store_reject(struct store *store, int64_t retry_ms);

/*
 * Sends a plain command, `count` texts; for the preflight, so it also works before admission.
 * Words are copied.
 */
enum store_sent store_command(struct store *store, const char *const *texts, size_t count,
			      store_cb *cb, void *owner) __attribute__((warn_unused_result));

/*
 * Runs the script of `sha`: the first `key_count` of the `count` words are keys. Words are
 * copied. On STORE_SENT, `cb` runs later on the loop thread, exactly once.
 */
enum store_sent store_call(struct store *store, const char *sha, const struct store_word *words,
			   size_t count, size_t key_count, store_cb *cb, void *owner)
	__attribute__((warn_unused_result));

/* Is `word` this text? */
bool store_word_is(const struct store_word *word, const char *text);

#endif
