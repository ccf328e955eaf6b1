/*
 * http.c - libcurl behind http.h.
 *
 * A request is a `struct call`: an easy handle and what it has heard so far. It is made by
 * http_send(), told about by call_end() and freed there, or dropped. Connections belong to the
 * multi, so a call costs no handshake when one is idle. What needs no libcurl is in http_wait.c.
 *
 * Waiting: curl_multi_poll() counts in milliseconds, so the last two are slept by nanosleep(2) with
 * the least timer slack; nobody spins, because hundreds of buyers may share a machine.
 */
#include "buyer/http.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>

#include "buyer/http_parts.h"
#include "common/xmalloc.h"

enum {
	FINE_US = 2000,
	POLL_MOST_MS = 60000,
	CONNECTIONS_MAX = 32,
};

struct call {
	struct http *http;
	struct call *next;
	CURL *easy;
	struct curl_slist *headers;
	http_cb *on_answer;
	void *owner;
	char *body;
	size_t size, head_size;
	bool is_too_large, was_sent;
	int64_t sent_us, retry_after_ms;
	char error[CURL_ERROR_SIZE];
};

struct http {
	CURLM *multi;
	struct call *calls;
	size_t flying;
	char *server, *authorization;
	char language[8];
	int64_t timeout_ms;
	int wake_fd;
};

/* Is it a URL that this tool speaks to? */
static const char *url_fault(const char *url, const char *const schemes[2])
{
	CURLU *parts = curl_url();
	char *scheme = NULL, *rest = NULL;
	const char *fault = NULL;

	if (!parts || curl_url_set(parts, CURLUPART_URL, url, 0) != CURLUE_OK)
		fault = "is not a URL";
	else if (curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
		 (strcmp(scheme, schemes[0]) != 0 && strcmp(scheme, schemes[1]) != 0))
		fault = "has another scheme than http or https";
	else if (curl_url_get(parts, CURLUPART_USER, &rest, 0) == CURLUE_OK ||
		 curl_url_get(parts, CURLUPART_QUERY, &rest, 0) == CURLUE_OK ||
		 curl_url_get(parts, CURLUPART_FRAGMENT, &rest, 0) == CURLUE_OK)
		fault = "holds more than a host, a port and a path";
	curl_free(scheme);
	curl_free(rest);
	curl_url_cleanup(parts);
	return fault;
}

struct http *http_open(const struct http_settings *settings, char why[HTTP_WHY_BYTES])
{
	static const char *const schemes[2] = { "http", "https" };
	struct http *http;
	const char *fault;
	size_t size;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort(); /* no memory, or no working TLS library */
	fault = url_fault(settings->server, schemes);
	if (fault != NULL) {
		snprintf(why, HTTP_WHY_BYTES, "\"%.150s\" %s", settings->server, fault);
		curl_global_cleanup();
		return NULL;
	}
	http = xcalloc(1, sizeof(*http));
	http->multi = curl_multi_init();
	if (http->multi == NULL)
		abort();
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_MAX);
	http->server = xstrdup(settings->server);
	size = strlen(http->server);
	while (size > 0 && http->server[size - 1] == '/')
		http->server[--size] = '\0';
	http->authorization = xstrdup("");
	snprintf(http->language, sizeof(http->language), "%s", settings->language);
	http->timeout_ms = settings->timeout_ms;
	http->wake_fd = settings->wake_fd;
	prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); /* as exact as it can be */
	return http;
}

static void call_free(struct call *call)
{
	struct call **at = &call->http->calls;

	while (*at != call)
		at = &(*at)->next;
	*at = call->next;
	call->http->flying--;
	curl_multi_remove_handle(call->http->multi, call->easy);
	curl_easy_cleanup(call->easy);
	curl_slist_free_all(call->headers);
	free(call->body);
	free(call);
}

void http_drop(struct http *http)
{
	while (http->calls != NULL)
		call_free(http->calls);
}

static void free_secret(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text));
	free(text);
}

void http_close(struct http *http)
{
	if (http == NULL)
		return;
	http_drop(http);
	curl_multi_cleanup(http->multi);
	free_secret(http->authorization);
	free(http->server);
	free(http);
	curl_global_cleanup();
}

void http_set_token(struct http *http, const char *token)
{
	size_t size = strlen(token) + 32;

	free_secret(http->authorization);
	http->authorization = xcalloc(1, size);
	if (token[0] != '\0')
		snprintf(http->authorization, size, "Authorization: Bearer %s", token);
}

/* libcurl's: a piece of the body. */
static size_t on_body(char *data, size_t size, size_t count, void *owner)
{
	struct call *call = owner;
	size_t bytes = size * count;

	if (call->size + bytes > HTTP_BODY_BYTES_MAX) {
		call->is_too_large = true;
		return 0;
	}
	call->body = xrealloc(call->body, call->size + bytes + 1);
	memcpy(call->body + call->size, data, bytes);
	call->size += bytes;
	call->body[call->size] = '\0';
	return bytes;
}

/* libcurl's: a line of the head. */
static size_t on_head(char *data, size_t size, size_t count, void *owner)
{
	struct call *call = owner;
	size_t bytes = size * count;
	int64_t told = http_read_retry_after(data, bytes);

	call->head_size += bytes;
	if (call->head_size > HTTP_HEAD_BYTES_MAX) {
		call->is_too_large = true;
		return 0;
	}
	if (told >= 0)
		call->retry_after_ms = told;
	return bytes;
}

/*
 * libcurl's: it is about to send. On a kept connection that dies without an answer it would send
 * the same bytes again by itself, and say once more that they are a first attempt.
 */
static int on_sending(void *owner, char *there, char *here, int there_port, int here_port)
{
	struct call *call = owner;
	bool is_again = call->was_sent;

	(void)there, (void)here, (void)there_port, (void)here_port;
	call->was_sent = true;
	return is_again ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static void add_header(struct call *call, const char *line)
{
	struct curl_slist *longer;

	if (line[0] == '\0')
		return;
	longer = curl_slist_append(call->headers, line);
	if (longer == NULL)
		abort();
	call->headers = longer;
}

static void add_headers(struct call *call, const struct http_ask *ask)
{
	char line[256];

	snprintf(line, sizeof(line), "Accept-Language: %s", call->http->language);
	add_header(call, line);
	add_header(call, "Accept: application/json");
	add_header(call, "Expect:");
	if (ask->is_post && ask->form == NULL)
		add_header(call, "Content-Type:"); /* an empty body is of no type */
	add_header(call, call->http->authorization);
	if (ask->key == NULL)
		return;
	snprintf(line, sizeof(line), "Idempotency-Key: %s", ask->key);
	add_header(call, line);
	if (ask->is_first)
		add_header(call, "Idempotency-Attempt: 1");
}

/* What all handles of this program have in common. */
static void set_usual(CURL *easy, const char *protocols, int64_t timeout_ms, char *error)
{
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, protocols);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "penstock-buyer/" PENSTOCK_VERSION);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
}

static void set_up(struct call *call, const struct http_ask *ask)
{
	size_t size = strlen(call->http->server) + strlen(ask->path) + 1;
	char *url = xmalloc(size);

	snprintf(url, size, "%s%s", call->http->server, ask->path);
	add_headers(call, ask);
	set_usual(call->easy, "http,https", call->http->timeout_ms, call->error);
	curl_easy_setopt(call->easy, CURLOPT_URL, url);
	curl_easy_setopt(call->easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(call->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(call->easy, CURLOPT_HTTP09_ALLOWED, 0L);
	curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
	curl_easy_setopt(call->easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(call->easy, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(call->easy, CURLOPT_HEADERFUNCTION, on_head);
	curl_easy_setopt(call->easy, CURLOPT_HEADERDATA, call);
	curl_easy_setopt(call->easy, CURLOPT_PREREQFUNCTION, on_sending);
	curl_easy_setopt(call->easy, CURLOPT_PREREQDATA, call);
	curl_easy_setopt(call->easy, CURLOPT_PRIVATE, call);
	if (ask->is_fresh)
		curl_easy_setopt(call->easy, CURLOPT_FRESH_CONNECT, 1L);
	if (ask->is_post)
		curl_easy_setopt(call->easy, CURLOPT_COPYPOSTFIELDS, ask->form ? ask->form : "");
	free(url);
}

void http_send(struct http *http, const struct http_ask *ask, http_cb *on_answer, void *owner)
{
	struct call *call = xcalloc(1, sizeof(*call));
	int running;

	assert(on_answer != NULL && ask->path[0] == '/');
	call->http = http;
	call->on_answer = on_answer;
	call->owner = owner;
	call->retry_after_ms = -1;
	call->easy = curl_easy_init();
	if (call->easy == NULL)
		abort();
	call->next = http->calls;
	http->calls = call;
	http->flying++;
	set_up(call, ask);
	if (curl_multi_add_handle(http->multi, call->easy) != CURLM_OK)
		abort();
	call->sent_us = http_now_us();
	curl_multi_perform(http->multi, &running);
}

size_t http_flying(const struct http *http)
{
	return http->flying;
}

/* How it ended, by what libcurl says and by whether anything was sent. */
static enum http_fate fate_of(const struct call *call, CURLcode code)
{
	if (call->is_too_large)
		return HTTP_STRANGE;
	if (code == CURLE_OK)
		return HTTP_ANSWERED;
	if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY)
		return HTTP_STRANGE;
	return call->was_sent ? HTTP_LOST : HTTP_UNSENT;
}

/* Tells of it, and frees it. */
static void call_end(struct call *call, CURLcode code)
{
	struct http_answer answer = {
		.fate = fate_of(call, code),
		.body = call->body ? call->body : "",
		.size = call->size,
		.retry_after_ms = call->retry_after_ms,
		.sent_us = call->sent_us,
		.done_us = http_now_us(),
	};
	long status = 0, connects = 0;
	char *type = NULL;

	if (answer.fate == HTTP_ANSWERED) {
		curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_getinfo(call->easy, CURLINFO_CONTENT_TYPE, &type);
		answer.is_json = type != NULL && strncasecmp(type, "application/json", 16) == 0;
	} else {
		snprintf(answer.why, sizeof(answer.why), "%s",
			 call->is_too_large ? "the answer is too large"
			 : call->error[0]   ? call->error
					    : curl_easy_strerror(code));
	}
	curl_easy_getinfo(call->easy, CURLINFO_NUM_CONNECTS, &connects);
	answer.status = (int)status;
	answer.was_connected = connects == 0;
	call->on_answer(call->owner, &answer);
	call_free(call);
}

/* Tells of all that have ended; how many. */
static int tell(struct http *http)
{
	struct call *call;
	CURLMsg *message;
	int told = 0, left;

	while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
		call_end(call, code);
		told++;
	}
	return told;
}

enum http_turn http_turn(struct http *http, int64_t until_us)
{
	struct curl_waitfd wake = { .fd = http->wake_fd, .events = CURL_WAIT_POLLIN };
	int running;

	for (;;) {
		int64_t left_us = until_us - http_now_us();
		int64_t wait_ms = (left_us - FINE_US) / 1000;

		curl_multi_perform(http->multi, &running);
		if (tell(http) > 0)
			return HTTP_TURN_NEWS;
		if (left_us <= FINE_US) {
			http_sleep_until(until_us);
			return HTTP_TURN_TIME;
		}
		wait_ms = wait_ms < 1 ? 1 : wait_ms > POLL_MOST_MS ? POLL_MOST_MS : wait_ms;
		wake.revents = 0;
		curl_multi_poll(http->multi, &wake, http->wake_fd >= 0, (int)wait_ms, NULL);
		if (wake.revents != 0)
			return HTTP_TURN_WOKEN;
	}
}

int64_t http_patience_us(const struct http *http)
{
	return (http->timeout_ms + 1000) * 1000;
}
