/*
 * whole.c - `penstock-buyer` without a command: the whole job.
 *
 *     meet ─▶ log in ─▶ reserve ─▶ wait ─▶ rush ─▶ report ─▶ remind
 *
 * Each step is one of the other commands' own; this file is their order.
 */
#include <string.h>

#include "buyer/commands.h"
#include "buyer/login.h"
#include "buyer/pay.h"
#include "buyer/purchase.h"
#include "buyer/reserve.h"

/* A reservation that could not be had ends it only where the sale wants one. */
static enum verdict reserve_if_wanted(struct job *job)
{
	enum verdict verdict = reserve_make(job);

	if (verdict == VERDICT_RESERVE && job->stock.reserve == SERVER_RESERVE_OPTIONAL)
		return VERDICT_DONE;
	return verdict;
}

enum verdict whole_run(struct job *job)
{
	enum verdict verdict = job_meet(job);
	bool is_ours = false;

	/* A login would not help where the settings' own token goes before it; purchase says so. */
	if (verdict == VERDICT_DONE && job->options->token[0] == '\0' && purchase_needs_login(job))
		verdict = login_make(job);
	if (verdict == VERDICT_DONE)
		verdict = job_open_state(job);
	if (verdict == VERDICT_DONE)
		verdict = purchase_prepare(job, &is_ours);
	if (verdict == VERDICT_DONE && !is_ours && !state_is_pending(&job->state))
		verdict = reserve_if_wanted(job);
	if (verdict == VERDICT_DONE && !is_ours)
		verdict = purchase_make(job);
	return verdict == VERDICT_DONE ? pay_watch(job) : verdict;
}
