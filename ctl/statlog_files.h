/*
 * statlog_files.h - the lines of many stat.log files, one after the other, in little memory.
 *
 * The files are read as long as they were when they were opened, so that what nodes write
 * meanwhile is not half seen. A last line without its end is not there yet.
 *
 * Layer: above say, verdict; below the commands.
 */
#ifndef PENSTOCK_CTL_STATLOG_FILES_H
#define PENSTOCK_CTL_STATLOG_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/events.h"
#include "ctl/verdict.h"

struct statlog_files;

/*
 * Opens what the patterns (of the shell, commas between several) match. VERDICT_NO was said: one of
 * the patterns matches nothing; the others' files are open. VERDICT_AWAY was said: a file cannot be
 * read. *files is owed to statlog_files_close() either way.
 */
enum verdict statlog_files_open(struct statlog_files **files, const char *patterns)
	__attribute__((warn_unused_result));

/* Ends them. NULL is allowed. */
void statlog_files_close(struct statlog_files *files);

/* How many there are. */
size_t statlog_files_count(const struct statlog_files *files);

/* The path of one; lives as long as they do. */
const char *statlog_files_name(const struct statlog_files *files, size_t file);

/*
 * Sees a line of a file, without its newline; what is longer than any line comes in pieces. Returns
 * false to see no more.
 */
typedef bool statlog_files_cb(void *owner, size_t file, struct events_text line);

/*
 * Shows all lines, once. `tells` writes how far it is on stderr, if that is a terminal. A file that
 * was cut meanwhile ends there. VERDICT_AWAY was said: one cannot be read to its end.
 */
enum verdict statlog_files_read(struct statlog_files *files, bool tells, statlog_files_cb *cb,
				void *owner) __attribute__((warn_unused_result));

#endif
