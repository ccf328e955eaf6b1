/*
 * qr.c - libqrencode behind qr.h.
 */
#include "buyer/qr.h"

#include <qrencode.h>

/* Light, or outside, which is light too. */
static bool is_light(const QRcode *code, int row, int column)
{
	if (row < 0 || column < 0 || row >= code->width || column >= code->width)
		return true;
	return (code->data[row * code->width + column] & 1) == 0;
}

static void print_line(FILE *file, const QRcode *code, int row)
{
	static const char *const blocks[2][2] = { { " ", "▄" }, { "▀", "█" } };

	for (int column = -QR_QUIET; column < code->width + QR_QUIET; column++)
		fputs(blocks[is_light(code, row, column)][is_light(code, row + 1, column)], file);
	fputc('\n', file);
}

bool qr_print(FILE *file, const char *text)
{
	QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);

	if (code == NULL)
		return false;
	for (int row = -QR_QUIET; row < code->width + QR_QUIET; row += 2)
		print_line(file, code, row);
	QRcode_free(code);
	return true;
}
