/*
 * interrupt.c - signalfd(2) behind interrupt.h. Nothing is read from it, so it stays readable.
 */
#include "buyer/interrupt.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

int interrupt_open(void)
{
	sigset_t ours;
	int fd;

	sigemptyset(&ours);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGTERM);
	fd = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd >= 0)
		sigprocmask(SIG_BLOCK, &ours, NULL);
	return fd;
}

bool interrupt_has_come(int fd)
{
	struct pollfd look = { .fd = fd, .events = POLLIN };

	return fd >= 0 && poll(&look, 1, 0) == 1;
}

void interrupt_close(int fd)
{
	if (fd >= 0)
		close(fd);
}
