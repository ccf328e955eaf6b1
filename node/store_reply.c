/*
 * store_reply.c - the meaning of Redis' words; see store_reply.h.
 */
#include "node/store_reply.h"

#include <string.h>

#include "common/redis_errors.h"

enum store_fate store_reply_error_fate(const char *line)
{
	return redis_error_is_refusal(line) ? STORE_REFUSED : STORE_FAULTY;
}

bool store_word_is(const struct store_word *word, const char *text)
{
	return word->text && strlen(text) == word->size &&
	       memcmp(word->text, text, word->size) == 0;
}
