/*
 * scripts.c - finds a script by its verb; see scripts.h.
 */
#include "common/scripts.h"

#include <stdlib.h>
#include <string.h>

const char *scripts_sha(const char *verb)
{
	for (size_t i = 0; i < script_sources_count; i++) {
		if (strcmp(script_sources[i].verb, verb) == 0)
			return script_sources[i].sha;
	}
	abort();
}
