/*
 * json.c - JSON for programs that read penstockctl's answers; see json.h.
 *
 * A `struct json` is jansson's json_t by another name: nothing is wrapped, the name only keeps
 * the library behind this file. jansson allocates by xmalloc(), so nothing here can fail but by a
 * bug.
 */
#include "ctl/json.h"

#include <assert.h>
#include <jansson.h>
#include <stdlib.h>

#include "common/xmalloc.h"

static json_t *inside(struct json *json)
{
	return (json_t *)json;
}

static struct json *outside(json_t *value)
{
	assert(value != NULL);
	return (struct json *)value;
}

struct json *json_object_open(void)
{
	json_set_alloc_funcs(xmalloc, free);
	return outside(json_object());
}

struct json *json_list_open(void)
{
	json_set_alloc_funcs(xmalloc, free);
	return outside(json_array());
}

void json_close(struct json *json)
{
	json_decref(inside(json));
}

/* A bug is an assert, in release too. */
static void must(int result)
{
	assert(result == 0);
	(void)result;
}

void json_put(struct json *object, const char *name, struct json *value)
{
	must(json_object_set_new(inside(object), name, inside(value)));
}

void json_put_text(struct json *object, const char *name, const char *text)
{
	must(json_object_set_new(inside(object), name,
				 text == NULL ? json_null() : json_string(text)));
}

void json_put_number(struct json *object, const char *name, int64_t number)
{
	must(json_object_set_new(inside(object), name, json_integer(number)));
}

void json_put_truth(struct json *object, const char *name, bool truth)
{
	must(json_object_set_new(inside(object), name, json_boolean(truth)));
}

void json_add(struct json *list, struct json *value)
{
	must(json_array_append_new(inside(list), inside(value)));
}

void json_print(const struct json *json, FILE *file)
{
	(void)json_dumpf((const json_t *)json, file, JSON_COMPACT | JSON_ENCODE_ANY);
	fputc('\n', file); /* a failed write shows in ferror(), where it is looked for once */
}
