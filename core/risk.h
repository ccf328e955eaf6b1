/*
 * risk.h - which attempts are refused by a user's score: bands of ten points, each with a share.
 *
 * A policy is written as `60:60_90:74_100:91`: of those with 60 points or more 60 of a hundred
 * attempts pass, from 90 on 74, from 100 on 91. Who is below the first band has its share. The
 * first begins at any point and the others a multiple of ten above it. An attempt's roll is made of
 * its idempotency key by who asks here, so that a retry of the same key hears the same.
 *
 * Layer: core. Pure.
 */
#ifndef PENSTOCK_RISK_H
#define PENSTOCK_RISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	RISK_BANDS = 22,     /* of ten points: from 0 to beyond 200 points, and all above */
	RISK_WHOLE = 10000,  /* a roll is from 0 to below this */
	RISK_TEXT_BYTES = 64 /* longest policy */
};

enum risk_mode {
	RISK_OFF,
	RISK_SHADOW, /* only counts */
	RISK_ON,
};

struct risk_policy {
	enum risk_mode mode;
	uint8_t passes[RISK_BANDS]; /* of a hundred */
	uint8_t shift;              /* points by which the first whole band begins before its ten */
};

/* What happened in each band. */
struct risk_tally {
	uint64_t asked[RISK_BANDS], refused[RISK_BANDS];
};

/* Reads a policy's shares; false, and all pass, when the text is none. */
bool risk_read(const char *text, size_t size, struct risk_policy *policy)
	__attribute__((warn_unused_result));

/* The band of a score in tenths of a point, >= 0. */
unsigned risk_band(const struct risk_policy *policy, int64_t score_tenths);

/* The point at which a band begins. */
unsigned risk_band_from(const struct risk_policy *policy, unsigned band);

/* Does an attempt of this band pass with this roll? The mode does not matter. */
bool risk_passes(const struct risk_policy *policy, unsigned band, unsigned roll);

/*
 * Writes the bands in which somebody asked as `band:asked:refused,...`, whole ones as far as they
 * fit; returns the length, below `room`.
 */
size_t risk_write(const struct risk_tally *tally, char *into, size_t room);

#endif
