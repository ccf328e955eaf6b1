/*
 * http_request.c - taking a request down, piece by piece; see http_request.h and http.h.
 */
#include "node/http_request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "common/keys.h"
#include "common/xmalloc.h"

enum {
	CHUNKED_BYTES_MAX = 65536,
	ANSWER_BYTES = 1024,   /* the head of an answer, generously */
	DESCRIBED_BYTES = 100, /* what describes a value (72 in 0.9.75), and its punctuation */
};

static const struct {
	struct http_text name;
	bool is_header;
} fields[HTTP_FIELDS] = {
#define NAME(text) text, sizeof(text) - 1
	[HTTP_IDEMPOTENCY_KEY] = { { NAME("Idempotency-Key") }, true },
	[HTTP_IDEMPOTENCY_ATTEMPT] = { { NAME("Idempotency-Attempt") }, true },
	[HTTP_REQUEST_ID] = { { NAME("X-Request-Id") }, true },
	[HTTP_ACCEPT_LANGUAGE] = { { NAME("Accept-Language") }, true },
	[HTTP_CONTENT_TYPE] = { { NAME("Content-Type") }, true },
	[HTTP_SIGNATURE] = { { NAME("Penstock-Signature") }, true },
	[HTTP_AUTHORIZATION] = { { NAME("Authorization") }, true },
	[HTTP_ARGUMENT_USER] = { { NAME("user") }, false },
	[HTTP_ARGUMENT_UNITS] = { { NAME("units") }, false },
#undef NAME
};

/* Takes from the room that is left; 0 when that was too little. */
static void http_request_spend(struct http_request *request, size_t bytes)
{
	request->room -= bytes < request->room ? bytes : request->room;
}

void http_request_init(struct http_request *request, const char *path, const char *method,
		       size_t memory)
{
	memset(request, 0, sizeof(*request));
	request->room = memory;
	http_request_spend(request, ANSWER_BYTES + strlen(path) + DESCRIBED_BYTES);
	request->magic = HTTP_REQUEST_MAGIC;
	request->path = (struct http_text){ path, strlen(path) };
	request->method = strcmp(method, "GET") == 0    ? HTTP_GET
			  : strcmp(method, "POST") == 0 ? HTTP_POST
							: HTTP_OTHER;
}

static bool http_is_named(struct http_text name, struct http_text as)
{
	return name.size == as.size && strcasecmp(name.at, as.at) == 0;
}

void http_request_take(struct http_request *request, bool is_header, struct http_text name,
		       struct http_text value)
{
	http_request_spend(request, name.size + value.size + DESCRIBED_BYTES);
	for (int i = 0; i < HTTP_FIELDS; i++) {
		if (fields[i].is_header != is_header || !http_is_named(name, fields[i].name))
			continue;
		request->doubled = request->doubled || request->fields[i].at != NULL;
		request->fields[i] = value;
		return;
	}
	if (!is_header)
		return;
	if (http_is_named(name, (struct http_text){ "Content-Length", 14 })) {
		request->lengths++;
		request->too_large = atoll(value.at) > HTTP_BODY_BYTES_MAX;
	} else if (http_is_named(name, (struct http_text){ "Transfer-Encoding", 17 })) {
		request->lengths++;
	}
}

bool http_request_gather(struct http_request *request, const char *bytes, size_t size)
{
	if (request->too_large || request->body_size + size > HTTP_BODY_BYTES_MAX) {
		request->too_large = true;
		request->body_size += size;
		return request->body_size <= CHUNKED_BYTES_MAX;
	}
	if (!request->body)
		request->body = xmalloc(HTTP_BODY_BYTES_MAX + 1);
	memcpy(request->body + request->body_size, bytes, size);
	request->body_size += size;
	request->body[request->body_size] = '\0';
	return true;
}

enum http_method http_request_method(const struct http_request *request)
{
	return request->method;
}

struct http_text http_request_path(const struct http_request *request)
{
	return request->path;
}

struct http_text http_request_body(const struct http_request *request)
{
	return (struct http_text){ request->body, request->body_size };
}

struct http_text http_request_field(const struct http_request *request, enum http_field field)
{
	return request->fields[field];
}

const char *http_request_id(const struct http_request *request, char into[HTTP_ID_BYTES])
{
	struct http_text id = request->fields[HTTP_REQUEST_ID];
	bool is_one = id.at && keys_request_is_valid(id.at, id.size);

	_Static_assert(HTTP_ID_BYTES == KEYS_REQUEST_BYTES + 1, "an id is of a key's form");
	memcpy(into, is_one ? id.at : "-", is_one ? id.size + 1 : 2);
	return into;
}

bool http_request_is_doubled(const struct http_request *request)
{
	return request->doubled;
}

enum http_fault http_request_fault(const struct http_request *request)
{
	if (request->lengths > 1)
		return HTTP_BAD_FRAMING;
	if (request->too_large)
		return HTTP_TOO_LARGE;
	return request->room == 0 ? HTTP_CROWDED : HTTP_SOUND;
}

const char *http_fault_text(enum http_fault fault)
{
	if (fault == HTTP_TOO_LARGE)
		return "a body has at most 4096 bytes";
	if (fault == HTTP_CROWDED)
		return "too many headers or arguments";
	return "more than one Content-Length or Transfer-Encoding";
}

int64_t http_request_born_us(const struct http_request *request)
{
	return request->born_us;
}

bool http_request_is_deserted(const struct http_request *request)
{
	char byte;
	ssize_t got = recv(request->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}
