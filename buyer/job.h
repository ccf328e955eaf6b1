/*
 * job.h - what all commands share: settings, links, the server's time, the purchase's state.
 *
 * Layer: above server, state, token, ui; below the commands.
 */
#ifndef PENSTOCK_BUYER_JOB_H
#define PENSTOCK_BUYER_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "buyer/clock.h"
#include "buyer/http.h"
#include "buyer/options.h"
#include "buyer/server.h"
#include "buyer/state.h"
#include "buyer/token.h"
#include "buyer/ui.h"
#include "buyer/verdict.h"

enum { JOB_QUERY_BYTES = 80 };

struct job {
	const struct options *options; /* borrowed */
	int wake_fd;
	struct http *http;
	struct clock_sync sync;
	struct ui *ui;
	struct token token;
	struct server_stock stock; /* as job_meet() found it */
	struct state state;
	struct state_file *file; /* NULL until job_open_state() */
};

/* Opens links and log; VERDICT_DONE, or VERDICT_USAGE with a sentence. End it with job_close(). */
enum verdict job_open(struct job *job, const struct options *options)
	__attribute__((warn_unused_result));

/* Ends it, whatever of it was opened. */
void job_close(struct job *job);

/* The buyer's name: the token's, else the settings'; "" : none. */
const char *job_user(const struct job *job);

/*
 * Writes what names the buyer in a path, with the mark before it: "?user=ada"; "" where a token
 * does, or nobody. Returns `into`.
 */
const char *job_query(const struct job *job, char mark, char into[JOB_QUERY_BYTES]);

/*
 * Meets the server: its time, and the item. Says what is wrong; VERDICT_DONE: it is well.
 */
enum verdict job_meet(struct job *job) __attribute__((warn_unused_result));

/* Locks and reads the state of this purchase; VERDICT_DONE, or VERDICT_USAGE with a sentence. */
enum verdict job_open_state(struct job *job) __attribute__((warn_unused_result));

/* Writes which sale this is, as the state has it: the item's epoch and start. */
void job_name_sale(const struct job *job, char into[STATE_WORD_BYTES]);

/* Reads it without the lock, for commands that only look: job->file stays NULL. Likewise. */
enum verdict job_read_state(struct job *job) __attribute__((warn_unused_result));

/* Writes the state; a failure is told, and false. */
bool job_save(struct job *job);

/*
 * Takes a fresh round of samples of the clock, until `until_us` (monotonic) at most; what was known
 * stays if that fails, or if it was better.
 */
enum server_seen job_sync(struct job *job, int count, int64_t until_us)
	__attribute__((warn_unused_result));

/*
 * Waits until it is `server_ms` at the server, showing what for; the clock is compared again now
 * and then. False: a signal came.
 */
bool job_wait(struct job *job, int64_t server_ms, const char *what)
	__attribute__((warn_unused_result));

/* The last word after a signal: VERDICT_STOPPED, and what is pending. */
enum verdict job_stopped(struct job *job);

#endif
