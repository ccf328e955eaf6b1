/*
 * form.c - names and values of a form; see form.h.
 */
#include "node/form.h"

#include <string.h>

#include "node/ask.h"
#include "node/http.h"

static const char bad_form[] = "the body must be a form, with names and values as in RFC 8628";
static const char bad_value[] = "a value is given twice, is too long, or holds a NUL";
static const char bad_allow[] = "allow must be true or false";

static const char *form_take_allow(struct form *form, const char *value, size_t size)
{
	if (form->allow != FORM_UNSAID)
		return bad_value;
	if (size == 4 && memcmp(value, "true", 4) == 0)
		form->allow = FORM_ALLOW;
	else if (size == 5 && memcmp(value, "false", 5) == 0)
		form->allow = FORM_DENY;
	else
		return bad_allow;
	return NULL;
}

const char *form_take(struct form *form, const char *name, const char *value, size_t size)
{
	const struct {
		const char *name;
		char *into;
		size_t room;
	} texts[] = {
		{ "grant_type", form->grant_type, sizeof(form->grant_type) },
		{ "device_code", form->device_code, sizeof(form->device_code) },
		{ "user_code", form->user_code, sizeof(form->user_code) },
		{ "user", form->user, sizeof(form->user) },
	};

	if (strcmp(name, "allow") == 0)
		return form_take_allow(form, value, size);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strcmp(name, texts[i].name) != 0)
			continue;
		if (texts[i].into[0] || size >= texts[i].room || memchr(value, '\0', size))
			return bad_value;
		memcpy(texts[i].into, value, size);
		texts[i].into[size] = '\0';
	}
	return NULL;
}

/* One `name=value`, where a plus is a blank. */
static const char *form_read_pair(struct form *form, char *pair, size_t size)
{
	const char *equals = memchr(pair, '=', size);
	char name[32], value[HTTP_BODY_BYTES_MAX + 1];
	int value_size;

	if (!equals)
		return size == 0 ? NULL : bad_form;
	for (size_t i = 0; i < size; i++)
		pair[i] = pair[i] == '+' ? ' ' : pair[i];
	size_t name_size = (size_t)(equals - pair);
	if (ask_decode((struct http_text){ pair, name_size }, name, sizeof(name)) < 0)
		return NULL; /* longer than any that is known */
	value_size = ask_decode((struct http_text){ equals + 1, size - name_size - 1 }, value,
				sizeof(value));
	return value_size < 0 ? bad_form : form_take(form, name, value, (size_t)value_size);
}

const char *form_read(struct form *form, const char *text, size_t size)
{
	char pair[HTTP_BODY_BYTES_MAX];
	const char *why = NULL;

	for (size_t at = 0; at < size && !why;) {
		const char *end = memchr(text + at, '&', size - at);
		size_t pair_size = end ? (size_t)(end - text) - at : size - at;

		if (pair_size > sizeof(pair))
			return bad_form;
		memcpy(pair, text + at, pair_size);
		why = form_read_pair(form, pair, pair_size);
		at += pair_size + 1;
	}
	return why;
}
