/*
 * main.c - wires the ledger together, turns it, and takes it down in order.
 *
 *   options ─▶ lookup, webhook (a thread each) ─▶ database, its lock, its tables ─▶ Redis ─▶ turns
 *
 * A turn lets Redis go of what is committed, then reads what is new and commits it. Whatever fails
 * is met in one way: the side that failed is opened anew after a pause, and reading goes on from
 * the cursors in SQL. Nothing is trimmed on the way that was not committed before.
 *
 * A second ledger on the same database does not get its lock, stands by, and takes over when the
 * first is gone. SIGTERM ends the ledger after the batch under way, once Redis was told of it; a
 * second one ends it at once.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/db.h"
#include "common/log.h"
#include "common/pulse.h"
#include "common/redis.h"
#include "common/sandbox.h"
#include "common/tokens.h"
#include "ledger/book.h"
#include "ledger/lookup.h"
#include "ledger/options.h"
#include "ledger/permits.h"
#include "ledger/roster.h"
#include "ledger/rows.h"
#include "ledger/schema.h"
#include "ledger/status.h"
#include "ledger/tail.h"
#include "ledger/trimmer.h"
#include "ledger/webhook.h"
#include "ledger/webhook_rows.h"

enum {
	EXIT_SETTINGS = 2,
	EXIT_BARRED = 3,
	STANDBY_MS = 200,
	DISCOVER_MS = 1000,
	KEEP_MS = 1000,
	PAUSE_LEAST_MS = 50,
	PAUSE_MOST_MS = 1000,
	NAP_MS = 50,
};

static const char lock_name[] = "penstock-ledger";

struct ledger {
	struct ledger_options options;
	char password[512];
	struct tokens *tokens;
	struct status *status;
	struct lookup *lookup;
	struct webhook *webhook; /* NULL: off */
	struct roster *roster;
	struct book *book;
	struct redis *redis;
	struct tail *tail;
	struct trimmer *trimmer;
	struct db *db;
	bool has_lock, is_admitted, has_worked;
	int64_t pause_ms, discovered_ms, kept_ms;
	int exit_code;
};

static volatile sig_atomic_t stops;

static void ledger_on_terminate(int number)
{
	(void)number;
	if (stops)
		_exit(1);
	stops = 1;
}

static int64_t ledger_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits, but not beyond a signal. */
static void ledger_nap(int64_t ms)
{
	for (int64_t end_ms = ledger_now_ms() + ms; !stops && ledger_now_ms() < end_ms;) {
		int64_t left_ms = end_ms - ledger_now_ms();
		int64_t slice_ms = left_ms < NAP_MS ? left_ms : NAP_MS;
		const struct timespec slice = { .tv_nsec =
							(slice_ms > 0 ? slice_ms : 1) * 1000000 };

		nanosleep(&slice, NULL);
	}
}

/* A longer pause each time, until something goes well again. */
static void ledger_pause(struct ledger *ledger)
{
	ledger_nap(ledger->pause_ms);
	ledger->pause_ms *= 2;
	if (ledger->pause_ms > PAUSE_MOST_MS)
		ledger->pause_ms = PAUSE_MOST_MS;
}

static void ledger_lose_sql(struct ledger *ledger, const char *why)
{
	status_set(ledger->status, STATUS_SQL_AWAY, why);
	db_close(ledger->db);
	ledger->db = NULL;
	ledger->has_lock = false;
	ledger_pause(ledger);
}

static void ledger_end_barred(struct ledger *ledger, const char *why)
{
	log_line(LOG_ERROR, "%s", why);
	ledger->exit_code = EXIT_BARRED;
	stops = 1;
}

/* Redis is away: tries again later. One that never let us in ends the ledger. */
static void ledger_lose_redis(struct ledger *ledger)
{
	const char *why = redis_error(ledger->redis);

	roster_forget_looks(ledger->roster);
	if (redis_is_barred(ledger->redis) && !ledger->has_worked) {
		ledger_end_barred(ledger, why);
		return;
	}
	status_set(ledger->status, STATUS_REDIS_AWAY, why);
	ledger_pause(ledger);
}

/* Has the database, its lock and its tables; else a step was taken towards it, and time passed. */
static bool ledger_has_sql(struct ledger *ledger)
{
	char why[SCHEMA_WHY_BYTES];

	if (ledger->has_lock)
		return true;
	if (!ledger->db)
		ledger->db = db_open(ledger->options.url, false);
	if (!ledger->db) {
		ledger_lose_sql(ledger, db_open_error());
		return false;
	}
	if (db_lock(ledger->db, lock_name, &ledger->has_lock) != DB_DONE) {
		ledger_lose_sql(ledger, db_error(ledger->db));
		return false;
	}
	if (!ledger->has_lock) {
		status_set(ledger->status, STATUS_STANDBY,
			   "another ledger writes into this database");
		ledger_nap(STANDBY_MS);
		return false;
	}
	if (schema_prepare(ledger->db, why) != DB_DONE) {
		ledger_lose_sql(ledger, why);
		return false;
	}
	if (book_start(ledger->book, ledger->db) == DB_DONE &&
	    (!ledger->webhook || webhook_rows_begin(ledger->db) == DB_DONE))
		return true;
	ledger_lose_sql(ledger, db_error(ledger->db));
	return false;
}

/* May work in Redis; else it is away, or does not let us in and the ledger ends. */
static bool ledger_has_redis(struct ledger *ledger)
{
	char why[PERMITS_WHY_BYTES];

	if (ledger->is_admitted)
		return true;
	switch (permits_check(ledger->redis, ledger->options.redis_user, why)) {
	case PERMITS_GIVEN:
		ledger->is_admitted = true;
		return true;
	case PERMITS_REFUSED:
		ledger_end_barred(ledger, why);
		return false;
	case PERMITS_UNKNOWN:
		break;
	}
	ledger_lose_redis(ledger);
	return false;
}

static void ledger_tell(struct ledger *ledger)
{
	struct book_counts counts = book_counts(ledger->book);
	struct status_facts facts = { .events = counts.events,
				      .poison = counts.poison,
				      .batches = counts.batches,
				      .sql = *tail_latency(ledger->tail) };

	trimmer_count(ledger->trimmer, &facts.trims, &facts.trimmed);

	for (size_t i = 0; i < roster_count(ledger->roster); i++) {
		const struct roster_item *item = roster_at(ledger->roster, i);

		facts.items++;
		facts.backlog += item->backlog;
		if (item->trouble == ROSTER_WELL)
			continue;
		if (facts.stopped++ == 0)
			snprintf(facts.trouble, sizeof(facts.trouble), "%s: %s", item->name,
				 item->why);
	}
	status_set_facts(ledger->status, &facts);
}

/* What goes on in Redis beside reading: finding items, letting go. */
static enum redis_fate ledger_tend(struct ledger *ledger, int64_t now_ms)
{
	enum redis_fate fate = REDIS_ANSWERED;

	if (now_ms - ledger->discovered_ms >= DISCOVER_MS) {
		ledger->discovered_ms = now_ms;
		roster_take_all(ledger->roster, ledger->options.items);
		fate = tail_discover(ledger->tail);
	}
	return fate == REDIS_ANSWERED ? trimmer_work(ledger->trimmer, now_ms, false) : fate;
}

/* Reads and writes; once in a while notes in SQL how far Redis was told. */
static struct tail_turn ledger_read(struct ledger *ledger, int64_t now_ms)
{
	struct tail_turn turn = tail_read(ledger->tail, ledger->db, now_ms);

	if (turn.sql == DB_DONE && now_ms - ledger->kept_ms >= KEEP_MS) {
		ledger->kept_ms = now_ms;
		turn.sql = rows_keep_told(ledger->db, ledger->roster);
	}
	return turn;
}

static void ledger_turn(struct ledger *ledger)
{
	int64_t now_ms = ledger_now_ms();
	enum redis_fate fate = ledger_tend(ledger, now_ms);
	struct tail_turn turn = { .redis = fate, .sql = DB_DONE };

	if (fate == REDIS_ANSWERED)
		turn = ledger_read(ledger, now_ms);
	ledger_tell(ledger);
	if (turn.sql != DB_DONE) {
		ledger_lose_sql(ledger, db_error(ledger->db));
	} else if (turn.redis != REDIS_ANSWERED) {
		ledger_lose_redis(ledger);
	} else {
		ledger->has_worked = true;
		status_set(ledger->status, STATUS_RECORDING, "");
		ledger->pause_ms = PAUSE_LEAST_MS;
		if (!turn.has_asked)
			ledger_nap(ledger->options.poll_ms);
	}
}

/* Redis hears of the last batch, and SQL that it did; if not, the next ledger sees to it. */
static void ledger_finish(struct ledger *ledger)
{
	if (!ledger->has_lock || !ledger->is_admitted)
		return;
	if (trimmer_work(ledger->trimmer, ledger_now_ms(), true) != REDIS_ANSWERED)
		log_line(LOG_WARN, "the last batch is not trimmed: %s", redis_error(ledger->redis));
	else if (rows_keep_told(ledger->db, ledger->roster) != DB_DONE)
		log_line(LOG_WARN, "what Redis was told is not kept: %s", db_error(ledger->db));
}

static void ledger_run(struct ledger *ledger)
{
	while (!stops) {
		if (ledger_has_sql(ledger) && ledger_has_redis(ledger))
			ledger_turn(ledger);
	}
	if (ledger->exit_code == EXIT_SUCCESS)
		status_set(ledger->status, STATUS_STOPPING, "");
	ledger_finish(ledger);
}

static int ledger_read_secrets(struct ledger *ledger)
{
	char key[256];

	if (settings_read_secret(ledger->options.redis_password_file, ledger->password,
				 sizeof(ledger->password)) < 0 ||
	    settings_read_secret(ledger->options.order_key_file, key, sizeof(key)) < 0)
		return -1;
	ledger->tokens = tokens_open(key);
	explicit_bzero(key, sizeof(key));
	return ledger->tokens ? 0 : -1; /* its form was checked with the settings */
}

/* Starts the thread for webhooks, if they are on; false: there is none to be had. */
static bool ledger_open_webhook(struct ledger *ledger)
{
	const struct ledger_options *set = &ledger->options;
	const struct webhook_post_settings post = { set->webhook_url, set->webhook_key_file,
						    set->webhook_timeout_ms,
						    set->webhook_allow_private };

	if (set->webhook_url[0])
		ledger->webhook = webhook_open(&post, set->url, ledger->tokens, ledger->status);
	return ledger->webhook || !set->webhook_url[0];
}

/* Opens everything but the database and Redis, which may be away; false: the address is taken. */
static bool ledger_open(struct ledger *ledger)
{
	const struct ledger_options *set = &ledger->options;
	const struct redis_settings redis = { set->redis, set->redis_user, ledger->password,
					      (uint32_t)set->redis_timeout_ms };
	const struct tail_settings tail = { set->batch_max, set->poll_ms };
	const struct lookup_settings lookup = { set->listen, set->url };

	ledger->status = status_open();
	ledger->lookup = lookup_open(&lookup, ledger->tokens, ledger->status);
	if (!ledger->lookup || !ledger_open_webhook(ledger))
		return false;
	ledger->roster = roster_open();
	ledger->book = book_open(ledger->roster);
	ledger->redis = redis_open(&redis);
	ledger->tail = tail_open(ledger->redis, ledger->roster, ledger->book, &tail);
	ledger->trimmer = trimmer_open(ledger->redis, ledger->roster, set->retain_s * 1000);
	ledger->pause_ms = PAUSE_LEAST_MS;
	ledger->discovered_ms = -DISCOVER_MS;
	return true;
}

static void ledger_close(struct ledger *ledger)
{
	webhook_close(ledger->webhook);
	lookup_close(ledger->lookup);
	trimmer_close(ledger->trimmer);
	tail_close(ledger->tail);
	redis_close(ledger->redis);
	book_close(ledger->book);
	roster_close(ledger->roster);
	db_close(ledger->db);
	status_close(ledger->status);
	tokens_close(ledger->tokens);
	explicit_bzero(ledger->password, sizeof(ledger->password));
	settings_free(&ledger_options_program, &ledger->options);
}

static int ledger_serve(struct ledger *ledger)
{
	const struct sigaction action = { .sa_handler = ledger_on_terminate };
	int exit_code = EXIT_FAILURE;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file at its limit is a full disk */
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	if (ledger_open(ledger)) {
		log_line(LOG_INFO, "answering on %s", ledger->options.listen);
		ledger_run(ledger);
		exit_code = ledger->exit_code;
	}
	ledger_close(ledger);
	log_line(LOG_INFO, "ended");
	return exit_code;
}

int main(int argc, char **argv)
{
	static struct ledger ledger;

	switch (settings_read(&ledger_options_program, argc, argv, &ledger.options)) {
	case SETTINGS_DONE:
		return EXIT_SUCCESS;
	case SETTINGS_BAD:
		return EXIT_SETTINGS;
	case SETTINGS_HEALTH:
		return pulse_check(ledger.options.listen, "/healthz");
	case SETTINGS_RUN:
		break;
	}
	log_open("ledger", (enum log_level)ledger.options.log_level);
	sandbox_enter(ledger.options.debuggable == 1);
	if (ledger_read_secrets(&ledger) != 0)
		return EXIT_SETTINGS;
	return ledger_serve(&ledger);
}
