/*
 * draw.h - the commands about items that are sold by draw.
 *
 * The order of users is that of HMAC-SHA-256(seed, user). SHA-256 of the seed is a rule of the item
 * and is told from the start; the seed is told when the draw is held. So whoever has the list that
 * is published then can tell whether it was held fairly, without Redis and without any secret.
 *
 * Layer: above ask, cut, facts, item, say, tools.
 */
#ifndef PENSTOCK_CTL_DRAW_H
#define PENSTOCK_CTL_DRAW_H

#include "ctl/tools.h"
#include "ctl/verdict.h"

/* draw commit ITEM --seed-file F: makes SHA-256 of the seed the item's rule, and prints it. */
enum verdict draw_commit(struct tools *tools);

/* draw hold ITEM --seed-file F: ranks all who took part and reveals the seed; may be said again. */
enum verdict draw_hold(struct tools *tools);

/* draw publish ITEM: writes commitment, seed, all who took part and who won on stdout. */
enum verdict draw_publish(struct tools *tools);

/* draw verify FILE: is such a list what the seed makes of it, and the seed the one committed to? */
enum verdict draw_verify(struct tools *tools);

#endif
