/*
 * sandbox.c - two process flags, a limit, and a filter of system calls; see sandbox.h.
 *
 * The filter is a constant of some eighty instructions, not made by libseccomp: that allocates a
 * thousand times to make it, and hangs when one of these fails.
 */
#include "common/sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

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

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef OUR_ARCH
/* On x86-64 this bit names a second way to every call; elsewhere no number is as large. */
#ifdef __x86_64__
#define X32_BIT 0x40000000
#else
#define X32_BIT 0x80000000
#endif

#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define ANSWER(what) BPF_STMT(BPF_RET | BPF_K, what)
#define EPERM_IT ANSWER(SECCOMP_RET_ERRNO | EPERM)
/* If it is this call, the next instruction answers; else the one behind it goes on. */
#define REFUSE(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), EPERM_IT

static const struct sock_filter filter[] = {
	LOAD(arch),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0),
	EPERM_IT,
	LOAD(nr),
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1),
	EPERM_IT,
	/* another program, or into another process */
	REFUSE(execve),
	REFUSE(execveat),
	REFUSE(ptrace),
	REFUSE(process_vm_readv),
	REFUSE(process_vm_writev),
	REFUSE(kcmp),
	REFUSE(pidfd_getfd),
#ifdef SYS_process_madvise
	REFUSE(process_madvise),
#endif
	/* name spaces and file systems */
	REFUSE(mount),
	REFUSE(umount2),
	REFUSE(pivot_root),
	REFUSE(chroot),
	REFUSE(setns),
	REFUSE(unshare),
	REFUSE(fsopen),
	REFUSE(fsconfig),
	REFUSE(fsmount),
	REFUSE(fspick),
	REFUSE(move_mount),
	REFUSE(open_tree),
	REFUSE(name_to_handle_at),
	REFUSE(open_by_handle_at),
	REFUSE(mknodat),
	REFUSE(swapon),
	REFUSE(swapoff),
	REFUSE(quotactl),
	REFUSE(acct),
#ifdef SYS_mount_setattr
	REFUSE(mount_setattr),
#endif
#ifdef SYS_mknod
	REFUSE(mknod),
#endif
#ifdef SYS_quotactl_fd
	REFUSE(quotactl_fd),
#endif
	/* the kernel: its modules, its memory, programs in it, and second ways to its calls */
	REFUSE(init_module),
	REFUSE(finit_module),
	REFUSE(delete_module),
	REFUSE(kexec_load),
	REFUSE(bpf),
	REFUSE(perf_event_open),
	REFUSE(userfaultfd),
	REFUSE(io_uring_setup),
	REFUSE(io_uring_enter),
	REFUSE(io_uring_register),
	REFUSE(personality),
	REFUSE(syslog),
#ifdef SYS_kexec_file_load
	REFUSE(kexec_file_load),
#endif
#ifdef SYS_iopl
	REFUSE(iopl),
#endif
#ifdef SYS_ioperm
	REFUSE(ioperm),
#endif
#ifdef SYS_modify_ldt
	REFUSE(modify_ldt),
#endif
#ifdef SYS_lookup_dcookie
	REFUSE(lookup_dcookie),
#endif
	/* keys, the clock, the name, the machine */
	REFUSE(add_key),
	REFUSE(request_key),
	REFUSE(keyctl),
	REFUSE(settimeofday),
	REFUSE(clock_settime),
	REFUSE(clock_adjtime),
	REFUSE(adjtimex),
	REFUSE(sethostname),
	REFUSE(setdomainname),
	REFUSE(reboot),
	REFUSE(vhangup),
	ANSWER(SECCOMP_RET_ALLOW),
};

static void sandbox_filter(void)
{
	const struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(filter[0]),
		.filter = (struct sock_filter *)filter, /* which is only read */
	};

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0)
		log_line(LOG_WARN, "system calls are not filtered: %s", strerror(errno));
}
#else
static void sandbox_filter(void)
{
	log_line(LOG_WARN, "system calls are not filtered: nobody made a list for this processor");
}
#endif

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
