/*
 * interrupt.h - Ctrl-C and SIGTERM as a descriptor that waits can look at.
 *
 * Layer: the ground.
 */
#ifndef PENSTOCK_BUYER_INTERRUPT_H
#define PENSTOCK_BUYER_INTERRUPT_H

#include <stdbool.h>

/*
 * From now on SIGINT and SIGTERM do not end the program; the descriptor that is returned is
 * readable, and stays so, once one has come. -1: there is none, and they end it as usual.
 */
int interrupt_open(void);

/* Has one come? */
bool interrupt_has_come(int fd);

/* Closes it; they stay blocked, for only last words follow. */
void interrupt_close(int fd);

#endif
