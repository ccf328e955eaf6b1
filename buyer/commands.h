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

/* The whole job: log in, reserve, wait, rush, report, and remind of the payment. */
enum verdict whole_run(struct job *job);

/* Gets a token through the shop's page, and keeps it. */
enum verdict login_run(struct job *job);

/* Reserves, if the sale has reservations. */
enum verdict reserve_run(struct job *job);

/* Pays the order that is held, or the one that the word names, where that is allowed. */
enum verdict pay_run(struct job *job);

/*
 * Waits for the start, and buys, whatever else is to be done before and after. The result is told
 * and kept in the state.
 */
enum verdict rush_command(struct job *job);

#endif
