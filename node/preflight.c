/*
 * preflight.c - the checks of a fresh connection, as a table; see preflight.h.
 *
 * A stranger's PING, then the log-in, then all others at once (Redis 8.0 does not answer a wrong
 * log-in that was sent behind a refused command). The first fault makes the sentence; later
 * answers are passed over. What passes by itself (Redis is still loading its data, is busy with a
 * script, has as many connections as it takes) is not a fault: it is asked again.
 */
#include "node/preflight.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/redis_errors.h"
#include "common/scripts.h"
#include "common/xmalloc.h"

enum { PREFLIGHT_MAGIC = 0x94ef, WORDS_MAX = 8, AGAIN_MS = 100, REJECTED_MS = 1000 };

enum check_kind {
	CHECK_STRANGER, /* must be refused with NOAUTH */
	CHECK_LOGIN,    /* must say OK */
	CHECK_CONFIG,   /* the second word must be `expected` */
	CHECK_ALLOWED,  /* must say OK */
	CHECK_SCRIPT,   /* must say the script's SHA-1 */
};

struct check {
	enum check_kind kind;
	const char *words[WORDS_MAX]; /* NULL-terminated; %u is the user */
	const char *expected;
};

#define DRYRUN "ACL", "DRYRUN", "%u"
#define H "ticket_hash_key"
#define K(name) "{ticket_hash_key}:" name
#define D(name) "penstock:device:" name

/* After PING and AUTH. The DRYRUN lines are the commands of lua/ with the keys they touch. */
static const struct check checks[] = {
	{ CHECK_CONFIG, { "CONFIG", "GET", "appendonly" }, "yes" },
	{ CHECK_CONFIG, { "CONFIG", "GET", "appendfsync" }, "always" },
	{ CHECK_CONFIG, { "CONFIG", "GET", "aof-load-truncated" }, "no" },
	{ CHECK_CONFIG, { "CONFIG", "GET", "maxmemory-policy" }, "noeviction" },
	{ CHECK_ALLOWED, { DRYRUN, "EVALSHA", "0", "1", H }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "TIME" }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "SCAN", "0" }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "HMGET", H, "f" }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "HSET", H, "f", "v" }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "HMGET", K("requests"), "f" }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "HSET", K("orders"), "f", "v" }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "HLEN", K("orders") }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "ZCARD", K("unpaid") }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "HDEL", K("buyers"), "f" }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "HGETALL", K("nodes") }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "ZADD", K("unpaid"), "1", "1" }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "ZREM", K("unpaid"), "1" }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "ZRANGE", K("unpaid"), "0", "0" }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "ZRANGEBYSCORE", K("unpaid"), "0", "1" }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "EXISTS", K("events") }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "UNLINK", K("buyers") }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "HMGET", "{_hash_key}:group:spring", "f" }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "PEXPIRE", "{_hash_key}:group:spring", "1" }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "HINCRBY", K("buyers"), "f", "1" }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "SADD", K("reserved"), "m" }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "SCARD", K("reserved") }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "SISMEMBER", K("reserved"), "m" }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "SMISMEMBER", K("reserved"), "m" }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "XADD", K("events"), "*", "f", "v" }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "XINFO", "STREAM", K("events") }, NULL },
};

/* Of a node that logs devices in. */
static const struct check device_checks[] = {
	{ CHECK_ALLOWED, { DRYRUN, "HSET", D("x"), "f", "v" }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "HINCRBY", D("guesses"), "f", "1" }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "DEL", D("x") }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "PEXPIRE", D("x"), "1" }, NULL },
	{ CHECK_ALLOWED, { DRYRUN, "ZADD", D("open"), "1", "x" }, NULL },
};

enum {
	CHECKS = sizeof(checks) / sizeof(checks[0]),
	DEVICE_CHECKS = sizeof(device_checks) / sizeof(device_checks[0]),
};

struct preflight {
	unsigned magic;
	const char *user, *password;
	bool logs_devices_in;
	preflight_cb *cb;
	void *owner;
	struct store *store;
	unsigned expected, answered; /* answers of this stage */
	enum check_kind stage;       /* CHECK_STRANGER, CHECK_LOGIN, or CHECK_CONFIG: the rest */
	bool faulty, loading;
	bool is_told; /* in the log, that it is asked again */
	char sentence[400];
};

static void preflight_fault(struct preflight *preflight, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void preflight_fault(struct preflight *preflight, const char *format, ...)
{
	va_list args;

	if (preflight->faulty)
		return;
	preflight->faulty = true;
	va_start(args, format);
	vsnprintf(preflight->sentence, sizeof(preflight->sentence), format, args);
	va_end(args);
}

static void preflight_judge_config(struct preflight *preflight, const struct check *check,
				   const struct store_answer *answer)
{
	const char *name = check->words[2];

	if (answer->fate != STORE_ANSWERED || answer->count != 2)
		preflight_fault(preflight,
				"the Redis user %s may not read the setting %s: add +config|get "
				"to its ACL line (deploy/secrets.sh writes it)",
				preflight->user, name);
	else if (!store_word_is(&answer->words[1], check->expected))
		preflight_fault(
			preflight,
			"Redis has %s %.*s, which can lose acknowledged orders: set `%s %s` "
			"in redis.conf and start it again",
			name, (int)answer->words[1].size, answer->words[1].text, name,
			check->expected);
}

static void preflight_judge(struct preflight *preflight, const struct check *check,
			    const struct store_answer *answer)
{
	bool is_ok = answer->fate == STORE_ANSWERED && answer->count == 1;
	const char *said = answer->error ? answer->error : "nothing";

	if (answer->error && redis_error_is_passing(answer->error)) {
		if (!preflight->is_told)
			log_line(LOG_WARN, "Redis takes no calls yet (%.80s); trying again",
				 answer->error);
		preflight->loading = preflight->is_told = true;
		return;
	}
	switch (check->kind) {
	case CHECK_STRANGER:
		if (!answer->error || strncmp(answer->error, "NOAUTH", 6) != 0)
			preflight_fault(preflight, "Redis serves callers without a password: put "
						   "`user default off` into its ACL file and start "
						   "it again");
		break;
	case CHECK_LOGIN:
		if (!is_ok || !store_word_is(answer->words, "OK"))
			preflight_fault(
				preflight,
				"Redis does not let user %s log in (it said: %.80s): its ACL "
				"file and --redis-password-file must come from the same "
				"deploy/secrets.sh",
				preflight->user, said);
		break;
	case CHECK_CONFIG:
		preflight_judge_config(preflight, check, answer);
		break;
	case CHECK_ALLOWED:
		if (!is_ok || !store_word_is(answer->words, "OK"))
			preflight_fault(
				preflight,
				"the Redis user %s may not run %s on %s: mend its ACL line "
				"(deploy/secrets.sh writes it; +acl|dryrun itself is needed, "
				"and Redis 7 or newer)",
				preflight->user, check->words[3],
				check->words[4] ? check->words[4] : "-");
		break;
	case CHECK_SCRIPT:
		if (!is_ok || !store_word_is(answer->words, check->expected))
			preflight_fault(preflight, "Redis did not load a script (it said: %.120s)",
					said);
	}
}

static void preflight_conclude(struct preflight *preflight)
{
	if (preflight->loading) {
		store_reject(preflight->store, AGAIN_MS);
		return;
	}
	preflight->is_told = false;
	if (preflight->faulty) {
		store_reject(preflight->store, REJECTED_MS);
		preflight->cb(preflight->owner, PREFLIGHT_REJECTED, preflight->sentence);
	} else {
		store_admit(preflight->store);
		preflight->cb(preflight->owner, PREFLIGHT_ADMITTED, NULL);
	}
}

static void preflight_go_on(struct preflight *preflight);

/* Owner of one answer: which check it is for. */
struct preflight_asked {
	struct preflight *preflight;
	struct check check;
};

static void preflight_on_answer(void *owner, const struct store_answer *answer)
{
	struct preflight_asked *asked = owner;
	struct preflight *preflight = asked->preflight;

	assert(preflight->magic == PREFLIGHT_MAGIC);
	if (answer->fate == STORE_UNKNOWN)
		preflight->loading = true; /* the link died: no verdict */
	else
		preflight_judge(preflight, &asked->check, answer);
	free(asked);
	bool is_last = ++preflight->answered == preflight->expected;
	if (is_last && answer->fate != STORE_UNKNOWN)
		preflight_go_on(preflight);
}

static void preflight_ask(struct preflight *preflight, const struct check *check)
{
	struct preflight_asked *asked = xmalloc(sizeof(*asked));
	const char *words[WORDS_MAX];
	size_t count = 0;

	while (count < WORDS_MAX && check->words[count]) {
		const char *word = check->words[count];

		words[count++] = strcmp(word, "%u") == 0 ? preflight->user : word;
	}
	*asked = (struct preflight_asked){ preflight, *check };
	if (store_command(preflight->store, words, count, preflight_on_answer, asked) != STORE_SENT)
		free(asked);
	else
		preflight->expected++;
}

struct preflight *preflight_open(const char *user, const char *password, bool logs_devices_in,
				 preflight_cb *cb, void *owner)
{
	struct preflight *preflight = xcalloc(1, sizeof(*preflight));

	preflight->magic = PREFLIGHT_MAGIC;
	preflight->user = user;
	preflight->password = password;
	preflight->logs_devices_in = logs_devices_in;
	preflight->cb = cb;
	preflight->owner = owner;
	return preflight;
}

static void preflight_ask_rest(struct preflight *preflight)
{
	for (size_t i = 0; i < CHECKS; i++)
		preflight_ask(preflight, &checks[i]);
	for (size_t i = 0; preflight->logs_devices_in && i < DEVICE_CHECKS; i++)
		preflight_ask(preflight, &device_checks[i]);
	for (size_t i = 0; i < script_sources_count; i++) {
		const struct check load = { CHECK_SCRIPT,
					    { "SCRIPT", "LOAD", script_sources[i].text },
					    script_sources[i].sha };

		preflight_ask(preflight, &load);
	}
}

/* A stage is answered: the next one, or the verdict. */
static void preflight_go_on(struct preflight *preflight)
{
	const struct check login = { CHECK_LOGIN,
				     { "AUTH", preflight->user, preflight->password },
				     NULL };

	preflight->expected = preflight->answered = 0;
	if (preflight->faulty || preflight->loading || preflight->stage == CHECK_CONFIG) {
		preflight_conclude(preflight);
	} else if (preflight->stage == CHECK_STRANGER) {
		preflight->stage = CHECK_LOGIN;
		preflight_ask(preflight, &login);
	} else {
		preflight->stage = CHECK_CONFIG;
		preflight_ask_rest(preflight);
	}
}

void preflight_run(struct preflight *preflight, struct store *store)
{
	const struct check stranger = { CHECK_STRANGER, { "PING" }, NULL };

	preflight->store = store;
	preflight->stage = CHECK_STRANGER;
	preflight->expected = preflight->answered = 0;
	preflight->faulty = preflight->loading = false;
	preflight_ask(preflight, &stranger);
}

void preflight_close(struct preflight *preflight)
{
	free(preflight);
}
