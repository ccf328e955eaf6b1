/*
 * status.c - a struct behind a lock; see status.h.
 */
#include "ledger/status.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/xmalloc.h"

struct status {
	pthread_mutex_t lock;
	enum status_state state;
	char why[STATUS_WHY_BYTES];
	struct status_facts facts;
	int64_t webhook_backlog;
	int64_t entered[STATUS_STATES];
};

static const struct {
	const char *word;
	bool is_well;
	enum log_level level;
} states[STATUS_STATES] = {
	[STATUS_STARTING] = { "starting", false, LOG_INFO },
	[STATUS_STANDBY] = { "standby", true, LOG_INFO },
	[STATUS_RECORDING] = { "recording", true, LOG_INFO },
	[STATUS_SQL_AWAY] = { "sql_away", false, LOG_ERROR },
	[STATUS_REDIS_AWAY] = { "redis_away", false, LOG_ERROR },
	[STATUS_STOPPING] = { "stopping", false, LOG_INFO },
};

struct status *status_open(void)
{
	struct status *status = xcalloc(1, sizeof(*status));

	pthread_mutex_init(&status->lock, NULL);
	histogram_open_us(&status->facts.sql);
	return status;
}

void status_close(struct status *status)
{
	if (!status)
		return;
	pthread_mutex_destroy(&status->lock);
	free(status);
}

/* Copies a text so that it may stand in JSON. */
static void copy_plain(char into[STATUS_WHY_BYTES], const char *text)
{
	snprintf(into, STATUS_WHY_BYTES, "%s", text);
	for (char *at = into; *at; at++) {
		if (*at == '"' || *at == '\\' || *at < ' ' || *at > '~')
			*at = '\'';
	}
}

void status_set(struct status *status, enum status_state state, const char *why)
{
	bool is_news;

	assert(state < STATUS_STATES);
	pthread_mutex_lock(&status->lock);
	is_news = status->state != state;
	status->state = state;
	status->entered[state] += is_news;
	copy_plain(status->why, why);
	pthread_mutex_unlock(&status->lock);
	if (is_news)
		log_line(states[state].level, "%s%s%s", states[state].word, *why ? ": " : "", why);
}

enum status_state status_state(struct status *status)
{
	enum status_state state;

	pthread_mutex_lock(&status->lock);
	state = status->state;
	pthread_mutex_unlock(&status->lock);
	return state;
}

void status_set_facts(struct status *status, const struct status_facts *facts)
{
	pthread_mutex_lock(&status->lock);
	status->facts = *facts;
	copy_plain(status->facts.trouble, facts->trouble);
	pthread_mutex_unlock(&status->lock);
}

void status_set_webhook_backlog(struct status *status, int64_t backlog)
{
	pthread_mutex_lock(&status->lock);
	status->webhook_backlog = backlog;
	pthread_mutex_unlock(&status->lock);
}

static bool is_well(const struct status *status)
{
	return states[status->state].is_well && status->facts.stopped == 0;
}

void status_look(struct status *status, struct status_sight *sight)
{
	pthread_mutex_lock(&status->lock);
	*sight = (struct status_sight){ .state = status->state,
					.is_well = is_well(status),
					.facts = status->facts,
					.webhook_backlog = status->webhook_backlog };
	memcpy(sight->losses, status->entered, sizeof(sight->losses));
	pthread_mutex_unlock(&status->lock);
}

const char *status_state_word(enum status_state state)
{
	return states[state].word;
}

bool status_write(struct status *status, char into[STATUS_JSON_BYTES], size_t *size)
{
	bool well;
	int written;

	pthread_mutex_lock(&status->lock);
	const struct status_facts *facts = &status->facts;

	well = is_well(status);
	written = snprintf(into, STATUS_JSON_BYTES,
			   "{\"healthy\":%s,\"state\":\"%s\",\"why\":\"%.300s\",\"items\":%" PRId64
			   ",\"stopped\":%" PRId64 ",\"trouble\":\"%.300s\",\"backlog\":%" PRId64
			   ",\"events\":%" PRId64 ",\"poison\":%" PRId64
			   ",\"webhookBacklog\":%" PRId64 "}\n",
			   well ? "true" : "false", states[status->state].word, status->why,
			   facts->items, facts->stopped, facts->trouble, facts->backlog,
			   facts->events, facts->poison, status->webhook_backlog);
	pthread_mutex_unlock(&status->lock);
	assert(written > 0 && written < STATUS_JSON_BYTES);
	*size = (size_t)written;
	return well;
}
