/*
 * webhook_address.c - a list of what is not public in IPv4, and what little is in IPv6.
 *
 * After the special-purpose registries of IANA (RFC 6890). IPv6 is turned round: only 2000::/3 was
 * ever given out, so all else is refused without being named.
 */
#include "ledger/webhook_address.h"

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

static const struct {
	uint32_t net;
	int bits;
} closed_v4[] = {
	{ 0x00000000, 8 },  /* 0.0.0.0: unspecified, this network */
	{ 0x0a000000, 8 },  /* 10.0.0.0: private */
	{ 0x64400000, 10 }, /* 100.64.0.0: shared by a carrier's customers */
	{ 0x7f000000, 8 },  /* 127.0.0.0: loopback */
	{ 0xa9fe0000, 16 }, /* 169.254.0.0: link-local, and the clouds' metadata */
	{ 0xac100000, 12 }, /* 172.16.0.0: private */
	{ 0xc0000000, 24 }, /* 192.0.0.0: protocols */
	{ 0xc0000200, 24 }, /* 192.0.2.0: documentation */
	{ 0xc0586300, 24 }, /* 192.88.99.0: 6to4 relays */
	{ 0xc0a80000, 16 }, /* 192.168.0.0: private */
	{ 0xc6120000, 15 }, /* 198.18.0.0: benchmarks */
	{ 0xc6336400, 24 }, /* 198.51.100.0: documentation */
	{ 0xcb007100, 24 }, /* 203.0.113.0: documentation */
	{ 0xe0000000, 3 },  /* 224.0.0.0: multicast, reserved, broadcast */
};

static bool is_public_v4(uint32_t address)
{
	for (size_t i = 0; i < sizeof(closed_v4) / sizeof(closed_v4[0]); i++) {
		if ((address ^ closed_v4[i].net) >> (32 - closed_v4[i].bits) == 0)
			return false;
	}
	return true;
}

static uint32_t read_v4(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool is_public_v6(const uint8_t at[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b };

	if (memcmp(at, mapped, sizeof(mapped)) == 0 || memcmp(at, nat64, sizeof(nat64)) == 0)
		return is_public_v4(read_v4(at + 12));
	if (at[0] >> 5 != 1)
		return false;
	if (at[0] == 0x20 && at[1] == 0x02) /* 6to4 */
		return is_public_v4(read_v4(at + 2));
	if (at[0] == 0x3f && at[1] == 0xff && at[2] < 0x10) /* documentation */
		return false;
	if (at[0] != 0x20 || at[1] != 0x01)
		return true;
	/* 2001::/23: protocols, Teredo among them; 2001:db8::/32: documentation */
	return at[2] > 1 && !(at[2] == 0x0d && at[3] == 0xb8);
}

bool webhook_address_is_public(const struct sockaddr *address, size_t size)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (size < sizeof(address->sa_family) + offsetof(struct sockaddr, sa_family))
		return false;
	if (address->sa_family == AF_INET && size >= sizeof(v4)) {
		memcpy(&v4, address, sizeof(v4));
		return is_public_v4(ntohl(v4.sin_addr.s_addr));
	}
	if (address->sa_family == AF_INET6 && size >= sizeof(v6)) {
		memcpy(&v6, address, sizeof(v6));
		return is_public_v6(v6.sin6_addr.s6_addr);
	}
	return false;
}
