/*
 * test_buyer_qr.c - what is printed is the code, module by module, with its quiet zone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <qrencode.h>

#include "buyer/qr.h"

static const char link[] = "http://localhost:8080/login?code=WDJB-MJHT";

/* The two modules of the block at `at` (1: light), upper and lower; moves `at` behind it. */
static void read_block(const char **at, int modules[2])
{
	static const char *const blocks[4] = { " ", "▄", "▀", "█" };

	for (int i = 3; i >= 0; i--) {
		if (strncmp(*at, blocks[i], strlen(blocks[i])) == 0) {
			*at += strlen(blocks[i]);
			modules[0] = i >> 1;
			modules[1] = i & 1;
			return;
		}
	}
	fail_msg("no block: %.8s", *at);
}

static int expected(const QRcode *code, int row, int column)
{
	if (row < 0 || column < 0 || row >= code->width || column >= code->width)
		return 1;
	return !(code->data[row * code->width + column] & 1);
}

static void the_code_is_printed_module_by_module(void **state)
{
	QRcode *code = QRcode_encodeString(link, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	const char *at;
	int modules[2];

	(void)state;
	assert_true(qr_print(file, link));
	fclose(file);
	at = text;
	for (int row = -QR_QUIET; row < code->width + QR_QUIET; row += 2) {
		for (int column = -QR_QUIET; column < code->width + QR_QUIET; column++) {
			read_block(&at, modules);
			assert_int_equal(modules[0], expected(code, row, column));
			assert_int_equal(modules[1], expected(code, row + 1, column));
		}
		assert_int_equal(*at++, '\n');
	}
	assert_int_equal(*at, '\0');
	QRcode_free(code);
	free(text);
}

static void a_text_that_is_too_long_is_not_printed(void **state)
{
	static char text[8000];
	char *printed = NULL;
	size_t size;
	FILE *file = open_memstream(&printed, &size);

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	assert_false(qr_print(file, text));
	fclose(file);
	assert_int_equal(size, 0);
	free(printed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_code_is_printed_module_by_module),
		cmocka_unit_test(a_text_that_is_too_long_is_not_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
