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

bool redis_error_is_barrier(const char *line)
{
	static const char *const barriers[] = { "NOAUTH ", "NOPERM ", "WRONGPASS " };

	for (size_t i = 0; i < sizeof(barriers) / sizeof(barriers[0]); i++) {
		if (strncmp(line, barriers[i], strlen(barriers[i])) == 0)
			return true;
	}
	return false;
}

bool redis_error_is_refusal(const char *line)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		if (strncmp(line, refusals[i], strlen(refusals[i])) == 0)
			return true;
	}
	return false;
}
