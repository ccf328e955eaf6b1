/*
 * qr.h - a text as a QR code of blocks, for the terminal.
 *
 * Light modules are drawn and dark ones left, two rows a line, with the quiet zone of four modules
 * around: for a terminal of light letters on dark. On one of dark letters most readers take the
 * inverted code as well.
 *
 * Layer: the ground. libqrencode is known to qr.c only.
 */
#ifndef PENSTOCK_BUYER_QR_H
#define PENSTOCK_BUYER_QR_H

#include <stdbool.h>
#include <stdio.h>

enum { QR_QUIET = 4 };

/* Prints it; false, and nothing printed: the text does not fit into a code. */
bool qr_print(FILE *file, const char *text) __attribute__((warn_unused_result));

#endif
