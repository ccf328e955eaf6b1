/*
 * redis_errors.h - what a line of error from Redis means: was anything executed?
 *
 * Layer: the ground. Pure.
 */
#ifndef PENSTOCK_REDIS_ERRORS_H
#define PENSTOCK_REDIS_ERRORS_H

#include <stdbool.h>

/*
 * Was it said before a command or a script's first line ran, so that nothing was executed? All
 * other errors come from inside a script.
 */
bool redis_error_is_refusal(const char *line);

/* Does what it says pass by itself, so that asking again later is all that is needed? */
bool redis_error_is_passing(const char *line);

/* Is the line of an error about the rights of the user, or their password? */
bool redis_error_is_barrier(const char *line);

#endif
