/*
 * settings_ini.h - a file of settings in INI form, for programs that have one.
 *
 * `name = value` a line, blanks around both cut; `;` or `#` at the start of a line, or `;` behind a
 * blank, begins a remark. [Sections] are headings for people: a name means the same in each. Only a
 * program that names settings_ini_read() is linked with libinih.
 *
 * Layer: beside settings, whose read_file() it is. libinih is known here to settings_ini.c only.
 */
#ifndef PENSTOCK_SETTINGS_INI_H
#define PENSTOCK_SETTINGS_INI_H

#include <stdbool.h>

#include "common/settings.h"

/*
 * Gives each line of the file to `take`, in order; of lines that cannot be read the first, last. A
 * line has at most about 190 bytes. False, with errno: it cannot be opened, or is no regular file;
 * then nothing was taken.
 */
bool settings_ini_read(const char *path, settings_line_cb *take, void *owner)
	__attribute__((warn_unused_result));

#endif
