/*
 * http.h - the buyer's links to the one server of Penstock.
 *
 * A `struct http` owns one curl multi whose connections are kept alive and all lead to the server
 * that it was opened for: no redirect is followed, no proxy asked, no other scheme spoken. Answers
 * are bounded (64 KiB of body, 16 KiB of headers) and every request has a deadline.
 *
 * Layer: above settings and xmalloc; below server and rush. libcurl is known to http.c only.
 */
#ifndef PENSTOCK_BUYER_HTTP_H
#define PENSTOCK_BUYER_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HTTP_WHY_BYTES = 256, HTTP_BODY_BYTES_MAX = 65536, HTTP_HEAD_BYTES_MAX = 16384 };

struct http;

struct http_settings {
	const char *server;   /* "http://host:port" or https; a path before the API's is allowed */
	const char *language; /* "zh" or "en" */
	int64_t timeout_ms;   /* for each request, the name's look-up included */
	int wake_fd;          /* waits end when it is readable; -1: none */
};

/* How a request ended. */
enum http_fate {
	HTTP_ANSWERED, /* with any status, whole */
	HTTP_UNSENT,   /* no connection could be made: the server never saw it */
	HTTP_LOST,     /* sent, and no whole answer came: it may have been executed */
	HTTP_STRANGE,  /* an answer that is too large, or no HTTP */
};

struct http_ask {
	const char *path; /* "/buy/ticket?units=2" */
	bool is_post;
	const char *key;  /* Idempotency-Key; NULL: none */
	bool is_first;    /* Idempotency-Attempt: 1 */
	bool is_fresh;    /* over a connection of its own, which is kept afterwards */
	const char *form; /* body of a POST, application/x-www-form-urlencoded; NULL: empty */
};

struct http_answer {
	enum http_fate fate;
	int status;       /* 0 unless answered */
	bool is_json;     /* by its Content-Type */
	const char *body; /* `size` bytes, NUL behind them */
	size_t size;
	int64_t retry_after_ms;   /* of the header; -1: none */
	int64_t sent_us, done_us; /* monotonic */
	bool was_connected;       /* went over a connection that was there already */
	char why[HTTP_WHY_BYTES]; /* when not answered */
};

/* Called once for each request, from http_turn(); the answer is borrowed for the call. */
typedef void http_cb(void *owner, const struct http_answer *answer);

enum http_turn {
	HTTP_TURN_NEWS,  /* some request has ended */
	HTTP_TURN_TIME,  /* the time has come */
	HTTP_TURN_WOKEN, /* wake_fd is readable */
};

/*
 * Makes the links ready; nothing is connected. The settings are copied. NULL, and a sentence in
 * `why`: the URL is not one of http or https with a host and without user, query and fragment.
 */
struct http *http_open(const struct http_settings *settings, char why[HTTP_WHY_BYTES]);

/* Drops what is under way (no callback) and closes all connections. NULL is allowed. */
void http_close(struct http *http);

/* Sends `Authorization: Bearer <token>` from now on (copied); "" : none. */
void http_set_token(struct http *http, const char *token);

/* Microseconds of the monotonic clock. */
int64_t http_now_us(void);

/* Sends a request now; `on_answer` will be called with `owner`. All of `ask` is copied. */
void http_send(struct http *http, const struct http_ask *ask, http_cb *on_answer, void *owner);

/* How many requests are under way. */
size_t http_flying(const struct http *http);

/* Drops all that is under way; no callback comes for it, and its connections are closed. */
void http_drop(struct http *http);

/*
 * Works until `until_us` (monotonic), or until at least one request has ended, or until it is
 * woken; within about 0.1 ms of `until_us` if the machine has a processor free.
 */
enum http_turn http_turn(struct http *http, int64_t until_us) __attribute__((warn_unused_result));

/*
 * Sends one request and works until it has ended. False: woken before, and the request dropped.
 * The answer is then http_answer_clear()'s to end; its body is its own.
 */
bool http_ask_now(struct http *http, const struct http_ask *ask, struct http_answer *answer)
	__attribute__((warn_unused_result));

/* The same, but at `until_us` (monotonic) the request is dropped, and its answer is lost. */
bool http_ask_until(struct http *http, const struct http_ask *ask, int64_t until_us,
		    struct http_answer *answer) __attribute__((warn_unused_result));

/* Frees what http_ask_now() and http_ask_until() gave. */
void http_answer_clear(struct http_answer *answer);

#endif
