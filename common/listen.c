/*
 * listen.c - sockets from a host:port text; see listen.h.
 */
#include "common/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "common/address.h"
#include "common/log.h"

enum { BACKLOG = 4096 }; /* a crowd connects in one second; the kernel caps it by somaxconn */

static struct addrinfo *listen_resolve(const char *address)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE },
			*found = NULL;
	char host[ADDRESS_HOST_BYTES];
	const char *port = address_split(address, host);

	if (!port) {
		log_line(LOG_ERROR, "address %s is not host:port", address);
		return NULL;
	}
	int failed = getaddrinfo(host[0] ? host : NULL, port, &hints, &found);
	if (failed) {
		log_line(LOG_ERROR, "address %s: %s", address, gai_strerror(failed));
		return NULL;
	}
	return found;
}

static int listen_bind(const struct addrinfo *at)
{
	int on = 1, fd = socket(at->ai_family, at->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	close(fd);
	return -1;
}

int listen_open(const char *address, unsigned *port)
{
	struct addrinfo *found = listen_resolve(address);
	struct sockaddr_storage got;
	socklen_t size = sizeof(got);

	if (!found)
		return -1;
	int fd = listen_bind(found);
	freeaddrinfo(found);
	if (fd < 0) {
		log_line(LOG_ERROR, "cannot listen on %s: %s", address, strerror(errno));
		return -1;
	}
	*port = 0;
	if (getsockname(fd, (struct sockaddr *)&got, &size) == 0)
		*port = ntohs(got.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&got)->sin6_port
							: ((struct sockaddr_in *)&got)->sin_port);
	return fd;
}

int listen_call(const char *address)
{
	struct addrinfo *found = listen_resolve(address);
	struct timeval patience = { .tv_sec = 2 };

	if (!found)
		return -1;
	int fd = socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, 0);
	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
		if (connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(found);
	return fd;
}
