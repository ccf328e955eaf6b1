/*
 * files.c - write beside, fsync, rename, fsync the folder; see files.h.
 */
#include "buyer/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 1024 };

bool files_make_folder(const char *path)
{
	char part[PATH_BYTES];
	struct stat facts;

	if (snprintf(part, sizeof(part), "%s", path) >= PATH_BYTES) {
		errno = ENAMETOOLONG;
		return false;
	}
	for (char *slash = strchr(part + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, 0700) != 0 && errno != EEXIST && errno != EROFS && errno != EACCES)
			return false;
		*slash = '/';
	}
	if (mkdir(part, 0700) == 0)
		return true;
	return errno == EEXIST && stat(part, &facts) == 0 && S_ISDIR(facts.st_mode);
}

/* All bytes, and on disk. */
static bool write_all(int fd, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, text, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text += n;
		size -= (size_t)n;
	}
	return fsync(fd) == 0;
}

static void sync_folder(const char *path)
{
	char folder[PATH_BYTES];
	char *slash;
	int fd;

	snprintf(folder, sizeof(folder), "%s", path);
	slash = strrchr(folder, '/');
	if (slash == NULL)
		snprintf(folder, sizeof(folder), ".");
	else
		*slash = '\0';
	fd = open(folder[0] == '\0' ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

bool files_replace(const char *path, const char *text, size_t size)
{
	char beside[PATH_BYTES];
	bool is_done;
	int fd, error;

	if (snprintf(beside, sizeof(beside), "%s.new", path) >= PATH_BYTES) {
		errno = ENAMETOOLONG;
		return false;
	}
	unlink(beside);
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	is_done = write_all(fd, text, size);
	is_done = close(fd) == 0 && is_done && rename(beside, path) == 0;
	error = errno;
	if (is_done)
		sync_folder(path);
	else
		unlink(beside);
	errno = error;
	return is_done;
}
