/*
 * tools.h - what a command works with: its settings, Redis, the ledger, the keys, and its output.
 *
 * main.c opens what the command said it needs and ends it afterwards; a command finds the rest
 * NULL.
 *
 * Layer: above options, sheet; below the commands.
 */
#ifndef PENSTOCK_CTL_TOOLS_H
#define PENSTOCK_CTL_TOOLS_H

#include <stddef.h>

#include "common/db.h"
#include "common/redis.h"
#include "common/seal.h"
#include "common/tokens.h"
#include "ctl/options.h"
#include "ctl/sheet.h"
#include "ctl/verdict.h"

struct tools {
	const struct options *options;
	struct redis *redis;
	struct db *db; /* cannot write */
	struct tokens *tokens;
	unsigned char token_secret[SEAL_SECRET_BYTES];
};

/*
 * Opens what the groups of the command (enum options_group) name. Anything but VERDICT_DONE was
 * said, and is the command's own end. tools_close() is owed either way.
 */
enum verdict tools_open(struct tools *tools, const struct options *options, unsigned groups)
	__attribute__((warn_unused_result));

/* Ends everything and wipes the secrets. */
void tools_close(struct tools *tools);

/* Prints a list on stdout: a table, or with --json a list of objects. Ends the sheet. */
void tools_print_list(const struct tools *tools, struct sheet *sheet);

/* Prints a sheet of one row: upright, or with --json an object. Ends the sheet. */
void tools_print_one(const struct tools *tools, struct sheet *sheet);

/* Prints a sheet of one row as a table, or with --json an object. Ends the sheet. */
void tools_print_line(const struct tools *tools, struct sheet *sheet);

/* The word of place `i`, which must be a valid item name: true; else it was said. */
bool tools_item_word(const struct tools *tools, size_t i, const char **item)
	__attribute__((warn_unused_result));

#endif
