/*
 * http.c - libmicrohttpd behind http.h.
 *
 * What bites in libmicrohttpd, and where it is met here:
 *  - a resumed connection wakes neither the epoll descriptor nor MHD_get_timeout(): `dirty` makes
 *    http_pump() run it at the end of the same turn;
 *  - an answer on the handler's first call closes the connection: that call only takes the request
 *    down, except for faulty framing, where closing is what we want;
 *  - it decodes %00 and %0d%0a: the decoder is replaced by one that leaves the text alone;
 *  - at its connection limit it stops listening, and starts again only when it is run: the timer
 *    runs it;
 *  - it takes the first of two Content-Lengths: http_on_value() counts them.
 *
 *   MHD: call 1 ─ begin │ call 2.. with bytes ─ gather │ call without bytes ─ dispatch
 *                                        answered now ─ queue ◀─ call after resume ─ suspended
 */
#include "node/http.h"

#include <assert.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/listen.h"
#include "common/log.h"
#include "common/xmalloc.h"
#include "node/http_request.h"

enum { PUMP_TURNS_MAX = 64, LOOK_MS = 1000, LOOK_WHEN_FULL_MS = 20 };

struct http_reply {
	struct MHD_Response *response;
	unsigned status, uses;
	bool closes; /* says Connection: close */
	/* Of a sheet only: its text, and the next in the pool. */
	char *sheet;
	struct http_reply *spare;
};

struct http {
	struct loop *loop;
	struct MHD_Daemon *daemon;
	struct loop_watch *watch;
	struct loop_timer *timer;
	http_handler *handler;
	void *owner;
	struct http_reply *sheets; /* free ones */
	struct http_settings settings;
	unsigned port;
	bool dirty, closing;
};

static enum MHD_Result http_on_value(void *owner, enum MHD_ValueKind kind, const char *name,
				     size_t name_size, const char *value, size_t value_size)
{
	if (!value)
		value = "", value_size = 0;
	http_request_take(owner, kind == MHD_HEADER_KIND, (struct http_text){ name, name_size },
			  (struct http_text){ value, value_size });
	return MHD_YES;
}

static struct http_request *http_request_begin(struct http *http, struct MHD_Connection *connection,
					       const char *url, const char *method)
{
	struct http_request *request = xmalloc(sizeof(*request));

	http_request_init(request, url, method, http->settings.connection_memory);
	request->http = http;
	request->connection = connection;
	request->fd =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	MHD_get_connection_values_n(connection, MHD_HEADER_KIND | MHD_GET_ARGUMENT_KIND,
				    http_on_value, request);
	return request;
}

static enum MHD_Result http_request_queue(struct http_request *request)
{
	request->queued = true;
	return MHD_queue_response(request->connection, request->reply->status,
				  request->reply->response);
}

/* The request is complete, or so faulty that no more of it is wanted: the handler answers it. */
static enum MHD_Result http_dispatch(struct http *http, struct http_request *request)
{
	request->born_us = loop_clock_us();
	http->handler(request, http->owner);
	if (request->reply && !request->suspended)
		return http_request_queue(request);
	assert(request->suspended && !http_request_fault(request));
	return MHD_YES;
}

static enum MHD_Result http_on_upload(struct http_request *request, const char *bytes, size_t *size)
{
	bool bearable = http_request_gather(request, bytes, *size);

	*size = 0;
	return bearable ? MHD_YES : MHD_NO;
}

/* MHD's access handler; see the drawing above for its calls. */
static enum MHD_Result http_on_request(void *owner, struct MHD_Connection *connection,
				       const char *url, const char *method, const char *version,
				       const char *upload, size_t *upload_size, void **slot)
{
	struct http *http = owner;
	struct http_request *request = *slot;

	(void)version;
	if (!request) {
		request = *slot = http_request_begin(http, connection, url, method);
		/* Answered on the first call, so that the connection is closed after it. */
		return http_request_fault(request) ? http_dispatch(http, request) : MHD_YES;
	}
	assert(request->magic == HTTP_REQUEST_MAGIC);
	if (request->reply && !request->queued)
		return http_request_queue(request);
	if (*upload_size > 0)
		return http_on_upload(request, upload, upload_size);
	if (request->suspended)
		return MHD_YES;
	return http_dispatch(http, request);
}

/* libmicrohttpd is done with the sheet. */
static void http_sheet_put_back(struct http *http, struct http_reply *sheet)
{
	sheet->spare = http->sheets;
	http->sheets = sheet;
}

static void http_on_completed(void *owner, struct MHD_Connection *connection, void **slot,
			      enum MHD_RequestTerminationCode code)
{
	struct http *http = owner;
	struct http_request *request = *slot;

	(void)connection;
	(void)code;
	if (!request)
		return;
	assert(request->magic == HTTP_REQUEST_MAGIC);
	if (request->reply && request->reply->sheet)
		http_sheet_put_back(http, request->reply);
	else
		http_reply_drop(request->reply);
	free(request->body);
	request->magic = 0;
	free(request);
	*slot = NULL;
}

/* Leaves %XX alone: paths and arguments are checked as they were sent. */
static size_t http_on_unescape(void *owner, struct MHD_Connection *connection, char *text)
{
	(void)owner;
	(void)connection;
	return strlen(text);
}

static void http_on_daemon_log(void *owner, const char *format, va_list args)
{
	/* Its lines are about single clients' connections: nothing for an operator. */
	(void)owner;
	(void)format;
	(void)args;
}

static void http_on_fd(void *owner, int events)
{
	struct http *http = owner;

	(void)events;
	http->dirty = true;
}

static void http_on_timer(void *owner)
{
	struct http *http = owner;

	http->dirty = true;
}

static struct MHD_Daemon *http_start(struct http *http, const struct http_settings *settings,
				     int fd)
{
	return MHD_start_daemon(
		MHD_USE_EPOLL | MHD_USE_TURBO | MHD_ALLOW_SUSPEND_RESUME |
			MHD_USE_SUPPRESS_DATE_NO_CLOCK | MHD_USE_ERROR_LOG,
		0, NULL, NULL, http_on_request, http, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)settings->connections_max,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)settings->connection_memory,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)settings->idle_timeout_s,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED, http_on_completed,
		http, MHD_OPTION_UNESCAPE_CALLBACK, http_on_unescape, NULL,
		MHD_OPTION_EXTERNAL_LOGGER, http_on_daemon_log, NULL, MHD_OPTION_END);
}

struct http *http_open(struct loop *loop, const struct http_settings *settings,
		       http_handler *handler, void *owner)
{
	struct http *http = xcalloc(1, sizeof(*http));
	int fd = listen_open(settings->address, &http->port);

	http->loop = loop;
	http->handler = handler;
	http->owner = owner;
	http->settings = *settings;
	if (fd < 0) {
		free(http);
		return NULL;
	}
	http->daemon = http_start(http, settings, fd);
	if (!http->daemon) {
		log_line(LOG_ERROR, "the HTTP library did not start: too few file descriptors?");
		close(fd);
		free(http);
		return NULL;
	}
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	http->watch = loop_watch_open(loop, info->epoll_fd, LOOP_READ, http_on_fd, http);
	http->timer = loop_timer_open(loop, http_on_timer, http);
	return http;
}

void http_pump(struct http *http)
{
	MHD_UNSIGNED_LONG_LONG wait_ms = 0;

	if (!http->dirty)
		return;
	http->dirty = false;
	for (int turn = 0; turn < PUMP_TURNS_MAX; turn++) {
		MHD_run(http->daemon);
		if (http->dirty) { /* a handler answered what was suspended: run once more */
			http->dirty = false;
			continue;
		}
		if (MHD_get_timeout(http->daemon, &wait_ms) != MHD_YES)
			wait_ms = LOOK_MS;
		if (wait_ms > 0)
			break;
	}
	/* Full, it listens no more, and only looks again whether it may when it is run. */
	bool is_full = http_connection_count(http) >= http->settings.connections_max;
	MHD_UNSIGNED_LONG_LONG most_ms = is_full ? LOOK_WHEN_FULL_MS : LOOK_MS;
	loop_timer_start(http->timer, (int64_t)(wait_ms < most_ms ? wait_ms : most_ms), 0);
}

void http_quiesce(struct http *http)
{
	int fd = MHD_quiesce_daemon(http->daemon);

	if (fd >= 0)
		close(fd);
	http->closing = true;
	http->dirty = true;
}

uint32_t http_connection_count(const struct http *http)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

	return info->num_connections;
}

void http_close(struct http *http)
{
	if (!http)
		return;
	loop_watch_close(http->watch);
	loop_timer_close(http->timer);
	MHD_stop_daemon(http->daemon);
	while (http->sheets) {
		struct http_reply *sheet = http->sheets;

		http->sheets = sheet->spare;
		free(sheet->sheet);
		http_reply_drop(sheet);
	}
	free(http);
}

unsigned http_port(const struct http *http)
{
	return http->port;
}

void http_suspend(struct http_request *request)
{
	assert(!request->suspended);
	request->suspended = true;
	MHD_suspend_connection(request->connection);
}

static struct http_reply *http_reply_wrap(unsigned status, char *text, size_t size,
					  enum MHD_ResponseMemoryMode mode)
{
	struct http_reply *reply = xcalloc(1, sizeof(*reply));

	reply->status = status;
	reply->uses = 1;
	reply->response = MHD_create_response_from_buffer(size, text, mode);
	if (!reply->response)
		abort();
	http_reply_add(reply, "Content-Type", "application/json; charset=utf-8");
	http_reply_add(reply, "Cache-Control", "no-store");
	return reply;
}

struct http_reply *http_reply_make(unsigned status, const char *text, size_t size,
				   unsigned retry_after_s)
{
	struct http_reply *reply =
		http_reply_wrap(status, (void *)(uintptr_t)text, size, MHD_RESPMEM_MUST_COPY);

	if (retry_after_s) {
		char digits[16];

		snprintf(digits, sizeof(digits), "%u", retry_after_s);
		http_reply_add(reply, "Retry-After", digits);
	}
	return reply;
}

void http_reply_add(struct http_reply *reply, const char *name, const char *value)
{
	const char *old = MHD_get_response_header(reply->response, name);

	if ((old && MHD_del_response_header(reply->response, name, old) != MHD_YES) ||
	    MHD_add_response_header(reply->response, name, value) != MHD_YES)
		abort(); /* out of memory, or a header that is none: a bug */
}

void http_reply_drop(struct http_reply *reply)
{
	if (!reply || --reply->uses > 0)
		return;
	MHD_destroy_response(reply->response);
	free(reply);
}

/* Takes one use of `reply`. */
static void http_answer_with(struct http_request *request, struct http_reply *reply)
{
	struct http *http = request->http;

	assert(request->magic == HTTP_REQUEST_MAGIC && !request->reply);
	if (http->closing && !reply->closes) {
		MHD_add_response_header(reply->response, "Connection", "close");
		reply->closes = true;
	}
	request->reply = reply;
	if (!request->suspended)
		return; /* we are inside the handler, which queues it */
	request->suspended = false;
	http->dirty = true;
	MHD_resume_connection(request->connection);
}

void http_answer_shared(struct http_request *request, struct http_reply *reply)
{
	reply->uses++;
	http_answer_with(request, reply);
}

char *http_answer_begin(struct http_request *request)
{
	struct http *http = request->http;

	request->sheet = http->sheets;
	if (request->sheet) {
		http->sheets = request->sheet->spare;
	} else {
		char *text = xmalloc(HTTP_SHEET_BYTES);

		request->sheet =
			http_reply_wrap(200, text, HTTP_SHEET_BYTES, MHD_RESPMEM_PERSISTENT);
		request->sheet->sheet = text;
	}
	return request->sheet->sheet;
}

void http_answer_end(struct http_request *request)
{
	http_answer_with(request, request->sheet);
}

void http_answer(struct http_request *request, unsigned status, const char *text, size_t size,
		 unsigned retry_after_s)
{
	http_answer_with(request, http_reply_make(status, text, size, retry_after_s));
}
