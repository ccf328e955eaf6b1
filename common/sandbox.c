/*
 * sandbox.c - two process flags, a limit, and a filter of system calls; see sandbox.h.
 */
#include "common/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "common/log.h"

#ifdef __SANITIZE_ADDRESS__
#define IS_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_SANITIZED true
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED false
#endif

/* By name: what this version of libseccomp, or this processor, does not know is left out. */
static const char *const refused[] = {
	/* another program, or into another process */
	"execve", "execveat", "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise",
	"kcmp", "pidfd_getfd",
	/* name spaces and file systems */
	"mount", "umount", "umount2", "pivot_root", "chroot", "setns", "unshare", "fsopen",
	"fsconfig", "fsmount", "fspick", "move_mount", "open_tree", "mount_setattr",
	"name_to_handle_at", "open_by_handle_at", "mknod", "mknodat", "swapon", "swapoff",
	"quotactl", "quotactl_fd", "acct",
	/* the kernel: its modules, its memory, programs in it, and second ways to its calls */
	"init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "bpf",
	"perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register",
	"iopl", "ioperm", "modify_ldt", "personality", "syslog", "lookup_dcookie",
	/* keys, the clock, the name, the machine */
	"add_key", "request_key", "keyctl", "settimeofday", "clock_settime", "clock_adjtime",
	"adjtimex", "stime", "sethostname", "setdomainname", "reboot", "vhangup"
};

static void sandbox_filter(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int code = filter ? 0 : -ENOMEM;

	/* A search tree, for each call of the program passes here; without it, it takes longer. */
	if (filter)
		(void)!seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]) && code == 0; i++) {
		int number = seccomp_syscall_resolve_name(refused[i]);

		if (number != __NR_SCMP_ERROR)
			code = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), number, 0);
		if (code == -EDOM || code == -EINVAL)
			code = 0; /* this processor has no such call */
	}
	if (code == 0)
		code = seccomp_load(filter);
	if (code == -ENOMEM)
		abort(); /* as xmalloc.h: started again, it has a filter */
	if (code != 0)
		log_line(LOG_WARN, "system calls are not filtered: %s", strerror(-code));
	seccomp_release(filter);
}

void sandbox_enter(bool debuggable)
{
	const struct rlimit none = { 0, 0 };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		log_line(LOG_WARN, "no_new_privs is refused: %s", strerror(errno));
	if (!debuggable && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		log_line(LOG_WARN, "this process can be looked into: %s", strerror(errno));
	if (!debuggable && setrlimit(RLIMIT_CORE, &none) != 0)
		log_line(LOG_WARN, "cores are not turned off: %s", strerror(errno));
	if (!IS_SANITIZED)
		sandbox_filter();
}
