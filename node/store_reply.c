/*
 * store_reply.c - the meaning of Redis' words; see store_reply.h.
 */
#include "node/store_reply.h"

#include <string.h>

/* Said before a command or a script's first line runs, so nothing was executed. */
static const char *const refusals[] = {
	"NOSCRIPT ", "LOADING ", "BUSY ",     "OOM ",         "MISCONF ",
	"READONLY ", "NOAUTH ",  "NOPERM ",   "WRONGPASS ",   "NOREPLICAS ",
	"MOVED ",    "ASK ",     "TRYAGAIN ", "CLUSTERDOWN ", "MASTERDOWN ",
};

enum store_fate store_reply_error_fate(const char *line)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		if (strncmp(line, refusals[i], strlen(refusals[i])) == 0)
			return STORE_REFUSED;
	}
	return STORE_FAULTY;
}

int64_t store_reply_number(const char *text, size_t size)
{
	int64_t value = 0;

	if (size == 0 || size > 18)
		return -1;
	for (size_t i = 0; i < size; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

bool store_word_is(const struct store_word *word, const char *text)
{
	return word->text && strlen(text) == word->size &&
	       memcmp(word->text, text, word->size) == 0;
}
