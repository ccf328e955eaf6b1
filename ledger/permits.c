/*
 * permits.c - the commands of the ledger and of trim.lua, as a table; see permits.h.
 */
#include "ledger/permits.h"

#include <stdio.h>

enum { WORDS_MAX = 8 };

#define H "ticket_hash_key"
#define K(name) "{ticket_hash_key}:" name

/* Each with the keys that it touches; NULL-terminated. */
static const char *const commands[][WORDS_MAX] = {
	{ "SCAN", "0" },
	{ "XREAD", "STREAMS", K("events"), "0-0" },
	{ "XRANGE", K("events"), "-", "+" },
	{ "EVALSHA", "0", "1", H },
	{ "SCRIPT", "LOAD", "return 1" },
	{ "TIME" },
	{ "HMGET", H, "f" },
	{ "HSET", H, "f", "v" },
	{ "HSET", K("nodes"), "f", "v" },
	{ "EXISTS", K("events") },
	{ "XINFO", "STREAM", K("events") },
	{ "XLEN", K("events") },
	{ "XTRIM", K("events"), "MINID", "0" },
	{ "ZRANGEBYSCORE", K("finished"), "0", "1" },
	{ "HMGET", K("orders"), "f" },
	{ "HDEL", K("orders"), "f" },
	{ "ZREM", K("finished"), "1" },
};

/* Asks about one command; PERMITS_GIVEN also when the user may not ask. */
static enum permits_verdict permits_ask(struct redis *redis, const char *user,
					const char *const *command, char why[PERMITS_WHY_BYTES])
{
	struct redis_word words[WORDS_MAX + 3] = { redis_word_of("ACL"), redis_word_of("DRYRUN"),
						   redis_word_of(user) };
	enum permits_verdict verdict = PERMITS_GIVEN;
	struct redis_reply *reply;
	size_t count = 3;

	for (size_t i = 0; i < WORDS_MAX && command[i]; i++)
		words[count++] = redis_word_of(command[i]);
	switch (redis_command(redis, words, count, 0, &reply)) {
	case REDIS_ANSWERED:
		if (redis_reply_is(reply, "OK"))
			break;
		snprintf(why, PERMITS_WHY_BYTES,
			 "the Redis user %s may not run %s on %s: mend its ACL line "
			 "(deploy/secrets.sh writes it)",
			 user, command[0], command[1] ? command[1] : "-");
		verdict = PERMITS_REFUSED;
		break;
	case REDIS_FAULTY:
		break;
	case REDIS_REFUSED:
	case REDIS_UNKNOWN:
		if (redis_fd(redis) < 0 || !redis_is_barred(redis))
			verdict = PERMITS_UNKNOWN;
		break;
	}
	redis_reply_free(reply);
	return verdict;
}

enum permits_verdict permits_check(struct redis *redis, const char *user,
				   char why[PERMITS_WHY_BYTES])
{
	enum permits_verdict verdict = PERMITS_GIVEN;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]) && verdict == PERMITS_GIVEN;
	     i++)
		verdict = permits_ask(redis, user, commands[i], why);
	return verdict;
}
