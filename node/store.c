/*
 * store.c - one pipelined hiredis connection behind store.h.
 *
 *   AWAY ──timer──▶ CONNECTING ──connected──▶ CHECKING ──store_admit──▶ READY
 *     ▲                 │                        │                        │
 *     └─────────────────┴── refused, rejected, silent, closed, nonsense ──┘
 *
 * What bites in hiredis, and where it is met here: a refused connect fires only the connect
 * callback (store_on_connect goes to AWAY as well); 0.14 has no timeouts (`patience` looks at
 * the oldest call); a dying link runs every pending callback with a NULL reply (that is
 * STORE_UNKNOWN); an answer to nothing is an assertion there, so we look before it does; writing
 * is deferred to the end of the turn, so that one write(2) carries all of a turn's calls.
 */
#include <assert.h>
#include <hiredis/async.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/address.h"
#include "common/keys.h"
#include "common/log.h"
#include "common/xmalloc.h"
#include "node/resp.h"
#include "node/store_parts.h"
#include "node/store_reply.h"

enum { CALL_MAGIC = 0xca11, STORE_MAGIC = 0x5704e };
enum { PAUSE_LEAST_MS = 50, PAUSE_MOST_MS = 1000, WORDS_MAX = 8192 };

enum store_state { STORE_AWAY, STORE_CONNECTING, STORE_CHECKING, STORE_READY };

struct store_call {
	unsigned magic;
	struct store *store;
	struct store_call *next; /* in flight, oldest first */
	int64_t sent_ms, sent_us;
	store_cb *cb;
	void *owner;
};

struct store {
	unsigned magic;
	struct loop *loop;
	struct store_settings settings;
	store_link_cb *on_link;
	void *owner;
	enum store_state state;
	redisAsyncContext *link;
	struct loop_watch *watch;
	struct loop_timer *retry, *patience;
	struct store_call *oldest, *newest;
	char *command; /* being sent */
	size_t command_room;
	int64_t pause_ms, changed_ms;
	bool wants_write, closing;
	redisReplyObjectFunctions reading;  /* hiredis' own, but that no list is too long */
	struct store_word words[WORDS_MAX]; /* of the answer being told */
};

/* Is there something to read although nothing was asked? */
static bool store_is_talked_to(const struct store *store)
{
	char byte;

	return !store->oldest && store->state != STORE_CONNECTING &&
	       recv(store->link->c.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
}

static void store_on_fd(void *owner, int events)
{
	struct store *store = owner;

	assert(store->magic == STORE_MAGIC);
	if (events & LOOP_WRITE)
		redisAsyncHandleWrite(store->link);
	if ((events & LOOP_READ) && store->link && store_is_talked_to(store))
		store_distrust(store);
	else if ((events & LOOP_READ) && store->link)
		redisAsyncHandleRead(store->link);
}

static void store_hook_write(void *data)
{
	struct store *store = data;

	if (store->state == STORE_CONNECTING)
		loop_watch_set(store->watch, LOOP_READ | LOOP_WRITE);
	else
		store->wants_write = true;
}

static void store_hook_no_write(void *data)
{
	struct store *store = data;

	store->wants_write = false;
	loop_watch_set(store->watch, LOOP_READ);
}

static void store_hook_cleanup(void *data)
{
	struct store *store = data;

	loop_watch_close(store->watch);
	store->watch = NULL;
}

void store_flush(struct store *store)
{
	if (!store->wants_write || !store->link)
		return;
	store->wants_write = false;
	redisAsyncHandleWrite(store->link);
	if (store->wants_write && store->watch) /* the socket is full: wait until it is not */
		loop_watch_set(store->watch, LOOP_READ | LOOP_WRITE);
}

static void store_go_away(struct store *store)
{
	bool was_up = store->state == STORE_CHECKING || store->state == STORE_READY;

	store->link = NULL;
	store->state = STORE_AWAY;
	loop_timer_stop(store->patience);
	if (!store->closing)
		loop_timer_start(store->retry, store->pause_ms, 0);
	store->pause_ms = store->pause_ms * 2 < PAUSE_MOST_MS ? store->pause_ms * 2 : PAUSE_MOST_MS;
	if (was_up)
		store->on_link(store->owner, false);
}

/* It cannot be reached: said once, and tried again with growing pauses. */
static void store_miss(struct store *store, const char *why)
{
	if (store->pause_ms == PAUSE_LEAST_MS)
		log_line(LOG_WARN, "Redis at %s: %s; trying again", store->settings.address, why);
	store_go_away(store);
}

static void store_on_disconnect(const redisAsyncContext *link, int status)
{
	struct store *store = link->data;

	if (status != REDIS_OK)
		log_line(LOG_WARN, "Redis: the connection ended: %s", link->errstr);
	store_go_away(store);
}

static void store_on_connect(const redisAsyncContext *link, int status)
{
	struct store *store = link->data;

	if (status != REDIS_OK) {
		store_miss(store, link->errstr);
		return;
	}
	store->state = STORE_CHECKING;
	store->settings.tally->redis_links++;
	store->changed_ms = loop_now_ms(store->loop);
	loop_watch_set(store->watch, LOOP_READ);
	store->on_link(store->owner, true);
}

#if HIREDIS_MAJOR > 0
typedef size_t store_length;
#else
typedef int store_length;
#endif

/* A list whose length nobody asks for would be made, and taken apart, for seconds. */
static void *store_make_list(const redisReadTask *task, store_length length)
{
	const redisReplyObjectFunctions *plain = task->privdata;

	return (size_t)length > WORDS_MAX ? NULL : plain->createArray(task, length);
}

static redisAsyncContext *store_dial(const char *address)
{
	char host[ADDRESS_HOST_BYTES];

	if (strncmp(address, "unix:", 5) == 0)
		return redisAsyncConnectUnix(address + 5);
	const char *port = address_split(address, host);
	return port ? redisAsyncConnect(host, atoi(port)) : NULL;
}

static void store_connect(void *owner)
{
	struct store *store = owner;
	redisAsyncContext *link = store_dial(store->settings.address);

	assert(store->magic == STORE_MAGIC && store->state == STORE_AWAY);
	if (!link || link->err) { /* at once: no such socket, no descriptor left */
		store_miss(store, link ? link->errstr : "not an address");
		if (link)
			redisAsyncFree(link);
		return;
	}
	store->link = link;
	store->state = STORE_CONNECTING;
	store->changed_ms = loop_now_ms(store->loop);
	store->watch = loop_watch_open(store->loop, link->c.fd, LOOP_READ | LOOP_WRITE, store_on_fd,
				       store);
	store->reading = *link->c.reader->fn;
	store->reading.createArray = store_make_list;
	link->c.reader->privdata = link->c.reader->fn;
	link->c.reader->fn = &store->reading;
	link->data = store;
	link->ev.data = store;
	/* No addRead and delRead: reading is always on. */
	link->ev.addWrite = store_hook_write;
	link->ev.delWrite = store_hook_no_write;
	link->ev.cleanup = store_hook_cleanup;
	redisAsyncSetDisconnectCallback(link, store_on_disconnect);
	redisAsyncSetConnectCallback(link, store_on_connect);
	loop_timer_start(store->patience, store->settings.patience_ms, 0);
}

/* Frees the link, at the latest behind the callback we are in; what is in flight is unknown. */
static void store_hang_up(struct store *store)
{
	if (!store->link)
		return;
	if (store->state == STORE_READY)
		store->state = STORE_CHECKING; /* takes no more calls */
	redisAsyncFree(store->link);           /* runs store_on_disconnect() if it was connected, */
	if (store->state == STORE_CONNECTING)  /* and else, by version, nothing */
		store_go_away(store);
}

void store_distrust(struct store *store)
{
	log_line(LOG_ERROR, "Redis: an answer of a form that no script gives; connecting again");
	store_hang_up(store);
}

/* Is the oldest call, or the connecting, older than patience allows? Then hang up. */
static void store_on_patience(void *owner)
{
	struct store *store = owner;
	int64_t since_ms = store->oldest ? store->oldest->sent_ms : store->changed_ms;
	int64_t waited_ms = loop_now_ms(store->loop) - since_ms;

	if (store->state == STORE_AWAY || (store->state == STORE_READY && !store->oldest))
		return;
	if (waited_ms < store->settings.patience_ms) {
		loop_timer_start(store->patience, store->settings.patience_ms - waited_ms + 1, 0);
		return;
	}
	log_line(LOG_WARN, "Redis at %s is silent for %lld ms; connecting again",
		 store->settings.address, (long long)waited_ms);
	store_hang_up(store);
}

struct store *store_open(struct loop *loop, const struct store_settings *settings,
			 store_link_cb *on_link, void *owner)
{
	struct store *store = xcalloc(1, sizeof(*store));

	store->magic = STORE_MAGIC;
	store->loop = loop;
	store->settings = *settings;
	store->on_link = on_link;
	store->owner = owner;
	store->pause_ms = PAUSE_LEAST_MS;
	store->retry = loop_timer_open(loop, store_connect, store);
	store->patience = loop_timer_open(loop, store_on_patience, store);
	loop_timer_start(store->retry, 0, 0);
	return store;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	store->closing = true;
	store_hang_up(store);
	loop_timer_close(store->retry);
	loop_timer_close(store->patience);
	free(store->command);
	free(store);
}

bool store_is_ready(const struct store *store)
{
	return store->state == STORE_READY;
}

void store_admit(struct store *store)
{
	assert(store->state == STORE_CHECKING);
	store->state = STORE_READY;
	store->pause_ms = PAUSE_LEAST_MS;
}

void store_reject(struct store *store, int64_t retry_ms)
{
	assert(store->state == STORE_CHECKING);
	store->pause_ms = retry_ms;
	redisAsyncDisconnect(store->link); /* what is pending is answered first, then it is freed */
}

/* -- calls and their answers ------------------------------------------------------------------ */

static struct store_word store_word_of(const redisReply *reply)
{
	if (reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS)
		return (struct store_word){ reply->str, (size_t)reply->len,
					    keys_count_read(reply->str, (size_t)reply->len) };
	return (struct store_word){ NULL, 0,
				    reply->type == REDIS_REPLY_INTEGER ? reply->integer : -1 };
}

/* Fills *answer from a reply. False when it is not of a form that we ever ask for. */
static bool store_read_reply(struct store *store, const redisReply *reply,
			     struct store_answer *answer)
{
	bool is_list = reply->type == REDIS_REPLY_ARRAY;
	size_t count = is_list ? reply->elements : 1;

	for (size_t i = 0; i < count; i++) {
		const redisReply *element = is_list ? reply->element[i] : reply;

		if (element->type == REDIS_REPLY_ARRAY || element->type == REDIS_REPLY_ERROR)
			return false;
		store->words[i] = store_word_of(element);
	}
	answer->fate = STORE_ANSWERED;
	answer->words = store->words;
	answer->count = count;
	return true;
}

static void store_on_reply(redisAsyncContext *link, void *data, void *owner)
{
	const redisReply *reply = data;
	struct store_call *call = owner;
	struct store *store = call->store;
	struct tally *tally = store->settings.tally;
	struct store_answer answer = { .fate = STORE_UNKNOWN };

	assert(call->magic == CALL_MAGIC && store->oldest == call);
	store->oldest = call->next;
	store->newest = store->oldest ? store->newest : NULL;
	if (reply && !store->oldest && link->c.reader->pos < link->c.reader->len)
		store_distrust(store); /* answers to nothing: hiredis would end the program */
	if (reply && reply->type == REDIS_REPLY_ERROR) {
		answer.fate = store_reply_error_fate(reply->str);
		answer.error = reply->str;
		if (store->state == STORE_READY && strncmp(reply->str, "NOSCRIPT", 8) == 0) {
			store->state = STORE_CHECKING;       /* takes no more calls */
			store_reject(store, PAUSE_LEAST_MS); /* the next preflight loads them */
		}
	} else if (reply && !store_read_reply(store, reply, &answer)) {
		store_distrust(store);
	}
	if (reply)
		histogram_add(&tally->redis, loop_clock_us() - call->sent_us);
	tally->redis_errors += answer.error != NULL;
	tally->redis_unknowns += !reply;
	call->cb(call->owner, &answer);
	free(call);
}

enum store_sent store_send(struct store *store, bool admitted, const struct store_word *words,
			   size_t count, store_cb *cb, void *owner)
{
	size_t bytes = resp_bytes_max(words, count);

	if (store->state != STORE_READY && (admitted || store->state != STORE_CHECKING))
		return STORE_DOWN;
	struct store_call *call = xmalloc(sizeof(*call));

	if (bytes > store->command_room) {
		store->command_room = bytes * 2;
		store->command = xrealloc(store->command, store->command_room);
	}
	bytes = resp_write(store->command, words, count);
	*call = (struct store_call){ CALL_MAGIC,      store, NULL, loop_now_ms(store->loop),
				     loop_clock_us(), cb,    owner };
	if (redisAsyncFormattedCommand(store->link, store_on_reply, call, store->command, bytes) !=
	    REDIS_OK) {
		/* hiredis took nothing (the link is closing), so no callback will come. */
		free(call);
		return STORE_DOWN;
	}
	if (store->newest) {
		store->newest->next = call;
	} else {
		store->oldest = call;
		loop_timer_start(store->patience, store->settings.patience_ms + 1, 0);
	}
	store->newest = call;
	return STORE_SENT;
}
