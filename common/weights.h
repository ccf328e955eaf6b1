/*
 * weights.h - reads a node's weight where nginx reads it, so that one place states the weights.
 *
 * Layer: the ground; pure but for reading the file.
 */
#ifndef PENSTOCK_WEIGHTS_H
#define PENSTOCK_WEIGHTS_H

#include <stdint.h>

/*
 * The weight of the `server ADDRESS:port ... weight=N` line in `text`, an nginx configuration: 1
 * if the line has no weight, 0 if no line has this port.
 */
int64_t weights_find(const char *text, unsigned port);

/*
 * As weights_find(), in the file `path` of at most 64 KiB; -1 if it cannot be read (errno says
 * why).
 */
int64_t weights_read(const char *path, unsigned port);

#endif
