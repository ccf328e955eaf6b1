/*
 * json.h - what the server says, read member by member, and what is sent to others, put together.
 *
 * Nothing of what is read is believed: a member is there with the right type and within bounds, or
 * it is not there.
 *
 * Layer: above text. jansson is known to json.c only.
 */
#ifndef PENSTOCK_BUYER_JSON_H
#define PENSTOCK_BUYER_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;

/* Reads `size` bytes. NULL: not exactly one object of JSON, or a member stands in it twice. */
struct json *json_read(const char *text, size_t size);

/* An empty object. */
struct json *json_open(void);

/* NULL is allowed. */
void json_close(struct json *json);

/* A member that is an object (borrowed), or NULL. `json` may be NULL. */
const struct json *json_inner(const struct json *json, const char *name);

/*
 * Copies a text. False, and `into` empty: it is not there, no text, too long for `room`, or holds
 * what plays with a terminal (common/text.h).
 */
bool json_text(const struct json *json, const char *name, char *into, size_t room);

/* A whole number from 0 to 2^53, or `otherwise`. */
int64_t json_number(const struct json *json, const char *name, int64_t otherwise);

/* 1, 0, or -1: it is not there or neither true nor false. */
int json_truth(const struct json *json, const char *name);

/* Puts a text; bytes that are no UTF-8 become '?'. */
void json_put_text(struct json *json, const char *name, const char *text);

/* Puts a number. */
void json_put_number(struct json *json, const char *name, int64_t number);

/* The object as one line, the caller's to free. */
char *json_print(const struct json *json);

#endif
