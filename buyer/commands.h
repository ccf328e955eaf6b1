/*
 * commands.h - the commands of penstock-buyer; each works on an open job and says what came of it.
 *
 * Layer: above job; below main.
 */
#ifndef PENSTOCK_BUYER_COMMANDS_H
#define PENSTOCK_BUYER_COMMANDS_H

#include "buyer/job.h"

/* What the shop sells, and how this buyer stands. Buys nothing. */
enum verdict status_run(struct job *job);

/* Measures clock, network and this machine, and says how ready they are. Buys nothing. */
enum verdict rehearse_run(struct job *job);

#endif
