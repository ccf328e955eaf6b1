/*
 * redis.c - one blocking hiredis connection behind redis.h.
 *
 *   away ── a call ──▶ dial: connect, AUTH ──▶ up ── any failure ──▶ away
 *
 * hiredis' own timeouts bound connecting and each answer. Once a command is written nobody can
 * say whether it ran until its answer is read; so a failure to write is as unknown as a failure
 * to read, and only a failure to dial is a refusal. Waits between two dials are the caller's.
 */
#include "common/redis.h"

#include <assert.h>
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "common/address.h"
#include "common/redis_errors.h"
#include "common/scripts.h"
#include "common/xmalloc.h"

enum { REDIS_MAGIC = 0x4ed15, ERROR_BYTES = 256, WORDS_MAX = 2200 };

struct redis {
	unsigned magic;
	char *address, *user, *password;
	uint32_t patience_ms;
	redisContext *link;
	bool is_barred; /* the last failure was about rights */
	char error[ERROR_BYTES];
};

/* What struct redis_reply is: never made, only pointed to. */
static const redisReply *redis_reply_inner(const struct redis_reply *reply)
{
	return (const redisReply *)reply;
}

static struct timeval redis_timeval(uint32_t ms)
{
	return (struct timeval){ .tv_sec = ms / 1000, .tv_usec = (long)(ms % 1000) * 1000 };
}

struct redis *redis_open(const struct redis_settings *settings)
{
	struct redis *redis = xcalloc(1, sizeof(*redis));

	redis->magic = REDIS_MAGIC;
	redis->address = xstrdup(settings->address);
	redis->user = xstrdup(settings->user);
	redis->password = xstrdup(settings->password);
	redis->patience_ms = settings->patience_ms;
	return redis;
}

static void redis_hang_up(struct redis *redis)
{
	if (redis->link)
		redisFree(redis->link);
	redis->link = NULL;
}

void redis_close(struct redis *redis)
{
	if (!redis)
		return;
	assert(redis->magic == REDIS_MAGIC);
	redis_hang_up(redis);
	explicit_bzero(redis->password, strlen(redis->password));
	free(redis->password);
	free(redis->user);
	free(redis->address);
	free(redis);
}

const char *redis_error(const struct redis *redis)
{
	return redis->error;
}

bool redis_is_barred(const struct redis *redis)
{
	return redis->is_barred;
}

int redis_fd(const struct redis *redis)
{
	return redis->link ? redis->link->fd : -1;
}

struct redis_word redis_word_of(const char *text)
{
	return (struct redis_word){ text, strlen(text) };
}

/* -- the link ---------------------------------------------------------------------------------- */

static void redis_say(struct redis *redis, const char *what, const char *why)
{
	snprintf(redis->error, sizeof(redis->error), "Redis at %s: %s%s%s", redis->address, what,
		 *why ? ": " : "", why);
	redis->is_barred = redis_error_is_barrier(why);
}

static redisContext *redis_connect(const struct redis *redis)
{
	struct timeval patience = redis_timeval(redis->patience_ms);
	char host[ADDRESS_HOST_BYTES];

	if (strncmp(redis->address, "unix:", 5) == 0)
		return redisConnectUnixWithTimeout(redis->address + 5, patience);
	const char *port = address_split(redis->address, host);
	return port ? redisConnectWithTimeout(host, atoi(port), patience) : NULL;
}

static bool redis_log_in(struct redis *redis)
{
	redisReply *reply = redisCommand(redis->link, "AUTH %s %s", redis->user, redis->password);
	bool is_in = reply && reply->type == REDIS_REPLY_STATUS;

	if (!is_in)
		redis_say(redis, "it does not let us in", reply ? reply->str : redis->link->errstr);
	if (reply)
		freeReplyObject(reply);
	return is_in;
}

/* Is there a link, old or new? If not, redis_error() says why. */
static bool redis_dial(struct redis *redis)
{
	if (redis->link)
		return true;
	redis->link = redis_connect(redis);
	if (!redis->link || redis->link->err) {
		redis_say(redis, "no connection",
			  redis->link ? redis->link->errstr : "host:port or unix:/path is wanted");
		redis_hang_up(redis);
		return false;
	}
	if (redisSetTimeout(redis->link, redis_timeval(redis->patience_ms)) == REDIS_OK &&
	    redis_log_in(redis))
		return true;
	redis_hang_up(redis);
	return false;
}

/* -- calls ------------------------------------------------------------------------------------- */

static enum redis_fate redis_judge(struct redis *redis, redisReply *inner,
				   struct redis_reply **reply)
{
	enum redis_fate fate = REDIS_FAULTY;

	if (inner->type != REDIS_REPLY_ERROR) {
		*reply = (struct redis_reply *)inner;
		return REDIS_ANSWERED;
	}
	if (redis_error_is_refusal(inner->str))
		fate = REDIS_REFUSED;
	redis_say(redis, "it refuses", inner->str);
	freeReplyObject(inner);
	return fate;
}

enum redis_fate redis_command(struct redis *redis, const struct redis_word *words, size_t count,
			      uint32_t extra_ms, struct redis_reply **reply)
{
	const char *texts[WORDS_MAX];
	size_t sizes[WORDS_MAX];
	redisReply *inner = NULL;

	assert(redis->magic == REDIS_MAGIC && count > 0 && count <= WORDS_MAX);
	*reply = NULL;
	if (!redis_dial(redis))
		return REDIS_REFUSED;
	for (size_t i = 0; i < count; i++) {
		texts[i] = words[i].text;
		sizes[i] = words[i].size;
	}
	if (extra_ms)
		redisSetTimeout(redis->link, redis_timeval(redis->patience_ms + extra_ms));
	inner = redisCommandArgv(redis->link, (int)count, texts, sizes);
	if (!inner) {
		redis_say(redis, "no answer", redis->link->errstr);
		redis_hang_up(redis);
		return REDIS_UNKNOWN;
	}
	if (extra_ms)
		redisSetTimeout(redis->link, redis_timeval(redis->patience_ms));
	return redis_judge(redis, inner, reply);
}

/* Makes Redis know the script `verb`. */
static enum redis_fate redis_load(struct redis *redis, const char *verb)
{
	const struct script_source *source = NULL;
	struct redis_reply *reply;

	for (size_t i = 0; i < script_sources_count && !source; i++) {
		if (strcmp(script_sources[i].verb, verb) == 0)
			source = &script_sources[i];
	}
	assert(source);
	const struct redis_word words[] = { redis_word_of("SCRIPT"),
					    redis_word_of("LOAD"),
					    { source->text, source->text_len } };
	enum redis_fate fate = redis_command(redis, words, 3, 0, &reply);

	redis_reply_free(reply);
	return fate;
}

enum redis_fate redis_script(struct redis *redis, const char *verb, const char *item,
			     size_t key_count, const struct redis_word *words, size_t count,
			     struct redis_reply **reply)
{
	struct redis_word all[WORDS_MAX];
	char names[KEYS_PARTS][KEYS_NAME_BYTES], digits[12];
	size_t used = 3;

	assert(key_count <= KEYS_PARTS && count + key_count + used <= WORDS_MAX);
	snprintf(digits, sizeof(digits), "%zu", key_count);
	all[0] = redis_word_of("EVALSHA");
	all[1] = redis_word_of(scripts_sha(verb));
	all[2] = redis_word_of(digits);
	for (size_t part = 0; part < key_count; part++, used++)
		all[used] = (struct redis_word){ names[part], keys_name(names[part], item,
									(enum keys_part)part) };
	if (count > 0)
		memcpy(all + used, words, count * sizeof(*words));
	used += count;
	enum redis_fate fate = redis_command(redis, all, used, 0, reply);

	if (fate != REDIS_REFUSED || !strstr(redis->error, "NOSCRIPT"))
		return fate;
	fate = redis_load(redis, verb);
	return fate == REDIS_ANSWERED ? redis_command(redis, all, used, 0, reply) : fate;
}

/* -- replies ----------------------------------------------------------------------------------- */

void redis_reply_free(struct redis_reply *reply)
{
	if (reply)
		freeReplyObject(reply);
}

size_t redis_reply_count(const struct redis_reply *reply)
{
	const redisReply *inner = redis_reply_inner(reply);

	return inner && inner->type == REDIS_REPLY_ARRAY ? inner->elements : 0;
}

const struct redis_reply *redis_reply_at(const struct redis_reply *reply, size_t place)
{
	if (place >= redis_reply_count(reply))
		return NULL;
	return (const struct redis_reply *)redis_reply_inner(reply)->element[place];
}

struct redis_word redis_reply_text(const struct redis_reply *reply)
{
	const redisReply *inner = redis_reply_inner(reply);

	if (!inner || (inner->type != REDIS_REPLY_STRING && inner->type != REDIS_REPLY_STATUS))
		return (struct redis_word){ NULL, 0 };
	return (struct redis_word){ inner->str, (size_t)inner->len };
}

int64_t redis_reply_number(const struct redis_reply *reply)
{
	struct redis_word text = redis_reply_text(reply);

	if (reply && redis_reply_inner(reply)->type == REDIS_REPLY_INTEGER)
		return redis_reply_inner(reply)->integer;
	return text.text ? keys_count_read(text.text, text.size) : -1;
}

bool redis_reply_is(const struct redis_reply *reply, const char *text)
{
	struct redis_word own = redis_reply_text(reply);

	return own.text && own.size == strlen(text) && memcmp(own.text, text, own.size) == 0;
}
