/*
 * fuzz_body.c - the body of a purchase and of a payment, as a buyer or a provider may send it.
 *
 * Good means: each member is what keys.h calls valid. Bad means: nothing was written, and a
 * sentence says why.
 */
#include <assert.h>
#include <string.h>

#include "node/body.h"
#include "tests/fuzz/fuzz.h"

static const int64_t amount_max = INT64_C(999999999999999);

static void try_purchase(const char *text, size_t size)
{
	struct body_purchase found = { .units = 7, .user = "before" }, before = found;
	const char *why = NULL;

	if (body_read_purchase(text, size, &found, &why) == BODY_BAD) {
		assert(size > 0 && why && why[0]);
		assert(memcmp(&found, &before, sizeof(found)) == 0);
		return;
	}
	assert(found.units >= 1 && found.units <= KEYS_UNITS_MAX);
	assert(keys_user_is_valid(found.user, strnlen(found.user, sizeof(found.user))));
}

static void try_payment(const char *text, size_t size)
{
	struct body_payment found = { .order = "before" }, before = found;
	const char *why = NULL;

	if (body_read_payment(text, size, &found, &why) == BODY_BAD) {
		assert(why && why[0]);
		assert(memcmp(&found, &before, sizeof(found)) == 0);
		return;
	}
	assert(size > 0 && strnlen(found.order, sizeof(found.order)) < sizeof(found.order));
	assert(keys_txn_is_valid(found.txn, strnlen(found.txn, sizeof(found.txn))));
	assert(found.amount >= 0 && found.amount <= amount_max);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > BODY_BYTES_MAX)
		return 0;
	try_purchase((const char *)data, size);
	try_payment((const char *)data, size);
	return 0;
}
