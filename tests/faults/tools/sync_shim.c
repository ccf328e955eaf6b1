/*
 * sync_shim.c - preloaded into a server: knows what is on the disk, and can make syncing fail.
 *
 * What a power cut takes is what was written and never synced; a kill alone does not take it, for
 * the kernel still has it. This shim writes down, in the file SYNC_SHIM names, how long each file
 * was when its last fdatasync or fsync began and succeeded. After a kill the test cuts every file
 * back to that length: the disk as the worst power cut would leave it. The same file carries orders
 * to the shim: let a number of syncs fail, or take longer. shim.py knows its layout.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHIM_MAGIC = 0x53594e43, FILES_MAX = 250 };

struct shim_file {
	uint64_t inode;
	int64_t synced_bytes;
};

struct shim {
	uint32_t magic;
	int32_t fail_errno;         /* of syncs that fail */
	_Atomic int32_t fail_count; /* so many of the next syncs fail */
	uint32_t delay_us;          /* a sync takes so much longer */
	_Atomic uint32_t syncs;     /* that succeeded */
	_Atomic uint32_t files;
	struct shim_file file[FILES_MAX];
};

static struct shim *shim_map(void)
{
	static struct shim *shim;
	const char *path = getenv("SYNC_SHIM");

	if (shim || !path)
		return shim;
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	void *memory = mmap(NULL, sizeof(*shim), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	close(fd);
	if (memory != MAP_FAILED && ((struct shim *)memory)->magic == SHIM_MAGIC)
		shim = memory;
	return shim;
}

static void shim_note(struct shim *shim, const struct stat *before)
{
	uint32_t count = atomic_load(&shim->files), i = 0;

	while (i < count && shim->file[i].inode != before->st_ino)
		i++;
	if (i == FILES_MAX)
		abort(); /* more files than any test has */
	shim->file[i] = (struct shim_file){ before->st_ino, before->st_size };
	if (i == count)
		atomic_store(&shim->files, count + 1);
	atomic_fetch_add(&shim->syncs, 1);
}

static int shim_sync(int fd, const char *name)
{
	int (*real)(int) = (int (*)(int))(uintptr_t)dlsym(RTLD_NEXT, name);
	struct shim *shim = shim_map();
	struct stat before;

	if (!shim || fstat(fd, &before) != 0 || !S_ISREG(before.st_mode))
		return real(fd);
	if (shim->delay_us)
		usleep(shim->delay_us);
	if (atomic_load(&shim->fail_count) > 0) {
		atomic_fetch_sub(&shim->fail_count, 1);
		errno = shim->fail_errno;
		return -1;
	}
	int result = real(fd);

	if (result == 0)
		shim_note(shim, &before);
	return result;
}

int fdatasync(int fd)
{
	return shim_sync(fd, "fdatasync");
}

int fsync(int fd)
{
	return shim_sync(fd, "fsync");
}
