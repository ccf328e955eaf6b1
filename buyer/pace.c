/*
 * pace.c - how long to wait before the next attempt; see pace.h.
 */
#include "buyer/pace.h"

#include <string.h>

enum {
	DOUBLINGS_MAX = 10,
	EARLY_MS = 5,
	FAST_MS = 250, /* asked too often: from here, */
	FAST_MOST_MS = 5000,
	AGAIN_MS = 100, /* busy, or the outcome is open: from here */
	AGAIN_MOST_MS = 2000,
	UNSENT_MS = 50, /* nobody is there: a restart is a matter of moments */
	UNSENT_MOST_MS = 500,
	HELD_LEAST_MS = 200,
	HELD_MOST_MS =
		5000, /* what is told is when the next hold ends; one may be given up before */
};

int64_t pace_roll_us(struct pace_dice *dice, int64_t most_us)
{
	/* xorshift64, Marsaglia 2003 */
	dice->state ^= dice->state << 13;
	dice->state ^= dice->state >> 7;
	dice->state ^= dice->state << 17;
	return most_us <= 0 ? 0 : (int64_t)(dice->state % (uint64_t)(most_us + 1));
}

static int64_t doubled(int64_t least_ms, int streak, int64_t most_ms)
{
	int64_t ms = least_ms << (streak < DOUBLINGS_MAX ? streak : DOUBLINGS_MAX);

	return ms < most_ms ? ms : most_ms;
}

static int64_t greater(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* All is held by others: until the next hold ends, but looking now and then. */
static int64_t held_ms(const struct answer *answer, int64_t now_ms)
{
	int64_t ms = answer->wait_ms >= 0 ? answer->wait_ms : answer->next_expiry_ms - now_ms;

	return ms < HELD_LEAST_MS ? HELD_LEAST_MS : ms > HELD_MOST_MS ? HELD_MOST_MS : ms;
}

/* Without the dice. */
static int64_t wait_ms(const struct answer *answer, int streak, int64_t now_ms)
{
	if (answer->class == REASONS_EARLY)
		return greater(answer->wait_ms < 1000 ? answer->wait_ms : 1000, EARLY_MS);
	if (answer->class == REASONS_FAST)
		return greater(answer->wait_ms, doubled(FAST_MS, streak, FAST_MOST_MS));
	if (strcmp(answer->reason, "HELD") == 0 &&
	    (answer->wait_ms >= 0 || answer->next_expiry_ms > 0))
		return held_ms(answer, now_ms);
	if (answer->wait_ms >= 0)
		return answer->wait_ms;
	if (strcmp(answer->reason, "NOT_DRAWN") == 0)
		return HELD_MOST_MS;
	if (strcmp(answer->reason, "UNSENT") == 0)
		return doubled(UNSENT_MS, streak, UNSENT_MOST_MS);
	return doubled(AGAIN_MS, streak, AGAIN_MOST_MS);
}

int64_t pace_wait_us(const struct answer *answer, int streak, int64_t now_ms,
		     struct pace_dice *dice)
{
	int64_t us = wait_ms(answer, streak, now_ms) * 1000;

	/* A tenth more, at most: a Retry-After is a least. */
	return answer->class == REASONS_EARLY ? us : us + pace_roll_us(dice, us / 10 + 10000);
}
