/*
 * files.h - small files that are there whole or not at all, readable by their owner only.
 *
 * Layer: the ground.
 */
#ifndef PENSTOCK_BUYER_FILES_H
#define PENSTOCK_BUYER_FILES_H

#include <stdbool.h>
#include <stddef.h>

/* Makes a folder, and those above it, for the owner only; false, with errno. */
bool files_make_folder(const char *path) __attribute__((warn_unused_result));

/* Replaces a file by these bytes, mode 0600, on disk before it returns; false, with errno. */
bool files_replace(const char *path, const char *text, size_t size)
	__attribute__((warn_unused_result));

#endif
