/*
 * fuzz.h - the one function that each target of tests/fuzz is.
 *
 * A target reads bytes as some part of Penstock would read them from a stranger, and asserts what
 * that part promises in its header. The bytes come from libFuzzer (`make fuzz`), or from the seeds
 * under corpus/ by replay.c, which needs no clang (`make test-fuzz-corpora`).
 *
 * Layer: tests only.
 */
#ifndef PENSTOCK_TESTS_FUZZ_H
#define PENSTOCK_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Looks at `size` bytes (borrowed, not NUL-terminated). Returns 0; a fault is an abort. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
