/*
 * rush_tally.h - what a run knows: every count the report is made of.
 *
 * The words, because the crossing with the server depends on them:
 *
 *   request   one purchase of one buyer under one idempotency key
 *   attempt   one sending of a request; more than one only with --retry
 *   answer    a whole, well-formed answer to an attempt
 *   broken    an attempt whose connection ended before its answer
 *   timed out an attempt whose answer did not come in time
 *   malformed an attempt answered by something that is no answer
 *   abandoned an attempt still open when the run was stopped
 *   settled   a request that has its last answer
 *   sold      a settled request whose last answer was ACCEPTED or REPEATED
 *
 * It holds at every moment, and tally_check() asserts it at the end:
 *
 *   attempts = answers + broken + timed_out + malformed + abandoned + open
 *
 * Layer: above histogram and answer; below load and report.
 */
#ifndef RUSH_TALLY_H
#define RUSH_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/rush_answer.h"
#include "bench/rush_histogram.h"

enum { TALLY_KINDS_MAX = 64, TALLY_WORD_BYTES = 24 };

/* Answers of one status and one reason. */
struct tally_kind {
	int status;
	char reason[TALLY_WORD_BYTES]; /* "-" when the body had none */
	uint64_t answers;
};

struct tally {
	uint64_t requests; /* asked for by the user */
	uint64_t asked;    /* sent at least once */
	uint64_t settled;
	uint64_t sold;
	uint64_t attempts;
	uint64_t answers;
	uint64_t broken;
	uint64_t timed_out;
	uint64_t malformed;
	uint64_t abandoned;
	uint64_t open;     /* attempts waiting for their answer */
	uint64_t retried;  /* attempts that were asked again */
	uint64_t connects; /* connections made */
	uint64_t connect_failures;
	size_t body_bytes_min;
	size_t body_bytes_max;
	struct tally_kind kinds[TALLY_KINDS_MAX];
	unsigned kinds_len;
	uint64_t kinds_overflow;   /* answers beyond the table, never silently lost */
	struct histogram *latency; /* of every answer; owned by whoever made the tally */
	uint64_t started_ns;
	uint64_t ended_ns;
	bool interrupted; /* by SIGINT */
	bool gave_up;     /* nothing was answered for too long */
};

/* Counts one answer that came `latency_ns` after its attempt was sent. */
void tally_count_answer(struct tally *t, const struct answer *answer, uint64_t latency_ns);

/* True for the answers that give the buyer an order. */
bool tally_is_sold(const struct answer *answer);

/* How many answers had this status and reason. */
uint64_t tally_find(const struct tally *t, int status, const char *reason);

/* True when every request was settled by an answer of status 200. */
bool tally_is_clean(const struct tally *t);

/* Asserts the sums above, and that each answer is in the histogram and in one kind. */
void tally_check(const struct tally *t);

#endif
