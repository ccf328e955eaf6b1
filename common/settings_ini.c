/*
 * settings_ini.c - libinih behind settings_ini.h.
 *
 * The library cuts a long line in two and reads the second half as a line of its own, so lines are
 * handed to it by a reader that looks at their length.
 */
#include "common/settings_ini.h"

#include <assert.h>
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct settings_ini {
	FILE *file;
	settings_line_cb *take;
	void *owner;
	int line;
};

/*
 * inih's: the next line, as fgets(3), from its first letter on: to the library a line that begins
 * with blanks goes on with the one before.
 */
static char *settings_ini_next(char *into, int room, void *stream)
{
	struct settings_ini *ini = stream;
	size_t size;

	if (fgets(into, room, ini->file) == NULL)
		return NULL;
	ini->line++;
	size = strlen(into);
	if (size > 0 && into[size - 1] != '\n' && !feof(ini->file)) {
		ini->take(ini->owner, ini->line, NULL,
			  "the line is too long, or holds a NUL; the rest is not read");
		return NULL;
	}
	memmove(into, into + strspn(into, " \t"), strlen(into + strspn(into, " \t")) + 1);
	return into;
}

/* inih's: a line that is one. */
static int settings_ini_on_line(void *owner, const char *section, const char *name,
				const char *value)
{
	struct settings_ini *ini = owner;

	(void)section;
	ini->take(ini->owner, ini->line, name, value == NULL ? "" : value);
	return 1;
}

bool settings_ini_read(const char *path, settings_line_cb *take, void *owner)
{
	struct settings_ini ini = { .file = fopen(path, "re"), .take = take, .owner = owner };
	struct stat facts;
	int bad;

	assert(take != NULL);
	if (ini.file == NULL)
		return false;
	if (fstat(fileno(ini.file), &facts) != 0 || !S_ISREG(facts.st_mode)) {
		fclose(ini.file);
		errno = EINVAL;
		return false;
	}
	bad = ini_parse_stream(settings_ini_next, &ini, settings_ini_on_line, &ini);
	if (bad > 0)
		take(owner, bad, NULL, "is neither a remark nor NAME = VALUE");
	fclose(ini.file);
	return true;
}
