/*
 * risk.c - policies and bands; see risk.h.
 */
#include "core/risk.h"

#include <assert.h>
#include <string.h>

enum { TENTHS = 10, BAND_POINTS = 10, SHARE_MAX = 100, ENTRY_BYTES = 48 };

/* Digits at `at`, at most four, into *number; where they end, or NULL. */
static const char *risk_digits(const char *at, const char *end, unsigned *number)
{
	const char *start = at;

	*number = 0;
	while (at < end && *at >= '0' && *at <= '9' && at - start < 4)
		*number = *number * 10 + (unsigned)(*at++ - '0');
	return at == start ? NULL : at;
}

/* One `points:share` at `at`; where it ends, or NULL. */
static const char *risk_entry(const char *at, const char *end, unsigned *points, unsigned *share)
{
	at = risk_digits(at, end, points);
	if (!at || at == end || *at != ':')
		return NULL;
	at = risk_digits(at + 1, end, share);
	return at && *share <= SHARE_MAX ? at : NULL;
}

/* Takes a band that begins at `points`, `before` being where the last began (-1: none did). */
static bool risk_begin(struct risk_policy *policy, int before, unsigned points, unsigned share)
{
	unsigned band = 0;

	if (before < 0)
		policy->shift = (uint8_t)((BAND_POINTS - points % BAND_POINTS) % BAND_POINTS);
	else
		band = (points + policy->shift) / BAND_POINTS;
	if ((points + policy->shift) % BAND_POINTS != 0 || (int)points <= before ||
	    (points + policy->shift) / BAND_POINTS >= RISK_BANDS)
		return false;
	memset(policy->passes + band, (int)share, RISK_BANDS - band);
	return true;
}

bool risk_read(const char *text, size_t size, struct risk_policy *policy)
{
	const char *at = text, *end = text + size;
	unsigned points = 0, share = 0;
	bool is_good = size > 0;
	int before = -1;

	policy->shift = 0;
	while (is_good && at < end) {
		at = risk_entry(at, end, &points, &share);
		is_good = at && (at == end || (*at == '_' && at + 1 < end)) &&
			  risk_begin(policy, before, points, share);
		before = (int)points;
		at += is_good && at < end;
	}
	if (is_good)
		return true;
	policy->shift = 0;
	memset(policy->passes, SHARE_MAX, sizeof(policy->passes));
	return false;
}

unsigned risk_band(const struct risk_policy *policy, int64_t score_tenths)
{
	int64_t band = (score_tenths + policy->shift * TENTHS) / (BAND_POINTS * TENTHS);

	assert(score_tenths >= 0);
	return band < RISK_BANDS ? (unsigned)band : RISK_BANDS - 1;
}

unsigned risk_band_from(const struct risk_policy *policy, unsigned band)
{
	unsigned points = band * BAND_POINTS;

	return points > policy->shift ? points - policy->shift : 0;
}

bool risk_passes(const struct risk_policy *policy, unsigned band, unsigned roll)
{
	assert(band < RISK_BANDS && roll < RISK_WHOLE);
	return roll < policy->passes[band] * (unsigned)(RISK_WHOLE / SHARE_MAX);
}

/* Writes a number; returns the end. */
static char *risk_put(char *at, uint64_t number)
{
	char digits[20];
	int count = 0;

	do
		digits[count++] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	while (count > 0)
		*at++ = digits[--count];
	return at;
}

size_t risk_write(const struct risk_tally *tally, char *into, size_t room)
{
	char *at = into;

	for (unsigned band = 0; band < RISK_BANDS; band++) {
		if (tally->asked[band] == 0 || room - (size_t)(at - into) < ENTRY_BYTES)
			continue;
		if (at > into)
			*at++ = ',';
		at = risk_put(at, band);
		*at++ = ':';
		at = risk_put(at, tally->asked[band]);
		*at++ = ':';
		at = risk_put(at, tally->refused[band]);
	}
	*at = '\0';
	return (size_t)(at - into);
}
