/*
 * test_resp.c - a command's bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "node/resp.h"

static void words_are_written_with_their_lengths(void **state)
{
	static const char expected[] = "*3\r\n$4\r\nHGET\r\n$0\r\n\r\n$10\r\n0123456789\r\n";
	const struct store_word words[] = { { "HGET", 4, 0 },
					    { "", 0, 0 },
					    { "0123456789", 10, 0 } };
	char into[256];

	(void)state;
	assert_int_equal(resp_write(into, words, 3), sizeof(expected) - 1);
	assert_memory_equal(into, expected, sizeof(expected)); /* its NUL included */
}

static void any_byte_may_stand_in_a_word(void **state)
{
	const struct store_word word = { "a\r\n$9\0b", 7, 0 };
	char into[64];

	(void)state;
	assert_int_equal(resp_write(into, &word, 1), 17);
	assert_memory_equal(into, "*1\r\n$7\r\na\r\n$9\0b\r\n", 17);
}

static void the_bound_holds_for_words_of_all_sizes(void **state)
{
	(void)state;
	for (size_t size = 0; size < 2000; size += 7) {
		char *text = calloc(1, size + 1);
		const struct store_word words[] = { { text, size, 0 }, { text, size / 2, 0 } };
		size_t most = resp_bytes_max(words, 2);
		char *into = malloc(most);

		assert_true(resp_write(into, words, 2) <= most);
		free(into);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_written_with_their_lengths),
		cmocka_unit_test(any_byte_may_stand_in_a_word),
		cmocka_unit_test(the_bound_holds_for_words_of_all_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
