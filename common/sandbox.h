/*
 * sandbox.h - a program gives up, for good, what it never needs.
 *
 * Whoever takes over a program through a request or a reply finds a process that cannot run another
 * one, look into another one, gain rights by one, change mounts, modules or the clock, or leave its
 * memory, with its keys, in a core; and another program of the same account cannot look into it.
 *
 * Not a list of what is allowed: that would tie the programs to the versions of their libraries,
 * and a call forgotten in it would show in the middle of a sale. What is refused fails with EPERM,
 * it does not kill.
 *
 * Sources: prctl(2), seccomp(2); Docker's default profile for what is worth refusing.
 *
 * Layer: above log, xmalloc; below main.
 */
#ifndef PENSTOCK_SANDBOX_H
#define PENSTOCK_SANDBOX_H

#include <stdbool.h>

/*
 * Enters it; to be called once, before any thread is started. A
 * `debuggable` program stays open to gdb, strace and perf of its own account, and may leave a core
 * where the limits say so; the rest holds for it, too. What the system refuses is said as a
 * warning, not fatal. Under sanitizers, which look into their own process and start another to
 * name what they found, system calls are not filtered.
 */
void sandbox_enter(bool debuggable);

#endif
