/*
 * scripts.h - the Lua scripts as every program carries them: one text, embedded at build time.
 *
 * tools/embed.py makes the table from lua/: includes are expanded, comments and indentation left
 * out, so that the text (and so its SHA-1, by which Redis knows it) is the same in every
 * program.
 *
 * Layer: the ground. Constants only.
 */
#ifndef PENSTOCK_SCRIPTS_H
#define PENSTOCK_SCRIPTS_H

#include <stddef.h>

struct script_source {
	const char *verb; /* the file's name without .lua */
	const char *text; /* NUL-terminated */
	size_t text_len;
	const char *sha; /* SHA-1 of the text, 40 hex digits */
};

/* One row a script, by verb. */
extern const struct script_source script_sources[];
extern const size_t script_sources_count;

/* The SHA-1 of the script `verb`, a constant. Aborts if there is none: a bug. */
const char *scripts_sha(const char *verb);

#endif
