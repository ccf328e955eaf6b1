/*
 * test_sandbox.c - what a program in the sandbox cannot do any more, and what it still can.
 *
 * It is entered for good, so each test enters it in a child and looks at the child's exit code.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/sandbox.h"

/* Runs `look` in the sandbox; how often it found something else than it should. */
static int in_sandbox(bool debuggable, int (*look)(void))
{
	pid_t child = fork();
	int status = 0;

	assert_true(child >= 0);
	if (child == 0) {
		sandbox_enter(debuggable);
		_exit(look());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* 1 and a line when something is not so. */
static int differs(const char *what, bool is_so)
{
	if (!is_so)
		fprintf(stderr, "not so: %s (errno %d)\n", what, errno);
	return is_so ? 0 : 1;
}

static int look_at_flags(void)
{
	struct rlimit core = { 1, 1 };

	return differs("no new privileges", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) +
	       differs("closed to others", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0) +
	       differs("no core", getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0);
}

static void test_rights_are_given_up_and_no_core_is_left(void **state)
{
	(void)state;
	assert_int_equal(in_sandbox(false, look_at_flags), 0);
}

static int look_open(void)
{
	return differs("no new privileges", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) +
	       differs("open to debuggers", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1);
}

static void test_a_debuggable_one_stays_open_to_debuggers(void **state)
{
	(void)state;
	assert_int_equal(in_sandbox(true, look_open), 0);
}

#if !defined(__SANITIZE_ADDRESS__)
static bool is_refused(long result)
{
	return result == -1 && errno == EPERM;
}

static int try_what_is_refused(void)
{
	char *const words[] = { "true", NULL };
	static const char *const none = NULL;

	/* Each with words that would succeed, or fail in another way, as root and as anybody. */
	return differs("execve", is_refused(execve("/bin/true", words, (char *const *)&none))) +
	       differs("ptrace", is_refused(ptrace(PTRACE_TRACEME, 0, NULL, NULL))) +
	       differs("unshare", is_refused(unshare(0))) +
	       differs("bpf", is_refused(syscall(SYS_bpf, -1, NULL, 0))) +
	       differs("umount", is_refused(umount2("", -1))) +
	       differs("keyctl", is_refused(syscall(SYS_keyctl, -1, 0, 0, 0, 0))) +
	       differs("process_vm_readv",
		       is_refused(syscall(SYS_process_vm_readv, getpid(), NULL, 0, NULL, 0, 0)));
}

static void test_other_programs_and_processes_are_out_of_reach(void **state)
{
	(void)state;
	assert_int_equal(in_sandbox(false, try_what_is_refused), 0);
	assert_int_equal(in_sandbox(true, try_what_is_refused), 0);
}
#endif

static void *note(void *owner)
{
	*(int *)owner = 1;
	return NULL;
}

static int try_what_is_needed(void)
{
	pthread_t thread;
	int has_run = 0;
	int file = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int link = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return differs("a file", file >= 0 && write(file, "x", 1) == 1) +
	       differs("a socket", link >= 0) +
	       differs("a thread", pthread_create(&thread, NULL, note, &has_run) == 0 &&
					   pthread_join(thread, NULL) == 0 && has_run);
}

static void test_files_sockets_and_threads_are_there_as_before(void **state)
{
	(void)state;
	assert_int_equal(in_sandbox(false, try_what_is_needed), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rights_are_given_up_and_no_core_is_left),
		cmocka_unit_test(test_a_debuggable_one_stays_open_to_debuggers),
#if !defined(__SANITIZE_ADDRESS__)
		cmocka_unit_test(test_other_programs_and_processes_are_out_of_reach),
#endif
		cmocka_unit_test(test_files_sockets_and_threads_are_there_as_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
