/*
 * http_wait.c - time, and one request as a plain call; see http.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "buyer/http_parts.h"
#include "common/xmalloc.h"

enum { RETRY_AFTER_S_MAX = 3600 };

int64_t http_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t http_read_retry_after(const char *line, size_t bytes)
{
	static const char name[] = "retry-after:";
	size_t at = sizeof(name) - 1;
	int64_t seconds = 0;

	if (bytes <= at || strncasecmp(line, name, at) != 0)
		return -1;
	while (at < bytes && line[at] == ' ')
		at++;
	if (at == bytes || line[at] < '0' || line[at] > '9')
		return -1;
	for (; at < bytes && line[at] >= '0' && line[at] <= '9'; at++) {
		seconds = seconds * 10 + (line[at] - '0');
		if (seconds > RETRY_AFTER_S_MAX)
			seconds = RETRY_AFTER_S_MAX;
	}
	return seconds * 1000;
}

void http_sleep_until(int64_t until_us)
{
	int64_t left_us = until_us - http_now_us();
	const struct timespec nap = { 0, (long)(left_us * 1000) };

	if (left_us > 0)
		nanosleep(&nap, NULL);
}

struct waiting {
	struct http_answer *answer;
	bool is_done;
};

static void on_awaited(void *owner, const struct http_answer *answer)
{
	struct waiting *waiting = owner;
	char *body = xmalloc(answer->size + 1);

	memcpy(body, answer->body, answer->size + 1);
	*waiting->answer = *answer;
	waiting->answer->body = body;
	waiting->is_done = true;
}

bool http_ask_now(struct http *http, const struct http_ask *ask, struct http_answer *answer)
{
	return http_ask_until(http, ask, INT64_MAX, answer);
}

bool http_ask_until(struct http *http, const struct http_ask *ask, int64_t until_us,
		    struct http_answer *answer)
{
	struct waiting waiting = { answer, false };
	int64_t last_us = http_now_us() + http_patience_us(http);

	if (until_us > last_us)
		until_us = last_us;
	memset(answer, 0, sizeof(*answer));
	http_send(http, ask, on_awaited, &waiting);
	while (!waiting.is_done) {
		enum http_turn turn = http_turn(http, until_us);

		if (turn == HTTP_TURN_NEWS)
			continue;
		/* A signal; `until_us`; or the last net, for libcurl has a deadline of its own. */
		http_drop(http);
		answer->fate = HTTP_LOST;
		snprintf(answer->why, sizeof(answer->why), "no answer in time");
		return turn == HTTP_TURN_TIME;
	}
	return true;
}

void http_answer_clear(struct http_answer *answer)
{
	free((char *)answer->body);
	answer->body = NULL;
}
