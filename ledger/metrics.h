/*
 * metrics.h - the ledger's numbers as a page for Prometheus.
 *
 * Layer: above status, prometheus; below lookup. Any thread.
 */
#ifndef PENSTOCK_LEDGER_METRICS_H
#define PENSTOCK_LEDGER_METRICS_H

#include "common/prometheus.h"
#include "ledger/status.h"

/* A page of what `status` tells now; to be ended by prometheus_close(). */
struct prometheus *metrics_make(struct status *status);

#endif
