/*
 * pulse.h - asks a running program whether it is well, for --healthcheck.
 *
 * Layer: the ground, above listen.
 */
#ifndef PENSTOCK_PULSE_H
#define PENSTOCK_PULSE_H

/*
 * Sends GET `path` to the program that listens on `address`, and waits for at most about two
 * seconds. 0 if it answers 200; else 1 with what it said, or why nothing was heard, on stderr.
 */
int pulse_check(const char *address, const char *path);

#endif
