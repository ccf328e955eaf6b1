/*
 * interrupt.h - Ctrl-C as a question that is asked between two steps, for work of many steps.
 *
 * Layer: the ground.
 */
#ifndef PENSTOCK_CTL_INTERRUPT_H
#define PENSTOCK_CTL_INTERRUPT_H

#include <stdbool.h>

struct interrupt;

/* From now on SIGINT and SIGTERM do not end the program; they are waiting to be asked for. */
struct interrupt *interrupt_open(void);

/* Has one come? Stays so. */
bool interrupt_has_come(struct interrupt *interrupt);

/* They end the program again. NULL is allowed. */
void interrupt_close(struct interrupt *interrupt);

#endif
