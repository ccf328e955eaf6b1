/*
 * http.h - the node's wall to its clients: requests in, one answer each out.
 *
 * Owns the listening socket, all connections and libmicrohttpd, which is driven from the node's
 * loop (external epoll mode). A request reaches the handler when it is complete, its body
 * included. The handler answers at once or suspends; a suspended request is answered later,
 * exactly once, on the loop thread. Nothing in a suspended request times out by itself: whoever
 * suspends owns a deadline.
 *
 * A request whose framing is faulty (two lengths, a length and chunks, a body too large) is
 * handed on without its body, to be refused, and its connection is closed.
 *
 * Layer: above loop, log, xmalloc; knows nothing of items. libmicrohttpd is known to http.c only.
 */
#ifndef PENSTOCK_HTTP_H
#define PENSTOCK_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "node/loop.h"

struct http;
struct http_request;
struct http_reply;

enum { HTTP_BODY_BYTES_MAX = 4096, HTTP_SHEET_BYTES = 256 };

enum http_method { HTTP_GET, HTTP_POST, HTTP_OTHER };

enum http_fault {
	HTTP_SOUND,
	HTTP_TOO_LARGE,   /* the body exceeds HTTP_BODY_BYTES_MAX */
	HTTP_BAD_FRAMING, /* more than one length: where it ends is not clear */
	HTTP_CROWDED,     /* so many headers and arguments that an answer might find no room */
};

/* The headers and query arguments that a node reads; all others are passed over. */
enum http_field {
	HTTP_IDEMPOTENCY_KEY,
	HTTP_IDEMPOTENCY_ATTEMPT,
	HTTP_REQUEST_ID,
	HTTP_ACCEPT_LANGUAGE,
	HTTP_CONTENT_TYPE,
	HTTP_SIGNATURE,
	HTTP_AUTHORIZATION,
	HTTP_ARGUMENT_USER,
	HTTP_ARGUMENT_UNITS,
	HTTP_FIELDS,
};

struct http_text {
	const char *at; /* NUL-terminated; NULL when absent */
	size_t size;
};

struct http_settings {
	const char *address; /* host:port to listen on */
	uint32_t connections_max;
	uint32_t connection_memory; /* bytes a connection; bounds request line and headers */
	uint32_t idle_timeout_s;    /* must exceed the keepalive_timeout of the nginx in front */
};

/* A complete request. Answer or suspend it before returning. */
typedef void http_handler(struct http_request *request, void *owner);

/*
 * Binds, listens and starts. NULL with a sentence in the log if it cannot. `owner` is borrowed.
 * The caller pumps: see http_pump().
 */
struct http *http_open(struct loop *loop, const struct http_settings *settings,
		       http_handler *handler, void *owner);

/*
 * Does what libmicrohttpd has to do; call it at the end of each turn (cheap if there is nothing).
 */
void http_pump(struct http *http);

/* Stops accepting, and from now on closes each connection after its answer. */
void http_quiesce(struct http *http);

/* Connections that exist now. */
uint32_t http_connection_count(const struct http *http);

/* Ends it with all connections; no request may be suspended. NULL is allowed. */
void http_close(struct http *http);

/* The TCP port that it listens on. */
unsigned http_port(const struct http *http);

/* GET, POST, or anything else. */
enum http_method http_request_method(const struct http_request *request);

/* The path, before any `?`, as sent (not decoded); lives until the answer. */
struct http_text http_request_path(const struct http_request *request);

/* The body; lives until the answer. */
struct http_text http_request_body(const struct http_request *request);

/* A field's value, as sent (not decoded); lives until the answer. */
struct http_text http_request_field(const struct http_request *request, enum http_field field);

enum { HTTP_ID_BYTES = 65 };

/* The request's id as nginx gave it, for the log: copied; "-" if there is none of its form. */
const char *http_request_id(const struct http_request *request, char into[HTTP_ID_BYTES]);

/* Was one of the fields sent more than once, so that it is not clear which one holds? */
bool http_request_is_doubled(const struct http_request *request);

/* Is its framing sound? A request that is not must be answered at once; its body is not there. */
enum http_fault http_request_fault(const struct http_request *request);

/* What to say of a fault: an English sentence, for ever. Not for HTTP_SOUND. */
const char *http_fault_text(enum http_fault fault);

/*
 * Has its client hung up meanwhile, behind a request that was sent whole? Then nobody will hear the
 * answer, and perhaps the client has asked elsewhere since. Costs a system call.
 */
bool http_request_is_deserted(const struct http_request *request);

/* When the request was complete, on loop_clock_us(). */
int64_t http_request_born_us(const struct http_request *request);

/*
 * Puts the request aside; http_answer() or http_answer_shared() must follow, on a later turn or
 * this one.
 */
void http_suspend(struct http_request *request);

/*
 * A JSON answer that can be given many times: built once, never copied again. `text` is copied.
 * `retry_after_s` > 0 adds that header. Ended by http_reply_drop(); answers under way keep it
 * alive.
 */
struct http_reply *http_reply_make(unsigned status, const char *text, size_t size,
				   unsigned retry_after_s);

/*
 * Adds a header to a reply that was not given yet, or replaces the one of that name. Both texts are
 * valid by HTTP, and copied.
 */
void http_reply_add(struct http_reply *reply, const char *name, const char *value);

/* Lets go of it. NULL is allowed. */
void http_reply_drop(struct http_reply *reply);

/* Answers with a shared reply. The request is gone for the caller. */
void http_answer_shared(struct http_request *request, struct http_reply *reply);

/*
 * Answers 200 with a text of HTTP_SHEET_BYTES that the caller writes into the result (whose old
 * content is anything) before http_answer_end(). Costs no allocation: sheets are used again.
 */
char *http_answer_begin(struct http_request *request);

/* The sheet is filled: answers with it. The request is gone for the caller. */
void http_answer_end(struct http_request *request);

/* Answers once with `text`, which is copied. Otherwise as above. */
void http_answer(struct http_request *request, unsigned status, const char *text, size_t size,
		 unsigned retry_after_s);

#endif
