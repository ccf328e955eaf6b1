/*
 * picture.h - a drawing as pixels: SVG files into PNG files, by librsvg's own program.
 *
 * rsvg-convert (Debian: librsvg2-bin) is looked for in PATH and run, one file at a time.
 *
 * Layer: above say, verdict.
 */
#ifndef PENSTOCK_CTL_PICTURE_H
#define PENSTOCK_CTL_PICTURE_H

#include "ctl/verdict.h"

/*
 * Is the program there? VERDICT_DONE; VERDICT_USAGE when it is not, VERDICT_AWAY when it is but
 * does not run: a sentence has said so then.
 */
enum verdict picture_check(void);

/*
 * Draws `svg`, a file, into the file `png`, two pixels for each of its units. As picture_check();
 * VERDICT_AWAY too when it failed or was not done within half a minute, and `png` may be there in
 * part.
 */
enum verdict picture_draw(const char *svg, const char *png);

#endif
