/*
 * daylog.c - penstock-buyer-YYYY-MM-DD.log in a folder; see daylog.h.
 */
#include "buyer/daylog.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "buyer/files.h"
#include "common/xmalloc.h"

enum { DAY_BYTES = 11, LINE_BYTES = 512, DAY_MOST_BYTES = 10 * 1024 * 1024, DAY_S = 86400 };

static const char prefix[] = "penstock-buyer-";

struct daylog {
	char *folder;
	int fd;              /* -1: none */
	char day[DAY_BYTES]; /* of the file that is open */
	bool is_full;
};

struct daylog *daylog_open(const char *folder)
{
	struct daylog *log = xcalloc(1, sizeof(*log));

	log->folder = xstrdup(folder);
	log->fd = -1;
	return log;
}

void daylog_close(struct daylog *log)
{
	if (log == NULL)
		return;
	if (log->fd >= 0)
		close(log->fd);
	free(log->folder);
	free(log);
}

static void day_of(int64_t now_ms, char into[DAY_BYTES])
{
	time_t now = (time_t)(now_ms / 1000);
	struct tm parts;

	localtime_r(&now, &parts);
	strftime(into, DAY_BYTES, "%Y-%m-%d", &parts);
}

/* Is it a log of this tool, and of a day before `oldest`? */
static bool is_old(const char *name, const char *oldest)
{
	size_t size = sizeof(prefix) - 1;

	return strlen(name) == size + DAY_BYTES - 1 + 4 && strncmp(name, prefix, size) == 0 &&
	       strspn(name + size, "0123456789-") == DAY_BYTES - 1 &&
	       strcmp(name + size + DAY_BYTES - 1, ".log") == 0 &&
	       strncmp(name + size, oldest, DAY_BYTES - 1) < 0;
}

static void remove_old(struct daylog *log, int64_t now_ms)
{
	DIR *folder = opendir(log->folder);
	char oldest[DAY_BYTES];
	struct dirent *entry;

	day_of(now_ms - (int64_t)DAY_S * 1000, oldest);
	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		if (is_old(entry->d_name, oldest))
			unlinkat(dirfd(folder), entry->d_name, 0);
	}
	if (folder != NULL)
		closedir(folder);
}

/* The day's file is open, if it can be. */
static void open_day(struct daylog *log, int64_t now_ms, const char *day)
{
	char path[600];
	bool is_there;

	if (log->fd >= 0)
		close(log->fd);
	snprintf(log->day, sizeof(log->day), "%s", day);
	log->is_full = false;
	is_there = files_make_folder(log->folder);
	snprintf(path, sizeof(path), "%s/%s%s.log", log->folder, prefix, day);
	log->fd = -1;
	if (is_there)
		log->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	remove_old(log, now_ms);
}

static void write_whole(struct daylog *log, const char *text)
{
	/* A log that cannot be written is no reason not to buy. */
	ssize_t written = write(log->fd, text, strlen(text));

	(void)written;
}

void daylog_line(struct daylog *log, int64_t now_ms, const char *word, const char *text)
{
	time_t now = (time_t)(now_ms / 1000);
	char line[LINE_BYTES], day[DAY_BYTES], clock[16];
	struct stat facts;
	struct tm parts;
	size_t size;

	day_of(now_ms, day);
	if (strcmp(day, log->day) != 0)
		open_day(log, now_ms, day);
	if (log->fd < 0 || log->is_full)
		return;
	if (fstat(log->fd, &facts) == 0 && facts.st_size >= DAY_MOST_BYTES) {
		log->is_full = true;
		write_whole(log, "FULL this day's log ends here\n");
		return;
	}
	localtime_r(&now, &parts);
	strftime(clock, sizeof(clock), "%H:%M:%S", &parts);
	snprintf(line, sizeof(line) - 1, "%s %s.%03d %s", word, clock, (int)(now_ms % 1000), text);
	size = strlen(line);
	for (size_t i = 0; i < size; i++) {
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	}
	memcpy(line + size, "\n", 2);
	write_whole(log, line);
}
