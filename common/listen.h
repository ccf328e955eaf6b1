/*
 * listen.h - opens a listening TCP socket from a host:port text ([::1]:port for IPv6).
 *
 * Layer: the ground, above log.
 */
#ifndef PENSTOCK_LISTEN_H
#define PENSTOCK_LISTEN_H

/*
 * A non-blocking listening socket bound to `address`, which the caller closes; *port is the port
 * it got. -1 with a sentence in the log if it cannot be had.
 */
int listen_open(const char *address, unsigned *port) __attribute__((warn_unused_result));

/*
 * As listen_open(), but connects, and blocks for at most two seconds on anything. For the health
 * check.
 */
int listen_call(const char *address) __attribute__((warn_unused_result));

#endif
