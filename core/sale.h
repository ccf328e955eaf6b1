/*
 * sale.h - what a node knows of an item, and whether a buyer may ask at all.
 *
 * The view is what the last script answer told: every script answer about an item begins with
 * it, so it is never older than a tick while Redis answers. A refusal from the view saves Redis
 * a question; Redis decides again, by the same rules, whatever is let through.
 *
 * Layer: core. Pure.
 */
#ifndef PENSTOCK_SALE_H
#define PENSTOCK_SALE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/risk.h"

enum sale_state { SALE_OPEN, SALE_PAUSED, SALE_CLOSED };

struct sale_view {
	int64_t now_ms; /* Redis' clock when it told */
	int64_t total;  /* left + held + paid + outside */
	int64_t sold;   /* held + paid + outside */
	int64_t paid;
	int64_t outside; /* sold before the scripts counted */
	int64_t epoch;   /* the seq that opened this sale */
	int64_t seq;     /* the newest event */
	int64_t gen;     /* rises whenever units come back */
	enum sale_state state;
	int64_t next_expiry_ms; /* when the next hold ends; 0 while some are left */
	int64_t units_max;      /* the most one order may hold */
};

enum { SALE_SEED_BYTES = 65 }; /* 64 hex digits and the NUL */

/* Who may buy, and when; of an item without such rules all is 0. Times are Redis' ms. */
struct sale_rules {
	bool are_any;
	int64_t token_required; /* 1: only a proven user */
	int64_t starts_ms, ends_ms;
	int64_t reserve_starts_ms, reserve_ends_ms;
	int64_t reserve_quota;    /* reservations there may be; 0: any number */
	int64_t reserve_required; /* 1: only who has one may buy */
	int64_t reserved;         /* how many there are */
	int64_t limit_units;      /* units a buyer may have; 0: any */
	struct risk_policy risk;
	int64_t draw_ends_ms;              /* until when one may ask to take part in the draw */
	char draw_commit[SALE_SEED_BYTES]; /* SHA-256 of the seed; "": not sold by draw */
	char draw_seed[SALE_SEED_BYTES];   /* "": not drawn yet */
};

enum sale_answer {
	SALE_MAY_ASK,
	SALE_IS_PAUSED,
	SALE_HAS_ENDED,
	SALE_OVER_LIMIT, /* more units than an order may hold */
	SALE_NOT_STARTED,
	SALE_NEEDS_TOKEN,
	SALE_TOO_RISKY,
};

/* What is known of who asks. */
struct sale_buyer {
	bool is_proven; /* the user, by a token */
	bool is_risky;  /* the roll by the score went against this attempt, and that counts */
};

/*
 * A node's estimate of Redis' time may be this much behind or, when a clock was set, ahead: so long
 * before the start Redis is asked, that none who comes at the start is refused from memory.
 */
enum { SALE_EARLY_MS = 100 };

/* May a buyer ask for `units` now, as far as the view tells? */
enum sale_answer sale_ask(const struct sale_view *view, int64_t units)
	__attribute__((warn_unused_result));

/*
 * The same by the rules, of an item that has some, at Redis' time `now_ms` as far as is known. Of
 * an item sold by draw neither its end nor a roll says anything: who has won may still ask.
 */
enum sale_answer sale_ask_rules(const struct sale_rules *rules, const struct sale_buyer *buyer,
				int64_t now_ms) __attribute__((warn_unused_result));

/* Can users reserve the right to buy? */
bool sale_takes_reservations(const struct sale_rules *rules);

/* Units nobody has. */
int64_t sale_left(const struct sale_view *view);

/* Units that are held and not paid: they may come back. */
int64_t sale_held(const struct sale_view *view);

/* "open", "paused", "closed" to *state: true; another word: false. */
bool sale_state_parse(const char *text, uint32_t size, enum sale_state *state)
	__attribute__((warn_unused_result));

/* The word of a state, as Redis keeps it. A constant. */
const char *sale_state_word(enum sale_state state);

#endif
