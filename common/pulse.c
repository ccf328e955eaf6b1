/*
 * pulse.c - one request, one answer; see pulse.h.
 */
#include "common/pulse.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/listen.h"

int pulse_check(const char *address, const char *path)
{
	char ask[256], answer[2048];
	size_t used = 0;
	ssize_t got = 0;
	int fd = listen_call(address);
	int size = snprintf(ask, sizeof(ask),
			    "GET %s HTTP/1.1\r\nHost: penstock\r\nConnection: close\r\n\r\n", path);

	if (fd < 0) {
		fprintf(stderr, "nobody listens on %s\n", address);
		return 1;
	}
	if (send(fd, ask, (size_t)size, MSG_NOSIGNAL) == size) {
		while (used < sizeof(answer) - 1 &&
		       (got = recv(fd, answer + used, sizeof(answer) - 1 - used, 0)) > 0)
			used += (size_t)got;
	}
	close(fd);
	answer[used] = '\0';
	if (strncmp(answer, "HTTP/1.1 200 ", 13) == 0)
		return 0;
	const char *body = strstr(answer, "\r\n\r\n");
	fprintf(stderr, "%s", body ? body + 4 : "no answer within two seconds\n");
	return 1;
}
