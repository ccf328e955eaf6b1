/*
 * health.c - two answers and the question; see health.h.
 */
#include "node/health.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/xmalloc.h"
#include "node/listen.h"

struct health {
	const struct store *store;
	const struct statlog *statlog;
	bool draining;
	char fault[400];
};

struct health *health_open(const struct store *store, const struct statlog *statlog)
{
	struct health *health = xcalloc(1, sizeof(*health));

	health->store = store;
	health->statlog = statlog;
	return health;
}

void health_close(struct health *health)
{
	free(health);
}

void health_set_fault(struct health *health, const char *sentence)
{
	snprintf(health->fault, sizeof(health->fault), "%s", sentence ? sentence : "");
	for (char *at = health->fault; *at; at++) { /* it goes into JSON */
		if (*at == '"' || *at == '\\' || (unsigned char)*at < ' ')
			*at = '\'';
	}
}

void health_set_draining(struct health *health)
{
	health->draining = true;
}

void health_answer_alive(struct health *health, struct http_request *request)
{
	static const char alive[] = "{\"alive\":true}\n";

	(void)health;
	http_answer(request, 200, alive, sizeof(alive) - 1, 0);
}

void health_answer_ready(struct health *health, struct http_request *request)
{
	char text[640];
	const char *why = "";

	if (health->draining)
		why = "draining";
	else if (health->fault[0])
		why = health->fault;
	else if (!store_is_ready(health->store))
		why = "Redis is not reachable";
	int size = snprintf(text, sizeof(text),
			    "{\"ready\":%s,\"why\":\"%s\",\"statlogDropped\":%" PRIu64 "}\n",
			    why[0] ? "false" : "true", why, statlog_dropped(health->statlog));
	http_answer(request, why[0] ? 503 : 200, text, (size_t)size, why[0] ? 1 : 0);
}

int health_check(const char *address)
{
	static const char ask[] = "GET /readyz HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\r\n";
	char answer[2048];
	size_t used = 0;
	ssize_t got = 0;
	int fd = listen_call(address);

	if (fd < 0) {
		fprintf(stderr, "nobody listens on %s\n", address);
		return 1;
	}
	if (send(fd, ask, sizeof(ask) - 1, MSG_NOSIGNAL) == (ssize_t)(sizeof(ask) - 1)) {
		while (used < sizeof(answer) - 1 &&
		       (got = recv(fd, answer + used, sizeof(answer) - 1 - used, 0)) > 0)
			used += (size_t)got;
	}
	close(fd);
	answer[used] = '\0';
	if (strncmp(answer, "HTTP/1.1 200 ", 13) == 0)
		return 0;
	const char *body = strstr(answer, "\r\n\r\n");
	fprintf(stderr, "%s", body ? body + 4 : "no answer within two seconds\n");
	return 1;
}
