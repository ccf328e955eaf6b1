/*
 * health.h - is this node alive, and may buyers be sent to it?
 *
 * /healthz says that the loop turns. /readyz says that Redis is reachable, scripts are loaded,
 * and what it acknowledges is on disk: all that the preflight found. A node that is draining is
 * not ready.
 *
 * Layer: above store, statlog, http; below route.
 */
#ifndef PENSTOCK_HEALTH_H
#define PENSTOCK_HEALTH_H

#include <stdbool.h>

#include "node/http.h"
#include "node/statlog.h"
#include "node/store.h"

struct health;

/* `store` and `statlog` are borrowed. */
struct health *health_open(const struct store *store, const struct statlog *statlog);

/* Ends it. NULL is allowed. */
void health_close(struct health *health);

/* The preflight's sentence (copied, cut at 399 bytes), or NULL when it is content. */
void health_set_fault(struct health *health, const char *sentence);

/* From now on: not ready, since it is about to stop. */
void health_set_draining(struct health *health);

/* Answers /healthz. */
void health_answer_alive(struct health *health, struct http_request *request);

/* Answers /readyz: 200 or 503, with the reason. */
void health_answer_ready(struct health *health, struct http_request *request);

#endif
