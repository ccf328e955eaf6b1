/*
 * ledger_parts.h - what the files behind ledger.h share; for them alone.
 *
 * Layer: inside ledger.
 */
#ifndef PENSTOCK_CTL_LEDGER_PARTS_H
#define PENSTOCK_CTL_LEDGER_PARTS_H

#include "core/events.h"
#include "ctl/tools.h"

/* Says why the database cannot be read: VERDICT_AWAY. */
enum verdict ledger_away(struct tools *tools) __attribute__((warn_unused_result));

/* A text as a parameter. */
struct db_value ledger_text_value(const char *text);

/* A column as a text; empty if it is none. */
struct events_text ledger_text_of(const struct db_value *column);

#endif
