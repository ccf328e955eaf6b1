/*
 * webhook_address.h - is an address one of the public Internet?
 *
 * A webhook goes to whatever its name resolves to at that moment. Unless the operator allows it,
 * that must not be a machine of the inner network: neither by a mistake nor by somebody else's DNS.
 * So the address that is connected to is looked at, never the name.
 *
 * Layer: the ground of the ledger. Pure.
 */
#ifndef PENSTOCK_LEDGER_WEBHOOK_ADDRESS_H
#define PENSTOCK_LEDGER_WEBHOOK_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/*
 * True for an IPv4 or IPv6 address that is globally reachable. False for all others: private,
 * shared, loopback, link-local, multicast, unspecified, reserved and documentation addresses, those
 * in IPv6 that stand for such an IPv4 address (mapped, NAT64, 6to4), other families, and whatever
 * is shorter than its family's struct. `size` is in bytes.
 */
bool webhook_address_is_public(const struct sockaddr *address, size_t size);

#endif
