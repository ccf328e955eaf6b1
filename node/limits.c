/*
 * limits.c - two system calls at the start; see limits.h.
 */
#include "node/limits.h"

#include <sched.h>
#include <sys/resource.h>

#include "common/log.h"

void limits_raise_files(uint64_t files)
{
	struct rlimit limit;
	rlim_t wanted = (rlim_t)files;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = wanted;
	if (limit.rlim_max < wanted)
		limit.rlim_max = wanted;
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
		log_line(LOG_WARN,
			 "only %llu file descriptors: raise the limit (ulimit -n) to %llu",
			 (unsigned long long)limit.rlim_cur, (unsigned long long)wanted);
}

void limits_let_others_finish(void)
{
	const struct sched_param none = { .sched_priority = 0 };

	if (sched_setscheduler(0, SCHED_BATCH, &none) != 0)
		log_line(LOG_DEBUG, "the system refuses SCHED_BATCH");
}
