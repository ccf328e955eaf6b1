/*
 * lookup.c - libmicrohttpd with its own thread behind lookup.h.
 *
 * One thread polls and answers, so the database connection has one user. A database that is away
 * is asked for again after a pause: a crowd of questions must not become a crowd of log-ins. Like
 * in a node, an answer is queued on the handler's second call, because one on the first closes the
 * connection, and an escaped path is looked at as it was sent.
 */
#include "ledger/lookup.h"

#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "common/db.h"
#include "common/listen.h"
#include "common/log.h"
#include "common/order_json.h"
#include "common/xmalloc.h"
#include "ledger/metrics.h"
#include "ledger/rows.h"

enum { CONNECTIONS_MAX = 256, CONNECTION_BYTES = 8192, IDLE_S = 75, PAUSE_S = 1 };

struct lookup {
	struct MHD_Daemon *daemon;
	const struct tokens *tokens;
	struct status *status;
	char *url;
	/* Of the answering thread alone. */
	struct db *db;
	time_t away_s; /* when the database was last found away */
};

/* An answer other than an order: the words are those of a node (docs/API.md). */
struct lookup_refusal {
	unsigned status;
	const char *reason;
	int result_code;
	const char *chinese, *english;
};

static const struct lookup_refusal no_order = { 404, "NO_ORDER", 60074, "没有该订单",
						"there is no such order" };
static const struct lookup_refusal no_path = { 404, "NOT_FOUND", 60074, "没有该页面",
					       "no such path" };
static const struct lookup_refusal no_method = { 405, "BAD_REQUEST", 60074, "请求有误", "use GET" };
static const struct lookup_refusal busy = { 503, "BUSY", 90013, "系统繁忙，请重试",
					    "busy, try again" };

static enum MHD_Result lookup_send_as(struct MHD_Connection *connection, unsigned status,
				      const char *type, const char *text, size_t size)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		size, (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, "Content-Type", type);
	MHD_add_response_header(response, "Cache-Control", "no-store");
	if (status == 503)
		MHD_add_response_header(response, "Retry-After", "1");
	if (status == 405)
		MHD_add_response_header(response, "Allow", "GET, HEAD");
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result lookup_send(struct MHD_Connection *connection, unsigned status,
				   const char *text, size_t size)
{
	return lookup_send_as(connection, status, "application/json; charset=utf-8", text, size);
}

static enum MHD_Result lookup_refuse(struct MHD_Connection *connection,
				     const struct lookup_refusal *refusal)
{
	const char *wish = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
						       MHD_HTTP_HEADER_ACCEPT_LANGUAGE);
	bool is_english = wish && strncasecmp(wish, "en", 2) == 0;
	char text[512];
	int size = snprintf(text, sizeof(text),
			    "{\"code\":-2,\"msg\":\"%s\",\"success\":false,\"resultCode\":%d,"
			    "\"reason\":\"%s\",\"retryable\":%s}\n",
			    is_english ? refusal->english : refusal->chinese, refusal->result_code,
			    refusal->reason, refusal->status == 503 ? "true" : "false");

	return lookup_send(connection, refusal->status, text, (size_t)size);
}

/* The connection to the database, perhaps a new one; NULL while it is away. */
static struct db *lookup_db(struct lookup *lookup)
{
	struct timespec now;

	if (lookup->db)
		return lookup->db;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (lookup->away_s && now.tv_sec < lookup->away_s + PAUSE_S)
		return NULL;
	lookup->db = db_open(lookup->url, true);
	lookup->away_s = lookup->db ? 0 : now.tv_sec;
	return lookup->db;
}

static enum MHD_Result lookup_order(struct lookup *lookup, struct MHD_Connection *connection,
				    const char *number)
{
	char item[KEYS_ITEM_BYTES + 1], text[ORDER_JSON_BYTES];
	struct db *db;
	struct events_order order;
	int64_t seq;

	if (!tokens_read_number(lookup->tokens, number, strlen(number), item, &seq))
		return lookup_refuse(connection, &no_order);
	db = lookup_db(lookup);
	if (!db)
		return lookup_refuse(connection, &busy);
	if (rows_find_order(db, item, seq, &order) != DB_DONE) {
		db_close(db);
		lookup->db = NULL;
		return lookup_refuse(connection, &busy);
	}
	if (order.state == EVENTS_NO_ORDER)
		return lookup_refuse(connection, &no_order);
	const struct order_facts facts = {
		.number = number,
		.item = item,
		.state = events_state_word(order.state),
		.units = order.units,
		.amount = order.amount,
		.created_ms = order.created_ms,
		.deadline_ms = order.deadline_ms,
		.moved_ms = order.moved_ms,
		.recorded = true,
		.refund_due = order.refund_due > 0,
	};

	return lookup_send(connection, 200, text, order_json_write(text, &facts));
}

static enum MHD_Result lookup_health(struct lookup *lookup, struct MHD_Connection *connection)
{
	char text[STATUS_JSON_BYTES];
	size_t size;
	bool is_well = status_write(lookup->status, text, &size);

	return lookup_send(connection, is_well ? 200 : 503, text, size);
}

static enum MHD_Result lookup_metrics(struct lookup *lookup, struct MHD_Connection *connection)
{
	struct prometheus *page = metrics_make(lookup->status);
	size_t size;
	const char *text = prometheus_text(page, &size);
	enum MHD_Result result = lookup_send_as(connection, 200, PROMETHEUS_TYPE, text, size);

	prometheus_close(page);
	return result;
}

/* MHD's access handler. */
static enum MHD_Result lookup_on_request(void *owner, struct MHD_Connection *connection,
					 const char *path, const char *method, const char *version,
					 const char *upload, size_t *upload_size, void **slot)
{
	static const char orders[] = "/orders/";
	static int seen;
	struct lookup *lookup = owner;

	(void)version;
	(void)upload;
	if (!*slot) {
		*slot = &seen;
		return MHD_YES;
	}
	if (*upload_size > 0) {
		*upload_size = 0;
		return MHD_YES;
	}
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		return lookup_refuse(connection, &no_method);
	if (strncmp(path, orders, sizeof(orders) - 1) == 0)
		return lookup_order(lookup, connection, path + sizeof(orders) - 1);
	if (strcmp(path, "/healthz") == 0)
		return lookup_health(lookup, connection);
	if (strcmp(path, "/metrics") == 0)
		return lookup_metrics(lookup, connection);
	return lookup_refuse(connection, &no_path);
}

static size_t lookup_on_unescape(void *owner, struct MHD_Connection *connection, char *text)
{
	(void)owner;
	(void)connection;
	return strlen(text);
}

static void lookup_on_daemon_log(void *owner, const char *format, va_list args)
{
	/* Its lines are about single clients' connections: nothing for an operator. */
	(void)owner;
	(void)format;
	(void)args;
}

/* Its thread gets no signals: they are the main thread's. */
static struct MHD_Daemon *lookup_start(struct lookup *lookup, int fd)
{
	struct MHD_Daemon *daemon;
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ERROR_LOG, 0, NULL, NULL,
		lookup_on_request, lookup, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_UNESCAPE_CALLBACK, lookup_on_unescape, NULL, MHD_OPTION_EXTERNAL_LOGGER,
		lookup_on_daemon_log, NULL, MHD_OPTION_END);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return daemon;
}

struct lookup *lookup_open(const struct lookup_settings *settings, const struct tokens *tokens,
			   struct status *status)
{
	struct lookup *lookup = xcalloc(1, sizeof(*lookup));
	unsigned port;
	int fd = listen_open(settings->address, &port);

	lookup->tokens = tokens;
	lookup->status = status;
	lookup->url = xstrdup(settings->url);
	if (fd >= 0)
		lookup->daemon = lookup_start(lookup, fd);
	if (lookup->daemon)
		return lookup;
	if (fd >= 0) {
		log_line(LOG_ERROR, "the HTTP library did not start: too few file descriptors?");
		close(fd);
	}
	free(lookup->url);
	free(lookup);
	return NULL;
}

void lookup_close(struct lookup *lookup)
{
	if (!lookup)
		return;
	MHD_stop_daemon(lookup->daemon);
	db_close(lookup->db);
	free(lookup->url);
	free(lookup);
}
