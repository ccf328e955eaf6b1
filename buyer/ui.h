/*
 * ui.h - everything that the tool says: results, notes, progress; in Chinese or English.
 *
 * Results go to stdout, notes to stderr, both into the day's log. Progress is one line that is
 * written over, on a terminal only. Times are the server's as soon as it is known.
 *
 * Layer: above daylog and clock.
 */
#ifndef PENSTOCK_BUYER_UI_H
#define PENSTOCK_BUYER_UI_H

#include <stdbool.h>
#include <stdint.h>

#include "buyer/clock.h"

struct ui;

/* `sync` is borrowed. A log that cannot be written is left out. */
struct ui *ui_open(const char *log_folder, bool is_chinese, const struct clock_sync *sync);

/* Ends the line of progress. NULL is allowed. */
void ui_close(struct ui *ui);

/* Of two texts the one in the user's language. */
const char *ui_text(const struct ui *ui, const char *english, const char *chinese);

/* Is Chinese spoken? */
bool ui_is_chinese(const struct ui *ui);

/* Is there a terminal to show progress on? */
bool ui_has_terminal(const struct ui *ui);

/* Now, as unix ms: the server's time if it is known. */
int64_t ui_now_ms(const struct ui *ui);

/* A result, for people: on stdout, and into the log behind its word. */
void ui_result(struct ui *ui, const char *word, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A note about what goes on: on stderr, and into the log. */
void ui_note(struct ui *ui, const char *word, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* What goes on, into the log only. */
void ui_log(struct ui *ui, const char *word, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Where it stands, on a terminal; overwritten by the next. */
void ui_progress(struct ui *ui, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Writes a unix time as "10:00:00.000" (local), behind its day if that is another; `into`. */
const char *ui_clock(const struct ui *ui, int64_t unix_ms, char into[32]);

#endif
