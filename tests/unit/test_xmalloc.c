/*
 * test_xmalloc.c - memory is there or the program ends.
 *
 * What must die runs in a child, whose last words and whose signal the test looks at.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/xmalloc.h"

/* Under the address sanitizer malloc must fail as it does without: our own abort is looked for. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

/* More than any machine has, and not a constant that the compiler would see through. */
static volatile size_t too_much = SIZE_MAX / 4;

static void ask_xmalloc(void)
{
	free(xmalloc(too_much));
}

static void ask_xcalloc(void)
{
	free(xcalloc(too_much, 1));
}

static void ask_xcalloc_for_an_overflow(void)
{
	free(xcalloc(too_much, 8));
}

static void ask_xcalloc_for_a_small_overflow(void)
{
	free(xcalloc(too_much + 1, 4)); /* the product is 2^64: 0 when nobody looks */
}

static void ask_xrealloc(void)
{
	free(xrealloc(xmalloc(8), too_much));
}

static int signal_that_ended(void (*ask)(void))
{
	const struct rlimit no_core = { 0, 0 };
	pid_t child = fork();
	int status = 0;

	assert_true(child >= 0);
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &no_core);
		close(STDERR_FILENO);
		ask();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void no_memory_ends_the_program(void **state)
{
	(void)state;
	assert_int_equal(signal_that_ended(ask_xmalloc), SIGABRT);
	assert_int_equal(signal_that_ended(ask_xcalloc), SIGABRT);
	assert_int_equal(signal_that_ended(ask_xrealloc), SIGABRT);
}

static void a_product_that_overflows_ends_the_program(void **state)
{
	(void)state;
	assert_int_equal(signal_that_ended(ask_xcalloc_for_an_overflow), SIGABRT);
	assert_int_equal(signal_that_ended(ask_xcalloc_for_a_small_overflow), SIGABRT);
}

static void nothing_asked_is_still_memory(void **state)
{
	void *block = xmalloc(0);

	(void)state;
	assert_non_null(block);
	block = xrealloc(block, 0);
	assert_non_null(block);
	free(block);
	block = xcalloc(0, 8);
	assert_non_null(block);
	free(block);
}

static void xcalloc_clears(void **state)
{
	unsigned char *block = xcalloc(100, 3);

	(void)state;
	for (size_t i = 0; i < 300; i++)
		assert_int_equal(block[i], 0);
	free(block);
}

static void xrealloc_keeps_what_was_there(void **state)
{
	char *block = xrealloc(NULL, 6);

	(void)state;
	memcpy(block, "hello", 6);
	block = xrealloc(block, 100000);
	assert_string_equal(block, "hello");
	free(block);
}

static void xstrdup_copies(void **state)
{
	char text[] = "ticket";
	char *copy = xstrdup(text);

	(void)state;
	text[0] = 'x';
	assert_string_equal(copy, "ticket");
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_memory_ends_the_program),
		cmocka_unit_test(a_product_that_overflows_ends_the_program),
		cmocka_unit_test(nothing_asked_is_still_memory),
		cmocka_unit_test(xcalloc_clears),
		cmocka_unit_test(xrealloc_keeps_what_was_there),
		cmocka_unit_test(xstrdup_copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
