/*
 * rush_command.c - `penstock-buyer rush`: waits for the start, and buys.
 */
#include "buyer/commands.h"
#include "buyer/purchase.h"

enum verdict rush_command(struct job *job)
{
	enum verdict verdict = job_meet(job);
	bool is_ours = false;

	if (verdict == VERDICT_DONE)
		verdict = job_open_state(job);
	if (verdict == VERDICT_DONE)
		verdict = purchase_prepare(job, &is_ours);
	return verdict != VERDICT_DONE || is_ours ? verdict : purchase_make(job);
}
