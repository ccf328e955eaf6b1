/*
 * json.h - JSON for programs that read penstockctl's answers.
 *
 * A thin face of jansson: values are built, put into each other, and printed as one line. Texts
 * must be clean UTF-8 (text.h).
 *
 * Layer: the ground. jansson is known here to json.c only.
 */
#ifndef PENSTOCK_CTL_JSON_H
#define PENSTOCK_CTL_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct json;

/* An empty object; the caller owns it. */
struct json *json_object_open(void);

/* An empty list; the caller owns it. */
struct json *json_list_open(void);

/* Ends a value that was put into nothing. NULL is allowed. */
void json_close(struct json *json);

/* Puts a member into an object; `value` is taken. The last of a name stays. */
void json_put(struct json *object, const char *name, struct json *value);

/* Puts a clean text. NULL: null. */
void json_put_text(struct json *object, const char *name, const char *text);

/* Puts a number. */
void json_put_number(struct json *object, const char *name, int64_t number);

/* Puts true or false. */
void json_put_truth(struct json *object, const char *name, bool truth);

/* Adds to a list; `value` is taken. */
void json_add(struct json *list, struct json *value);

/* Prints the value and a newline. */
void json_print(const struct json *json, FILE *file);

#endif
