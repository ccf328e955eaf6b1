/*
 * frames.h - where a RESP2 message ends, by its bytes alone.
 *
 * What the proxy needs of RESP: whole requests and whole answers, so that it can lose, double or
 * cut exactly one of them. Knows nothing of commands. Layer: the ground of the fault tools.
 */
#ifndef PENSTOCK_FRAMES_H
#define PENSTOCK_FRAMES_H

#include <stddef.h>

/*
 * The length in bytes of the first message in `bytes`: 0 while it is not complete, -1 when
 * they are no RESP2. Depth and size are bounded: nested deeper than 8, or a bulk beyond 64 MB,
 * is -1.
 */
long frames_first(const char *bytes, size_t size);

#endif
