/*
 * limits.h - what a node asks of the system for itself.
 *
 * Layer: above log; below main.
 */
#ifndef PENSTOCK_LIMITS_H
#define PENSTOCK_LIMITS_H

#include <stdint.h>

/* Allows `files` file descriptors; what the system refuses is said, not fatal. */
void limits_raise_files(uint64_t files);

/*
 * When processors are short, a node that wakes does not push aside whoever woke it: nginx hands
 * on all it has before the node looks, so batches are fuller and each order costs less. With a
 * processor to spare it changes nothing. Needs no privilege; where it is refused, nothing is
 * lost but that.
 */
void limits_let_others_finish(void);

#endif
