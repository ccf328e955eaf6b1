/*
 * redis_errors.c - the errors by which Redis refuses to execute anything; see redis_errors.h.
 */
#include "common/redis_errors.h"

#include <stddef.h>
#include <string.h>

static const char *const refusals[] = {
	"NOSCRIPT ", "LOADING ", "BUSY ",     "OOM ",         "MISCONF ",
	"READONLY ", "NOAUTH ",  "NOPERM ",   "WRONGPASS ",   "NOREPLICAS ",
	"MOVED ",    "ASK ",     "TRYAGAIN ", "CLUSTERDOWN ", "MASTERDOWN ",
};

static const char *const barriers[] = { "NOAUTH ", "NOPERM ", "WRONGPASS " };

static const char *const passing[] = {
	"LOADING ", "BUSY ", "MASTERDOWN ",
	"ERR max number of clients", /* said to a connection, whatever it asks, and then it ends */
};

/* Does the line begin with one of these? */
static bool redis_error_is_any(const char *line, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strncmp(line, words[i], strlen(words[i])) == 0)
			return true;
	}
	return false;
}

bool redis_error_is_barrier(const char *line)
{
	return redis_error_is_any(line, barriers, sizeof(barriers) / sizeof(barriers[0]));
}

bool redis_error_is_passing(const char *line)
{
	return redis_error_is_any(line, passing, sizeof(passing) / sizeof(passing[0]));
}

bool redis_error_is_refusal(const char *line)
{
	return redis_error_is_any(line, refusals, sizeof(refusals) / sizeof(refusals[0]));
}
