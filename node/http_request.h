/*
 * http_request.h - a request being taken down; http.c's own, apart from libmicrohttpd.
 *
 * Holds what http.h's accessors tell. Texts belong to the connection's buffer and live until the
 * answer; the body is the request's own.
 *
 * Layer: part of http; included by http.c and http_request.c only.
 */
#ifndef PENSTOCK_HTTP_REQUEST_H
#define PENSTOCK_HTTP_REQUEST_H

#include "node/http.h"

enum { HTTP_REQUEST_MAGIC = 0x4e57 };

struct http_request {
	unsigned magic;
	struct http *http;
	void *connection; /* libmicrohttpd's */
	int fd;           /* the connection's, only to look at */
	enum http_method method;
	bool suspended, doubled, too_large, queued;
	size_t room; /* bytes of the connection's buffer that nothing has taken yet, at least */
	unsigned lengths; /* Content-Length and Transfer-Encoding headers seen */
	struct http_text path, fields[HTTP_FIELDS];
	char *body;
	size_t body_size;
	int64_t born_us;
	struct http_reply *reply; /* one use of it is ours */
	struct http_reply *sheet; /* being filled */
};

/*
 * Makes `request`, whose memory holds anything, an empty one for this path and method (borrowed).
 * `memory` are the bytes of its connection's buffer: libmicrohttpd keeps line, headers and
 * arguments there, a description of each, and the head of the answer. Where that finds no room
 * the connection is cut, so a request that leaves too little must not be obeyed.
 */
void http_request_init(struct http_request *request, const char *path, const char *method,
		       size_t memory);

/* Takes down a header or a query argument if it is one that a node reads. */
void http_request_take(struct http_request *request, bool is_header, struct http_text name,
		       struct http_text value);

/*
 * Adds a piece of the body. A body beyond the bound is marked too large and its bytes are
 * dropped; false when so many came that reading on is not worth it.
 */
bool http_request_gather(struct http_request *request, const char *bytes, size_t size);

#endif
