/*
 * report.c - penstockctl report: gathers, writes, and says what it wrote; see report.h.
 *
 * A file is written beside its place and put there when it is whole, so that who looks at it never
 * sees half of one, and a failure leaves the one before.
 */
#include "ctl/report.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/xmalloc.h"
#include "ctl/markup.h"
#include "ctl/picture.h"
#include "ctl/report_tables.h"
#include "ctl/say.h"
#include "ctl/statlog_files.h"

bool report_agrees(const struct report *report)
{
	struct report_crossing crossings[REPORT_CROSSINGS];
	size_t count = report_crossings(report, crossings);

	for (size_t i = 0; i < count; i++) {
		if (crossings[i].wanted != crossings[i].found)
			return false;
	}
	return !report->audit.fault.is_there;
}

/* What goes into a file: the page, or a plot. */
typedef void write_cb(const struct report *report, int what, FILE *file);

static void write_page(const struct report *report, int what, FILE *file)
{
	(void)what;
	report_page(report, file);
}

static void write_plot(const struct report *report, int what, FILE *file)
{
	report_plot(report, (enum report_plot)what, true, file);
}

static enum verdict cannot_write(const char *path)
{
	say("%s cannot be written: %s", path, strerror(errno));
	return VERDICT_AWAY;
}

static enum verdict write_file(const struct report *report, const char *path, write_cb *cb,
			       int what)
{
	char part[PATH_MAX];
	FILE *file;
	bool is_whole;

	if (snprintf(part, sizeof(part), "%s.part", path) >= (int)sizeof(part)) {
		errno = ENAMETOOLONG;
		return cannot_write(path);
	}
	file = fopen(part, "we");
	if (file == NULL)
		return cannot_write(path);
	cb(report, what, file);
	is_whole = fflush(file) == 0 && !ferror(file);
	is_whole = fclose(file) == 0 && is_whole;
	if (is_whole && rename(part, path) == 0)
		return VERDICT_DONE;
	enum verdict verdict = cannot_write(path);

	(void)unlink(part);
	return verdict;
}

/* FOLDER/NAME and what follows. False: it would be too long, and that was said. */
static bool place(char path[PATH_MAX], const char *folder, enum report_plot plot, const char *rest)
{
	if (snprintf(path, PATH_MAX, "%s/%s%s", folder, report_plot_name(plot), rest) < PATH_MAX)
		return true;
	errno = ENAMETOOLONG;
	(void)cannot_write(folder);
	return false;
}

/* A plot as pixels; the drawing that they are made of goes. */
static enum verdict write_picture(const struct report *report, const char *folder,
				  enum report_plot plot)
{
	char svg[PATH_MAX], part[PATH_MAX], png[PATH_MAX];
	enum verdict verdict;

	if (!place(svg, folder, plot, ".svg.tmp") || !place(part, folder, plot, ".png.part") ||
	    !place(png, folder, plot, ".png"))
		return VERDICT_AWAY;
	verdict = write_file(report, svg, write_plot, (int)plot);
	if (verdict != VERDICT_DONE)
		return verdict;
	verdict = picture_draw(svg, part);
	(void)unlink(svg);
	if (verdict == VERDICT_DONE && rename(part, png) == 0)
		return VERDICT_DONE;
	if (verdict == VERDICT_DONE)
		verdict = cannot_write(png);
	(void)unlink(part);
	return verdict;
}

/* Every plot into a folder: as drawings or, `pixels`, as pictures. */
static enum verdict write_plots(const struct report *report, const char *folder, bool pixels)
{
	char path[PATH_MAX];
	enum verdict verdict = VERDICT_DONE;

	if (folder[0] == '\0')
		return VERDICT_DONE;
	if (mkdir(folder, 0755) != 0 && errno != EEXIST)
		return cannot_write(folder);
	for (int i = 0; i < REPORT_PLOTS && verdict == VERDICT_DONE; i++) {
		if (pixels)
			verdict = write_picture(report, folder, (enum report_plot)i);
		else if (!place(path, folder, (enum report_plot)i, ".svg"))
			verdict = VERDICT_AWAY;
		else
			verdict = write_file(report, path, write_plot, i);
	}
	return verdict;
}

static void tell(const struct report *report, const char *path)
{
	const struct events_item *item = book_item(report->audit.book);
	char sold[MARKUP_NUMBER_BYTES], total[MARKUP_NUMBER_BYTES];
	struct json *json;

	if (report->tools->options->json) {
		json = report_json(report);
		json_put_text(json, "file", path);
		json_print(json, stdout);
		json_close(json);
		return;
	}
	printf("%s: %s of %s units sold; %s\n", path, markup_number(sold, item->held + item->paid),
	       markup_number(total, item->total - item->outside),
	       report_agrees(report) ? "every count agrees" : "THE COUNTS DO NOT AGREE");
	if (report->audit.fault.is_there)
		say("%s", report->audit.fault.what);
}

static enum verdict write_all(struct report *report)
{
	const struct options *options = report->tools->options;
	char path[PATH_MAX];
	enum verdict verdict = VERDICT_DONE;

	snprintf(path, sizeof(path), "%s", options->out);
	if (path[0] == '\0')
		snprintf(path, sizeof(path), "%s-report.html", report->item);
	if (strcmp(path, "-") == 0)
		report_page(report, stdout);
	else
		verdict = write_file(report, path, write_page, 0);
	if (verdict == VERDICT_DONE)
		verdict = write_plots(report, options->svg, false);
	if (verdict == VERDICT_DONE)
		verdict = write_plots(report, options->png, true);
	if (verdict == VERDICT_DONE && strcmp(path, "-") != 0)
		tell(report, path);
	if (verdict == VERDICT_DONE && !report_agrees(report))
		return VERDICT_NO;
	return verdict;
}

/* Files first, then the log: what stands in them by now, the log tells of or will. */
static enum verdict gather(struct report *report)
{
	struct statlog_files *files;
	enum verdict verdict = statlog_files_open(&files, report->tools->options->stat_log);

	if (verdict != VERDICT_AWAY) /* files that are not there were said, and the page says so */
		verdict = report_read_log(report);
	if (verdict == VERDICT_NO && report->audit.fault.is_there)
		verdict = VERDICT_DONE; /* the page says so */
	if (verdict == VERDICT_DONE && report_read_lines(report, files) == VERDICT_AWAY)
		verdict = VERDICT_AWAY;
	statlog_files_close(files);
	return verdict;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

enum verdict report_run(struct tools *tools)
{
	const struct options *options = tools->options;
	struct report *report;
	enum language language;
	const char *item;
	enum verdict verdict;

	if (!tools_item_word(tools, 0, &item))
		return VERDICT_USAGE;
	if (!words_language(options->language, &language)) {
		say("--language is en or zh");
		return VERDICT_USAGE;
	}
	if (options->json && strcmp(options->out, "-") == 0) {
		say("--json and --out - both want stdout");
		return VERDICT_USAGE;
	}
	verdict = options->png[0] == '\0' ? VERDICT_DONE : picture_check();
	if (verdict != VERDICT_DONE)
		return verdict;
	report = xcalloc(1, sizeof(*report));
	report->tools = tools;
	report->item = item;
	report->language = language;
	report->made_ms = now_ms();
	audit_begin(&report->audit, tools, item);
	verdict = gather(report);
	if (verdict == VERDICT_DONE)
		verdict = write_all(report);
	report_end_lines(report);
	timeline_close(report->flow);
	audit_end(&report->audit);
	free(report);
	return verdict;
}
