/*
 * health.c - the two answers; see health.h.
 */
#include "node/health.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/xmalloc.h"

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
