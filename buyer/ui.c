/*
 * ui.c - everything that the tool says; see ui.h.
 *
 * What comes from a server was bounded and refused where it is not clean when it was read (json.c),
 * and is made clean once more here: what could play with a terminal never reaches it.
 */
#include "buyer/ui.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "buyer/daylog.h"
#include "buyer/http.h"
#include "common/text.h"
#include "common/xmalloc.h"

enum { TEXT_BYTES = 400 };

struct ui {
	struct daylog *log;
	const struct clock_sync *sync;
	bool is_chinese, has_terminal, has_progress;
};

struct ui *ui_open(const char *log_folder, bool is_chinese, const struct clock_sync *sync)
{
	struct ui *ui = xcalloc(1, sizeof(*ui));

	ui->log = daylog_open(log_folder);
	ui->is_chinese = is_chinese;
	ui->sync = sync;
	ui->has_terminal = isatty(STDERR_FILENO) == 1;
	return ui;
}

static void end_progress(struct ui *ui)
{
	if (ui->has_progress)
		fputs("\r\033[K", stderr);
	ui->has_progress = false;
}

void ui_close(struct ui *ui)
{
	if (ui == NULL)
		return;
	end_progress(ui);
	daylog_close(ui->log);
	free(ui);
}

const char *ui_text(const struct ui *ui, const char *english, const char *chinese)
{
	return ui->is_chinese ? chinese : english;
}

bool ui_is_chinese(const struct ui *ui)
{
	return ui->is_chinese;
}

bool ui_has_terminal(const struct ui *ui)
{
	return ui->has_terminal;
}

int64_t ui_now_ms(const struct ui *ui)
{
	struct timespec now;

	if (clock_is_known(ui->sync))
		return clock_server_us(ui->sync, http_now_us()) / 1000;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The text, clean, to be freed. */
static char *format_clean(const char *format, va_list args)
{
	char text[TEXT_BYTES];

	vsnprintf(text, sizeof(text), format, args);
	return text_clean(text, strlen(text));
}

void ui_result(struct ui *ui, const char *word, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = format_clean(format, args);
	va_end(args);
	end_progress(ui);
	printf("%s\n", text);
	fflush(stdout);
	daylog_line(ui->log, ui_now_ms(ui), word, text);
	free(text);
}

void ui_note(struct ui *ui, const char *word, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = format_clean(format, args);
	va_end(args);
	end_progress(ui);
	fprintf(stderr, "%s\n", text);
	daylog_line(ui->log, ui_now_ms(ui), word, text);
	free(text);
}

void ui_log(struct ui *ui, const char *word, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = format_clean(format, args);
	va_end(args);
	daylog_line(ui->log, ui_now_ms(ui), word, text);
	free(text);
}

void ui_progress(struct ui *ui, const char *format, ...)
{
	va_list args;
	char *text;

	if (!ui->has_terminal)
		return;
	va_start(args, format);
	text = format_clean(format, args);
	va_end(args);
	fprintf(stderr, "\r\033[K%s", text);
	ui->has_progress = true;
	free(text);
}

const char *ui_clock(const struct ui *ui, int64_t unix_ms, char into[32])
{
	time_t at = (time_t)(unix_ms / 1000), now = (time_t)(ui_now_ms(ui) / 1000);
	struct tm parts, today;
	size_t size;

	localtime_r(&at, &parts);
	localtime_r(&now, &today);
	if (parts.tm_yday == today.tm_yday && parts.tm_year == today.tm_year)
		size = strftime(into, 32, "%H:%M:%S", &parts);
	else
		size = strftime(into, 32, "%Y-%m-%d %H:%M:%S", &parts);
	snprintf(into + size, 32 - size, ".%03d", (int)(unix_ms % 1000));
	return into;
}
