/*
 * cut.c - several readings of Redis at one instant; see cut.h.
 */
#include "ctl/cut.h"

#include <stdarg.h>

#include "ctl/say.h"

enum { TRIES = 3, WORDS_MAX = 16 };

/* A command whose answer is of no interest: it only must have come. */
static enum redis_fate send_only(struct redis *redis, const struct redis_word *words, size_t count)
{
	struct redis_reply *reply = NULL;
	enum redis_fate fate = redis_command(redis, words, count, 0, &reply);

	redis_reply_free(reply);
	return fate;
}

static enum redis_fate read_once(struct redis *redis, const struct cut_command *commands,
				 size_t count, struct redis_reply **reply)
{
	const struct redis_word multi = redis_word_of("MULTI"), exec = redis_word_of("EXEC");
	enum redis_fate fate = send_only(redis, &multi, 1);

	for (size_t i = 0; i < count && fate == REDIS_ANSWERED; i++)
		fate = send_only(redis, commands[i].words, commands[i].count);
	if (fate != REDIS_ANSWERED)
		return fate;
	fate = redis_command(redis, &exec, 1, 0, reply);
	if (fate == REDIS_ANSWERED && redis_reply_count(*reply) != count) {
		redis_reply_free(*reply);
		*reply = NULL;
		return REDIS_UNKNOWN;
	}
	return fate;
}

static enum verdict away(struct tools *tools)
{
	say("Redis cannot be read: %s", redis_error(tools->redis));
	return VERDICT_AWAY;
}

enum verdict cut_read(struct tools *tools, const struct cut_command *commands, size_t count,
		      struct redis_reply **reply)
{
	*reply = NULL;
	for (int i = 0; i < TRIES; i++) {
		if (read_once(tools->redis, commands, count, reply) == REDIS_ANSWERED)
			return VERDICT_DONE;
	}
	return away(tools);
}

enum verdict cut_ask(struct tools *tools, struct redis_reply **reply, ...)
{
	struct redis_word words[WORDS_MAX];
	size_t count = 0;
	const char *word;
	va_list args;

	va_start(args, reply);
	while (count < WORDS_MAX && (word = va_arg(args, const char *)) != NULL)
		words[count++] = redis_word_of(word);
	va_end(args);
	*reply = NULL;
	for (int i = 0; i < TRIES; i++) {
		if (redis_command(tools->redis, words, count, 0, reply) == REDIS_ANSWERED)
			return VERDICT_DONE;
	}
	return away(tools);
}
