/*
 * interrupt.c - Ctrl-C as a question; see interrupt.h.
 *
 * Blocked signals stay pending, and sigpending(2) shows them: no handler, so nothing global.
 */
#include "ctl/interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include "common/xmalloc.h"

struct interrupt {
	sigset_t before;
};

struct interrupt *interrupt_open(void)
{
	struct interrupt *interrupt = xcalloc(1, sizeof(*interrupt));
	sigset_t ours;

	sigemptyset(&ours);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGTERM);
	sigprocmask(SIG_BLOCK, &ours, &interrupt->before);
	return interrupt;
}

bool interrupt_has_come(struct interrupt *interrupt)
{
	sigset_t pending;

	(void)interrupt;
	sigpending(&pending);
	return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1;
}

void interrupt_close(struct interrupt *interrupt)
{
	const struct timespec now = { 0 };
	sigset_t ours;

	if (interrupt == NULL)
		return;
	/* What has come was obeyed; it must not end the program before its last words. */
	sigemptyset(&ours);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGTERM);
	while (sigtimedwait(&ours, NULL, &now) > 0)
		;
	sigprocmask(SIG_SETMASK, &interrupt->before, NULL);
	free(interrupt);
}
