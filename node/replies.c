/*
 * replies.c - the table, and the one place that writes from it; see replies.h.
 */
#include "node/replies.h"

#include <stdarg.h>
#include <stdio.h>

enum { TEXT_BYTES = 1024, MORE_BYTES = 512 };

/* A reply of our own to add headers to; `more` are further members. */
static struct http_reply *replies_make(enum reply reply, unsigned status,
				       enum answers_language language, const char *more)
{
	const struct wording *say = wording_of_reply(reply);
	char text[TEXT_BYTES];
	int size = snprintf(text, sizeof(text),
			    "{\"code\":%d,\"msg\":\"%s\",\"success\":%s,\"resultCode\":%d,"
			    "\"reason\":\"%s\",\"retryable\":%s%s%s}\n",
			    say->code, say->message[language], say->code == 1 ? "true" : "false",
			    say->result_code, say->reason,
			    say->retry_after_ms == WORDING_NEVER ? "false" : "true",
			    wording_retry_member(say), more);
	struct http_reply *made =
		http_reply_make(status, text, (size_t)size, wording_retry_after_s(say));

	if (reply == REPLY_NO_TOKEN || reply == REPLY_BAD_TOKEN)
		http_reply_add(made, "WWW-Authenticate", "Bearer");
	return made;
}

static void replies_send(struct http_request *request, struct http_reply *reply)
{
	http_answer_shared(request, reply);
	http_reply_drop(reply);
}

void replies_give(struct http_request *request, enum answers_language language, enum reply reply)
{
	replies_send(request, replies_make(reply, wording_of_reply(reply)->status, language, ""));
}

void replies_give_more(struct http_request *request, enum answers_language language,
		       enum reply reply, const char *format, ...)
{
	char more[MORE_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(more, sizeof(more), format, args);
	va_end(args);
	replies_send(request, replies_make(reply, wording_of_reply(reply)->status, language, more));
}

void replies_give_error(struct http_request *request, enum answers_language language,
			unsigned status, const char *error)
{
	char more[MORE_BYTES];

	snprintf(more, sizeof(more), ",\"error\":\"%s\"", error);
	replies_send(request, replies_make(REPLY_BAD_REQUEST, status, language, more));
}

void replies_give_method(struct http_request *request, enum answers_language language,
			 const char *allow)
{
	char more[MORE_BYTES];

	snprintf(more, sizeof(more), ",\"error\":\"use %s\"", allow);
	struct http_reply *reply = replies_make(REPLY_BAD_REQUEST, 405, language, more);
	http_reply_add(reply, "Allow", allow);
	replies_send(request, reply);
}

void replies_give_ledger(struct http_request *request, enum answers_language language,
			 const char *number)
{
	char path[128];
	struct http_reply *reply = replies_make(REPLY_BUSY, wording_of_reply(REPLY_BUSY)->status,
						language, ",\"error\":\"only the ledger has it\"");

	snprintf(path, sizeof(path), "/-/ledger/orders/%s", number);
	http_reply_add(reply, "X-Accel-Redirect", path);
	replies_send(request, reply);
}
