/*
 * rebuild.h - audit --rebuild: an item's state in Redis, made anew from the ledger.
 *
 * Layer: above audit's parts, ask, ledger; below audit.
 */
#ifndef PENSTOCK_CTL_REBUILD_H
#define PENSTOCK_CTL_REBUILD_H

#include "ctl/tools.h"

/*
 * Makes the item of the first word anew: asks for confirmation unless --yes, refuses a healthy one
 * unless --force, says what it did and what may have been lost, and audits the outcome.
 */
enum verdict rebuild_run(struct tools *tools);

#endif
