/*
 * fuzz_settings.c - the values of settings, and the weights in an nginx.conf.
 *
 * The text is stored as each kind of value (but for secrets, which are files). Good means: within
 * its bounds. Bad means: a sentence, and nothing stored.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/settings_parts.h"
#include "common/weights.h"
#include "common/xmalloc.h"
#include "tests/fuzz/fuzz.h"

struct values {
	char *text, *path, *address, *url;
	int64_t number, level;
	struct settings_share share;
	bool is_on;
};

#define AT(member) offsetof(struct values, member)

static const struct setting table[] = {
	{ "text", SETTINGS_TEXT, "", 0, 0, AT(text), "a text" },
	{ "path", SETTINGS_PATH, "", 0, 0, AT(path), "a path" },
	{ "address", SETTINGS_ADDRESS, "", 0, 0, AT(address), "an address" },
	{ "url", SETTINGS_URL, "", 0, 0, AT(url), "a URL" },
	{ "number", SETTINGS_NUMBER, "5", 5, 60000, AT(number), "a number" },
	{ "level", SETTINGS_LEVEL, "info", 0, 0, AT(level), "a level" },
	{ "share", SETTINGS_SHARE, "1%", 0, 1000000000, AT(share), "a share" },
	{ "switch", SETTINGS_SWITCH, "no", 0, 0, AT(is_on), "a switch" },
};

static const struct settings_program program = {
	.name = "penstock-fuzz",
	.prefix = "PENSTOCK",
	.table = table,
	.count = sizeof(table) / sizeof(table[0]),
};

static void check_bounds(const struct setting *row, const struct values *values, const char *text)
{
	const struct settings_share *share = &values->share;

	if (settings_value_is_text(row))
		assert(!settings_value_has_control(text, strlen(text)));
	if (row->kind == SETTINGS_NUMBER)
		assert(values->number >= row->least && values->number <= row->most);
	if (row->kind == SETTINGS_LEVEL)
		assert(values->level >= LOG_DEBUG && values->level <= LOG_ERROR);
	if (row->kind != SETTINGS_SHARE)
		return;
	assert((share->percent == -1) != (share->units == -1));
	assert(share->percent >= -1 && share->percent <= 1000 && share->units >= -1);
}

static void try_value(const struct setting *row, const char *text)
{
	struct values values, before;
	char why[SETTINGS_WHY_BYTES] = "";

	memset(&values, 0, sizeof(values));
	memcpy(&before, &values, sizeof(values));
	if (settings_value_store(row, text, &values, why)) {
		check_bounds(row, &values, text);
	} else {
		assert(why[0] && strnlen(why, sizeof(why)) < sizeof(why));
		assert(memcmp(&values, &before, sizeof(values)) == 0);
	}
	settings_free(&program, &values);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xmalloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	for (size_t i = 0; i < program.count; i++)
		try_value(&table[i], text);
	assert(weights_find(text, 3001) >= 0);
	settings_help_closest(&program, text);
	free(text);
	return 0;
}
