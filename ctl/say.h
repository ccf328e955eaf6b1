/*
 * say.h - a sentence for the person at the terminal, on stderr.
 *
 * Layer: the ground, above text.
 */
#ifndef PENSTOCK_CTL_SAY_H
#define PENSTOCK_CTL_SAY_H

/*
 * Writes "penstockctl: " and the sentence, made clean (text.h) and cut at 1,000 bytes, and ends the
 * line. The format is printf's.
 */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
