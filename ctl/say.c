/*
 * say.c - a sentence for the person at the terminal; see say.h.
 */
#include "ctl/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"

enum { SENTENCE_BYTES = 1001 };

void say(const char *format, ...)
{
	char text[SENTENCE_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	char *clean = text_clean(text, strlen(text));
	fflush(stdout); /* what was found out stands before what is said of it */
	fprintf(stderr, "penstockctl: %s\n", clean);
	free(clean);
}
