/*
 * resp.h - writes a Redis command as bytes.
 *
 * hiredis formats a command word by word into strings that grow; a batch of 256 purchases has 777
 * words. Here the size is known before the first byte is written. Form: the Redis serialization
 * protocol, an array of bulk strings.
 *
 * Layer: part of store; pure.
 */
#ifndef PENSTOCK_RESP_H
#define PENSTOCK_RESP_H

#include <stddef.h>

#include "node/store.h"

/* How many bytes a command of these words may take at most. */
size_t resp_bytes_max(const struct store_word *words, size_t count);

/*
 * Writes the command into `into`, which has room for resp_bytes_max(); returns its size. A NUL,
 * not counted, follows it: hiredis looks for the command's name by strchr().
 */
size_t resp_write(char *into, const struct store_word *words, size_t count);

#endif
