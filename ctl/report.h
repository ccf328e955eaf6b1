/*
 * report.h - penstockctl report: a sale as one page, for those who were not there.
 *
 *     report ITEM [--out FILE] [--svg FOLDER] [--png FOLDER] [--stat-log GLOB]
 *                 [--weights-from FILE] [--language en|zh] [--json]
 *
 * Layer: above everything else but commands.
 */
#ifndef PENSTOCK_CTL_REPORT_H
#define PENSTOCK_CTL_REPORT_H

#include "ctl/tools.h"

/*
 * Reads the ledger and stat.log, and writes the page. VERDICT_DONE: written, and every count
 * agrees; VERDICT_NO: written, and they do not agree, or there is no such item; VERDICT_AWAY: it
 * could not read or write, and nothing was left half written.
 */
enum verdict report_run(struct tools *tools);

#endif
