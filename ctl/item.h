/*
 * item.h - the commands about items: create, show, list, set, restock, pause, resume, close.
 *
 * Each is one call of item.lua or a reading; nothing is written but by scripts.
 *
 * Layer: above ask, cut, facts, rules; below draw, commands.
 */
#ifndef PENSTOCK_CTL_ITEM_H
#define PENSTOCK_CTL_ITEM_H

#include <stdint.h>

#include "ctl/tools.h"

/* item create NAME --total N [rules]: puts a new item on sale. */
enum verdict item_create(struct tools *tools);

/* item show NAME: all that Redis says of it, at one instant. */
enum verdict item_show(struct tools *tools);

/* item list: a line for each item in Redis. */
enum verdict item_list(struct tools *tools);

/* item set NAME rule=value...: alters rules. */
enum verdict item_set(struct tools *tools);

/* item risk NAME: how attempts were rolled by scores, added up over the nodes. */
enum verdict item_risk(struct tools *tools);

/* item restock NAME +N|-N: more or fewer units, never fewer than are sold. */
enum verdict item_restock(struct tools *tools);

/* item pause NAME: stops selling; what is held can be paid. */
enum verdict item_pause(struct tools *tools);

/* item resume NAME: sells again. */
enum verdict item_resume(struct tools *tools);

/*
 * item close NAME [--wait SPAN]: ends the sale for ever, and takes its orders out of Redis when
 * none is held and the ledger has all.
 */
enum verdict item_close(struct tools *tools);

/* Says what item.lua's COMMITTED means: another draw is refused while so many users take part. */
void item_say_committed(const char *item, int64_t entrants);

#endif
