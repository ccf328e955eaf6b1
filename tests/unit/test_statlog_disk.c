/*
 * test_statlog_disk.c - stat.log on disks that are missing, full, or full in the middle of a line.
 *
 * The last is played by RLIMIT_FSIZE, which cuts a write(2) at any byte, and by a real tmpfs of
 * 64 KiB where the test may mount one.
 */
#include <signal.h>
#include <sys/resource.h>

#include "common/log.h"
#include "tests/unit/capture.h"
#include "tests/unit/statlog_place.h"

enum { HALF_BUFFER = 32 * 1024 };

/* From now on no file grows beyond `bytes`; a write that would is cut or fails. */
static void limit_files(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes == RLIM_INFINITY ? limit.rlim_max : bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_missing_folder_is_said_once_and_its_lines_come_later(void **state)
{
	struct place *place = *state;
	struct capture capture = capture_begin(STDERR_FILENO);
	struct statlog *sl;
	char *said;

	rmdir(place->folder);
	sl = statlog_open(place->path);
	add(sl, 1, 100);
	for (int i = 0; i < 5; i++)
		statlog_flush(sl);
	assert_int_equal(mkdir(place->folder, 0700), 0);
	statlog_flush(sl);
	said = capture_end(&capture);
	assert_int_equal(statlog_dropped(sl), 0);
	assert_lines(place->path, 1, 100);
	statlog_close(sl);
	assert_int_equal(count(said, "level=warn"), 1);
	assert_int_equal(count(said, "No such file or directory"), 1);
	assert_int_equal(count(said, "is written again; 0 lines were dropped"), 1);
	free(said);
}

static void a_full_device_stops_nothing_and_each_line_is_kept_or_counted(void **state)
{
	struct place *place = *state;
	struct capture capture = capture_begin(STDERR_FILENO);
	struct statlog *sl = statlog_open("/dev/full");
	uint64_t dropped;
	char *said, *last;

	(void)place;
	add(sl, 1, 2000);
	dropped = statlog_dropped(sl);
	add(sl, 2001, 2100);
	statlog_flush(sl);
	uint64_t then = statlog_dropped(sl);
	statlog_close(sl);
	said = capture_end(&capture);
	assert_in_range(dropped, 2000 - 64 * 1024 / LINE_BYTES_LEAST, 2000 - 1);
	assert_int_equal(then, dropped + 100);
	assert_int_equal(count(said, "cannot write /dev/full: No space left"), 1);
	last = strstr(said, "the last ");
	assert_non_null(last);
	assert_int_equal(strtoull(last + 9, NULL, 10), 2000 - dropped);
	free(said);
}

/* The disk is full at `limit` bytes, then has room again. */
static void fill_and_free(struct place *place, rlim_t limit)
{
	struct capture capture = capture_begin(STDERR_FILENO);
	struct statlog *sl = statlog_open(place->path);
	uint64_t kept;
	struct stat st;
	char *said;

	limit_files(limit);
	add(sl, 1, 1500);
	statlog_flush(sl);
	statlog_flush(sl);
	limit_files(RLIM_INFINITY);
	assert_int_equal(stat(place->path, &st), 0);
	assert_int_equal(st.st_size, limit); /* to the last byte: a line is torn for now */
	kept = 1500 - statlog_dropped(sl);
	assert_in_range(kept, 400, 1400);
	statlog_flush(sl);
	assert_lines(place->path, 1, kept);
	add(sl, kept + 1, kept + 10);
	statlog_close(sl);
	said = capture_end(&capture);
	assert_lines(place->path, 1, kept + 10);
	assert_int_equal(count(said, "cannot write"), 1);
	assert_int_equal(count(said, "is written again"), 1);
	free(said);
	unlink(place->path);
}

static void a_full_disk_drops_whole_lines_and_counts_them(void **state)
{
	for (rlim_t limit = 5000; limit < 5000 + LINE_BYTES_LEAST; limit += 7)
		fill_and_free(*state, limit);
	fill_and_free(*state, HALF_BUFFER - 10);
	fill_and_free(*state, HALF_BUFFER + 10);
}

static void only_a_flush_tries_again_while_the_disk_is_full(void **state)
{
	struct place *place = *state;
	struct capture capture = capture_begin(STDERR_FILENO);
	struct statlog *sl = statlog_open(place->path);
	struct stat before, after;

	limit_files(1000);
	add(sl, 1, 300); /* more than half a buffer: written once, then once more in vain */
	limit_files(RLIM_INFINITY);
	assert_int_equal(stat(place->path, &before), 0);
	add(sl, 301, 310);
	assert_int_equal(stat(place->path, &after), 0);
	statlog_flush(sl);
	assert_lines(place->path, 1, 310);
	statlog_close(sl);
	free(capture_end(&capture));
	assert_int_equal(before.st_size, 1000);
	assert_int_equal(after.st_size, 1000);
}

static void a_real_full_file_system_is_survived(void **state)
{
	struct place *place = *state;
	char filler[PATH_BYTES + 8];
	struct capture capture;
	struct statlog *sl;
	char block[4096] = { 0 };
	uint64_t kept;
	int fd;

	if (geteuid() != 0 || mount("tmpfs", place->folder, "tmpfs", 0, "size=64k") != 0)
		skip();
	capture = capture_begin(STDERR_FILENO);
	snprintf(filler, sizeof(filler), "%s.fill", place->path);
	sl = statlog_open(place->path);
	fd = open(filler, O_WRONLY | O_CREAT, 0600);
	for (int i = 0; i < 14; i++) /* two pages are left */
		assert_int_equal(write(fd, block, sizeof(block)), sizeof(block));
	add(sl, 1, 1500);
	statlog_flush(sl);
	assert_int_equal(ftruncate(fd, 0), 0);
	kept = 1500 - statlog_dropped(sl);
	/* There may still be too little room for it all: rotate, as logrotate would. */
	assert_int_equal(rename(place->path, place->other), 0);
	statlog_reopen(sl);
	free(capture_end(&capture));
	close(fd);

	char *old = text_of(place->other);
	uint64_t whole = count(old, "\n");
	assert_true(whole > 0);
	assert_int_equal(old[strlen(old) - 1], '\n');
	free(old);
	assert_lines(place->other, 1, whole);
	unlink(place->other);
	statlog_flush(sl);
	assert_lines(place->path, whole + 1, kept);
	statlog_close(sl);
	assert_int_equal(umount(place->folder), 0);
}

static void a_line_torn_when_the_file_rotates_is_whole_in_the_new_one(void **state)
{
	struct place *place = *state;
	struct capture capture = capture_begin(STDERR_FILENO);
	struct statlog *sl = statlog_open(place->path);

	limit_files(1000);
	add(sl, 1, 20);
	statlog_flush(sl);
	assert_int_equal(rename(place->path, place->other), 0);
	limit_files(1001); /* one byte more: the flush in the reopening is torn again */
	statlog_reopen(sl);
	limit_files(RLIM_INFINITY);
	statlog_close(sl);
	free(capture_end(&capture));
	assert_lines(place->other, 1, 8);
	assert_lines(place->path, 9, 20);
}

static void a_reopening_without_rotation_tears_nothing(void **state)
{
	struct place *place = *state;
	struct capture capture = capture_begin(STDERR_FILENO);
	struct statlog *sl = statlog_open(place->path);

	limit_files(1000);
	add(sl, 1, 20);
	statlog_flush(sl);
	statlog_reopen(sl);
	statlog_reopen(sl);
	limit_files(RLIM_INFINITY);
	statlog_close(sl);
	free(capture_end(&capture));
	assert_lines(place->path, 1, 20);
}

static void a_close_on_a_full_disk_leaves_whole_lines(void **state)
{
	struct place *place = *state;
	struct capture capture = capture_begin(STDERR_FILENO);
	struct statlog *sl = statlog_open(place->path);
	char *said;

	limit_files(1000);
	add(sl, 1, 20);
	statlog_close(sl);
	limit_files(RLIM_INFINITY);
	said = capture_end(&capture);
	assert_lines(place->path, 1, 8);
	assert_int_equal(count(said, "the last 12 lines could not be written"), 1);
	free(said);
}

static void a_full_pipe_does_not_stop_the_loop(void **state)
{
	struct place *place = *state;
	struct capture capture = capture_begin(STDERR_FILENO);
	struct statlog *sl;
	char *said;

	assert_int_equal(mkfifo(place->path, 0600), 0);
	alarm(20); /* were it to block, this ends it */
	sl = statlog_open(place->path);
	add(sl, 1, 5000);
	statlog_flush(sl);
	assert_true(statlog_dropped(sl) > 0);
	statlog_close(sl);
	alarm(0);
	said = capture_end(&capture);
	assert_int_equal(count(said, "Resource temporarily unavailable"), 1);
	free(said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PLACE(a_missing_folder_is_said_once_and_its_lines_come_later),
		WITH_PLACE(a_full_device_stops_nothing_and_each_line_is_kept_or_counted),
		WITH_PLACE(a_full_disk_drops_whole_lines_and_counts_them),
		WITH_PLACE(only_a_flush_tries_again_while_the_disk_is_full),
		WITH_PLACE(a_real_full_file_system_is_survived),
		WITH_PLACE(a_line_torn_when_the_file_rotates_is_whole_in_the_new_one),
		WITH_PLACE(a_reopening_without_rotation_tears_nothing),
		WITH_PLACE(a_close_on_a_full_disk_leaves_whole_lines),
		WITH_PLACE(a_full_pipe_does_not_stop_the_loop),
	};

	signal(SIGXFSZ, SIG_IGN);
	log_open("test", LOG_DEBUG);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
