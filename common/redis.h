/*
 * redis.h - a blocking conversation with Redis, for programs that wait: the ledger and penstockctl.
 *
 * One connection, logged in as an ACL user, with a deadline on everything. Scripts are called by
 * their SHA-1 and loaded when Redis does not know them. When the link fails it is closed; the
 * next call connects again. A call that failed after it was sent may or may not have run
 * (REDIS_UNKNOWN): every script is written so that asking again tells.
 *
 * Layer: the ground, above keys, scripts, settings. hiredis is known here to redis.c only (the node
 * has an asynchronous store of its own).
 */
#ifndef PENSTOCK_REDIS_H
#define PENSTOCK_REDIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/keys.h"

struct redis;
struct redis_reply;

enum redis_fate {
	REDIS_ANSWERED, /* see the reply */
	REDIS_REFUSED,  /* definitely not executed: no connection, not allowed, loading, full */
	REDIS_FAULTY,   /* an error from inside a script */
	REDIS_UNKNOWN,  /* the link died after sending: it may or may not have run */
};

struct redis_settings {
	const char *address; /* host:port or unix:/path */
	const char *user;
	const char *password;
	uint32_t patience_ms; /* bound on connecting and on each answer */
};

/* A conversation that connects at its first use. Settings are copied, texts included. */
struct redis *redis_open(const struct redis_settings *settings);

/* Ends it. NULL is allowed. */
void redis_close(struct redis *redis);

/* Why the last call was not answered: a sentence, without secrets. */
const char *redis_error(const struct redis *redis);

/*
 * Was the last call refused because this user may not do that, or may not log in? Asking again
 * does not help then; somebody must mend the ACL file or the password.
 */
bool redis_is_barred(const struct redis *redis);

/* The socket to poll for; -1 while there is none. */
int redis_fd(const struct redis *redis);

/* A word of a command. */
struct redis_word {
	const char *text;
	size_t size;
};

/* A word from a NUL-terminated text. */
struct redis_word redis_word_of(const char *text);

/*
 * Runs a command of `count` words. On REDIS_ANSWERED *reply is owned by the caller, who ends it by
 * redis_reply_free(); else it is NULL. Within a transaction or a blocking read, `extra_ms` is
 * added to the patience (the time the command itself asks Redis to wait).
 */
enum redis_fate redis_command(struct redis *redis, const struct redis_word *words, size_t count,
			      uint32_t extra_ms, struct redis_reply **reply)
	__attribute__((warn_unused_result));

/*
 * Calls the script `verb` (common/scripts.h) on the first `key_count` keys of a valid `item`
 * (in the order of enum keys_part), with `count` further words.
 */
enum redis_fate redis_script(struct redis *redis, const char *verb, const char *item,
			     size_t key_count, const struct redis_word *words, size_t count,
			     struct redis_reply **reply) __attribute__((warn_unused_result));

/* Ends a reply and all that it holds. NULL is allowed. */
void redis_reply_free(struct redis_reply *reply);

/* How many elements a list has; 0 for anything else. */
size_t redis_reply_count(const struct redis_reply *reply);

/* An element of a list, borrowed; NULL when there is none. */
const struct redis_reply *redis_reply_at(const struct redis_reply *reply, size_t place);

/* Its text: a string or status; { NULL, 0 } for anything else. Borrowed, NUL-terminated. */
struct redis_word redis_reply_text(const struct redis_reply *reply);

/* Its number: an integer, or a text of digits only; else -1. */
int64_t redis_reply_number(const struct redis_reply *reply);

/* Is it this text? NULL is not. */
bool redis_reply_is(const struct redis_reply *reply, const char *text);

#endif
