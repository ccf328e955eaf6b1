/*
 * address.h - the two halves of a host:port text.
 *
 * Layer: the ground. Pure.
 */
#ifndef PENSTOCK_ADDRESS_H
#define PENSTOCK_ADDRESS_H

enum { ADDRESS_HOST_BYTES = 256 };

/*
 * Copies the host before the last colon into `host`, without the brackets that an IPv6 address has
 * ([::1]:6380), and returns the port behind it, borrowed from `text`. NULL when there is no colon,
 * or the host is too long.
 */
const char *address_split(const char *text, char host[ADDRESS_HOST_BYTES]);

#endif
