/*
 * replay.c - runs a target over the files that it is given, without libFuzzer.
 *
 *     build/fuzz_replay/body tests/fuzz/corpus/body/...
 *
 * Each file is handed over in a block of exactly its size, so that a sanitizer or valgrind sees a
 * byte too far. It stands in for libFuzzer's main; every target is linked with it as well.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/xmalloc.h"
#include "tests/fuzz/fuzz.h"

enum { FILE_BYTES_MAX = 65536 };

int main(int argc, char **argv)
{
	static unsigned char text[FILE_BYTES_MAX];

	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");
		size_t size = file ? fread(text, 1, sizeof(text), file) : 0;

		if (!file || ferror(file) || size == sizeof(text)) {
			fprintf(stderr, "replay: %s cannot be read, or is too long\n", argv[i]);
			return EXIT_FAILURE;
		}
		fclose(file);
		uint8_t *exact = xmalloc(size ? size : 1);
		memcpy(exact, text, size);
		LLVMFuzzerTestOneInput(exact, size);
		free(exact);
	}
	printf("%d inputs, no fault\n", argc - 1);
	return argc > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
