/*
 * json.c - jansson behind json.h. A `struct json` is its json_t by another name.
 */
#include "buyer/json.h"

#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "common/xmalloc.h"

#define NUMBER_MAX INT64_C(9007199254740992)

struct json *json_read(const char *text, size_t size)
{
	json_error_t error;
	json_t *json;

	json_set_alloc_funcs(xmalloc, free);
	json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	if (json != NULL && json_is_object(json))
		return (struct json *)json;
	json_decref(json);
	return NULL;
}

struct json *json_open(void)
{
	json_set_alloc_funcs(xmalloc, free);
	return (struct json *)json_object();
}

void json_close(struct json *json)
{
	json_decref((json_t *)json);
}

static const json_t *member(const struct json *json, const char *name)
{
	return json == NULL ? NULL : json_object_get((const json_t *)json, name);
}

const struct json *json_inner(const struct json *json, const char *name)
{
	const json_t *found = member(json, name);

	return json_is_object(found) ? (const struct json *)found : NULL;
}

bool json_text(const struct json *json, const char *name, char *into, size_t room)
{
	const json_t *found = member(json, name);
	size_t size = json_is_string(found) ? json_string_length(found) : 0;
	const char *text = json_is_string(found) ? json_string_value(found) : NULL;

	into[0] = '\0';
	if (text == NULL || size >= room)
		return false;
	if (!text_is_clean(text, size))
		return false;
	memcpy(into, text, size + 1);
	return true;
}

int64_t json_number(const struct json *json, const char *name, int64_t otherwise)
{
	const json_t *found = member(json, name);
	json_int_t number = json_is_integer(found) ? json_integer_value(found) : -1;

	return number < 0 || number > NUMBER_MAX ? otherwise : (int64_t)number;
}

int json_truth(const struct json *json, const char *name)
{
	const json_t *found = member(json, name);

	return json_is_boolean(found) ? json_is_true(found) : -1;
}

/* A bug is an assert, in release too. */
static void must(int result)
{
	assert(result == 0);
	(void)result;
}

void json_put_text(struct json *json, const char *name, const char *text)
{
	json_t *value = json_string(text);

	if (value == NULL) {
		char *clean = xstrdup(text);

		for (char *c = clean; *c != '\0'; c++)
			*c = (*c & 0x80) ? '?' : *c;
		value = json_string(clean);
		free(clean);
	}
	must(json_object_set_new((json_t *)json, name, value));
}

void json_put_number(struct json *json, const char *name, int64_t number)
{
	must(json_object_set_new((json_t *)json, name, json_integer(number)));
}

char *json_print(const struct json *json)
{
	char *text = json_dumps((const json_t *)json, JSON_COMPACT);

	assert(text != NULL);
	return text;
}
