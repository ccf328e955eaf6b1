/*
 * rush_answer.c - see rush_answer.h for what it promises.
 *
 * The head is looked for first (CRLFCRLF), then cut line by line. Members of the body are
 * found by their quoted name, which is enough here: the values of a /buy answer cannot
 * hold a quote.
 */
#define _GNU_SOURCE 1 /* memmem */
#include "bench/rush_answer.h"

#include <string.h>
#include <strings.h>

enum { HEAD_BYTES_MAX = 2048, BODY_BYTES_MAX = 1 << 20 };

struct head {
	int status;
	bool closes;
	bool has_length;
	size_t body_bytes;
	unsigned retry_after_s;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads 1 to 7 digits and nothing else. */
static bool read_number(struct answer_slice text, size_t *out)
{
	if (text.len < 1 || text.len > 7)
		return false;
	size_t number = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (!is_digit(text.at[i]))
			return false;
		number = number * 10 + (size_t)(text.at[i] - '0');
	}
	*out = number;
	return true;
}

/* `HTTP/1.1 200` and then a space and a phrase, or nothing. */
static bool read_status(struct answer_slice line, struct head *head)
{
	static const char version[] = "HTTP/1.1 ";
	size_t at = sizeof(version) - 1;
	if (line.len < at + 3 || memcmp(line.at, version, at) != 0)
		return false;
	size_t status = 0;
	if (!read_number((struct answer_slice){ line.at + at, 3 }, &status))
		return false;
	head->status = (int)status;
	if (line.len > at + 3 && line.at[at + 3] != ' ')
		return false;
	return status >= 200 && status <= 599;
}

static bool same_word(struct answer_slice a, const char *word)
{
	return a.len == strlen(word) && strncasecmp(a.at, word, a.len) == 0;
}

static bool read_field(struct answer_slice line, struct head *head)
{
	const char *colon = memchr(line.at, ':', line.len);
	if (!colon || colon == line.at || colon[-1] == ' ')
		return false;
	struct answer_slice name = { line.at, (size_t)(colon - line.at) };
	struct answer_slice value = { colon + 1, line.len - name.len - 1 };
	while (value.len && (value.at[0] == ' ' || value.at[0] == '\t')) {
		value.at++;
		value.len--;
	}
	if (same_word(name, "content-length")) {
		bool first = !head->has_length;
		head->has_length = true;
		return first && read_number(value, &head->body_bytes) &&
		       head->body_bytes <= BODY_BYTES_MAX;
	}
	if (same_word(name, "transfer-encoding"))
		return false;
	if (same_word(name, "connection"))
		head->closes = same_word(value, "close");
	if (same_word(name, "retry-after")) {
		size_t seconds = 0;
		if (!read_number(value, &seconds))
			return false;
		head->retry_after_s = (unsigned)seconds;
	}
	return true;
}

/* Reads the lines of a head; `text` ends with the CRLF of its last line. */
static bool read_head(struct answer_slice text, struct head *head)
{
	bool first = true;
	while (text.len) {
		const char *end = memchr(text.at, '\n', text.len);
		if (!end || end == text.at || end[-1] != '\r')
			return false;
		struct answer_slice line = { text.at, (size_t)(end - text.at) - 1 };
		if (!(first ? read_status(line, head) : read_field(line, head)))
			return false;
		first = false;
		text.len -= line.len + 2;
		text.at = end + 1;
	}
	return head->has_length;
}

/* The string value of the member that `prefix` (`"name":"`) starts. */
static struct answer_slice find_member(struct answer_slice body, const char *prefix)
{
	struct answer_slice none = { NULL, 0 };
	if (!body.len)
		return none;
	const char *at = memmem(body.at, body.len, prefix, strlen(prefix));
	if (!at)
		return none;
	at += strlen(prefix);
	const char *end = memchr(at, '"', (size_t)(body.at + body.len - at));
	return end ? (struct answer_slice){ at, (size_t)(end - at) } : none;
}

static bool is_word(struct answer_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];
		if (!(c >= 'A' && c <= 'Z') && !is_digit(c) && c != '_')
			return false;
	}
	return text.len > 0;
}

enum answer_verdict answer_read(const char *bytes, size_t len, struct answer *out)
{
	size_t look = len < HEAD_BYTES_MAX ? len : HEAD_BYTES_MAX;
	const char *end = memmem(bytes, look, "\r\n\r\n", 4);
	if (!end)
		return len < HEAD_BYTES_MAX ? ANSWER_PART : ANSWER_BAD;
	struct head head = { 0 };
	size_t head_bytes = (size_t)(end - bytes) + 4;
	if (!read_head((struct answer_slice){ bytes, head_bytes - 2 }, &head))
		return ANSWER_BAD;
	if (len - head_bytes < head.body_bytes)
		return ANSWER_PART;
	*out = (struct answer){
		.status = head.status,
		.closes = head.closes,
		.retry_after_s = head.retry_after_s,
		.body = { bytes + head_bytes, head.body_bytes },
		.bytes = head_bytes + head.body_bytes,
	};
	out->reason = find_member(out->body, "\"reason\":\"");
	if (out->reason.at && !is_word(out->reason))
		return ANSWER_BAD;
	out->order = find_member(out->body, "\"orderId\":\"");
	return ANSWER_WHOLE;
}
