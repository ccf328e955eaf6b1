/*
 * audit.h - penstockctl audit: are the invariants true, on a system that goes on selling?
 *
 *     audit [ITEM...] [--stat-log GLOB] [--json]
 *     audit --rebuild ITEM [--force] [--yes]
 *
 * Layer: above everything else but commands.
 */
#ifndef PENSTOCK_CTL_AUDIT_H
#define PENSTOCK_CTL_AUDIT_H

#include "ctl/tools.h"

/*
 * Audits the items named, or all; or rebuilds one. VERDICT_DONE: clean, VERDICT_NO: a violation,
 * shown; VERDICT_AWAY: it could not look.
 */
enum verdict audit_run(struct tools *tools);

/* Audits one item and prints, for audit --rebuild. */
enum verdict audit_one(struct tools *tools, const char *item);

/*
 * Audits one item without printing. VERDICT_NO: *why (of `room` bytes) has the violation. For
 * audit --rebuild, which asks whether there is any need.
 */
enum verdict audit_look(struct tools *tools, const char *item, char *why, size_t room)
	__attribute__((warn_unused_result));

#endif
