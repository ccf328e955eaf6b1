/*
 * picture.c - runs rsvg-convert; see picture.h.
 */
#include "ctl/picture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ctl/say.h"

enum { PATIENCE_MS = 30000, STEP_MS = 5 };

/* Waits for a child, and ends it when its time is over; its status, -1 if it was ended. */
static int picture_wait(pid_t pid)
{
	const struct timespec step = { 0, STEP_MS * 1000000L };
	int status = -1;

	for (int waited_ms = 0; waited_ms < PATIENCE_MS; waited_ms += STEP_MS) {
		pid_t done = waitpid(pid, &status, WNOHANG);

		if (done == pid)
			return status;
		if (done < 0 && errno != EINTR)
			return -1;
		(void)nanosleep(&step, NULL);
	}
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	return -1;
}

/* Runs the program; its status, -1 if it was ended. VERDICT_DONE: it was run. */
static enum verdict picture_run(char *const *words, bool quiet, int *status)
{
	posix_spawn_file_actions_t files;
	pid_t pid;
	int fault = posix_spawn_file_actions_init(&files);

	if (fault == 0 && quiet)
		fault = posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null",
							 O_WRONLY, 0);
	if (fault == 0)
		fault = posix_spawnp(&pid, words[0], &files, NULL, words, environ);
	(void)posix_spawn_file_actions_destroy(&files);
	if (fault == 0) {
		*status = picture_wait(pid);
		return VERDICT_DONE;
	}
	if (fault == ENOENT) {
		say("--png needs rsvg-convert: install librsvg2-bin, or take --svg");
		return VERDICT_USAGE;
	}
	say("rsvg-convert cannot be run: %s", strerror(fault));
	return VERDICT_AWAY;
}

static bool is_well(int status)
{
	return status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

enum verdict picture_check(void)
{
	char program[] = "rsvg-convert", version[] = "--version";
	char *const words[] = { program, version, NULL };
	int status = -1;
	enum verdict verdict = picture_run(words, true, &status);

	if (verdict != VERDICT_DONE || is_well(status))
		return verdict;
	say("rsvg-convert does not tell its version: is it librsvg's?");
	return VERDICT_AWAY;
}

enum verdict picture_draw(const char *svg, const char *png)
{
	char program[] = "rsvg-convert", zoom[] = "--zoom=2", format[] = "--format=png";
	char into[] = "--output";
	char *const words[] = { program, zoom, format, into, (char *)png, (char *)svg, NULL };
	int status = -1;
	enum verdict verdict = picture_run(words, false, &status);

	if (verdict != VERDICT_DONE || is_well(status))
		return verdict;
	say("%s could not be drawn: rsvg-convert %s", png, status == -1 ? "did not end" : "failed");
	return VERDICT_AWAY;
}
