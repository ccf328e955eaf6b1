/*
 * store_calls.c - what is sent to Redis, as words; see store.h.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "node/store_parts.h"

enum { WORDS_MAX = 1100 };

enum store_sent store_command(struct store *store, const char *const *texts, size_t count,
			      store_cb *cb, void *owner)
{
	struct store_word words[WORDS_MAX];

	if (count > WORDS_MAX)
		return STORE_DOWN;
	for (size_t i = 0; i < count; i++)
		words[i] = (struct store_word){ texts[i], strlen(texts[i]), 0 };
	return store_send(store, false, words, count, cb, owner);
}

enum store_sent store_call(struct store *store, const char *sha, const struct store_word *words,
			   size_t count, size_t key_count, store_cb *cb, void *owner)
{
	struct store_word all[WORDS_MAX];
	char digits[8];

	assert(count + 3 <= WORDS_MAX && key_count < 100);
	if (!store_is_ready(store))
		return STORE_DOWN;
	all[0] = (struct store_word){ "EVALSHA", 7, 0 };
	all[1] = (struct store_word){ sha, 40, 0 };
	all[2] = (struct store_word){ digits, 0, 0 };
	all[2].size = (size_t)snprintf(digits, sizeof(digits), "%zu", key_count);
	memcpy(all + 3, words, count * sizeof(*words));
	return store_send(store, true, all, count + 3, cb, owner);
}
