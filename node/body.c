/*
 * body.c - reads the JSON bodies that clients send; the only file that knows jansson.
 *
 * jansson parses; this file decides. Two things are checked before it sees a byte: the size, and
 * how deep the text nests, because jansson recurses up to 2,048 levels and these need one. It
 * allocates through xmalloc, so "not JSON" never means "out of memory".
 *
 * "Digits only" needs no look at the text: jansson reads 1.0 and 1e3 as reals, refuses 01 and +1 as
 * no JSON, and -1 is outside every range. (-0 is read as 0, which an amount may be.)
 */
#include "node/body.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/xmalloc.h"

enum { DEPTH_MAX = 1 };

static const char bad_size[] = "the body must be at most 4096 bytes";
static const char bad_depth[] = "the body must be one flat JSON object";
static const char bad_json[] = "the body must be one JSON object in UTF-8, each member once";
static const char bad_purchase[] = "the body may hold the members units and user, no others";
static const char bad_units[] = "units must be an integer from 1 to 999999999, in digits only";
static const char bad_number[] = "a number in the body is too large";
static const char bad_user[] = "user must be a string of at most 64 of A-Z a-z 0-9 . _ @ -";
static const char bad_command[] =
	"do must be pause, resume, close or restock; the only other member is units";
static const char bad_payment[] = "the body must hold the members order, txn and amount, no others";
static const char bad_order[] = "order must be a string: an order's number";
static const char bad_txn[] = "txn must be a string of 1 to 64 of A-Z a-z 0-9 _ . : ~ -";
static const char bad_amount[] = "amount must be an integer from 0 to 999999999999999";

static const json_int_t amount_max = 999999999999999; /* fifteen digits, as in Redis */

/*
 * Strings are skipped as JSON has them; where the text is no JSON, jansson stops no later than
 * we err.
 */
static bool is_too_deep(const char *text, size_t size)
{
	bool quoted = false;
	size_t depth = 0;

	for (size_t i = 0; i < size; i++) {
		char c = text[i];

		if (c == '"')
			quoted = !quoted;
		else if (quoted && c == '\\')
			i++;
		else if (!quoted && (c == '{' || c == '['))
			depth++;
		else if (!quoted && (c == '}' || c == ']') && depth > 0)
			depth--;
		if (depth > DEPTH_MAX)
			return true;
	}
	return false;
}

/* NULL, or why the member is bad. */
static const char *take_units(const json_t *value, struct body_purchase *into)
{
	json_int_t units = json_integer_value(value); /* 0 when it is no integer */

	if (units < 1 || units > KEYS_UNITS_MAX)
		return bad_units;
	into->units = (uint32_t)units;
	return NULL;
}

static const char *take_user(const json_t *value, struct body_purchase *into)
{
	const char *user = json_string_value(value); /* NULL when it is no string */
	size_t size = json_string_length(value);

	if (user == NULL || !keys_user_is_valid(user, size))
		return bad_user;
	memcpy(into->user, user, size);
	into->user[size] = '\0';
	return NULL;
}

static const char *take_purchase(json_t *object, struct body_purchase *into)
{
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value)
	{
		const char *why = bad_purchase;

		if (strcmp(name, "units") == 0)
			why = take_units(value, into);
		else if (strcmp(name, "user") == 0)
			why = take_user(value, into);
		if (why != NULL)
			return why;
	}
	return NULL;
}

static const char *take_payment(const json_t *object, struct body_payment *into)
{
	const json_t *order = json_object_get(object, "order");
	const json_t *txn = json_object_get(object, "txn");
	const json_t *amount = json_object_get(object, "amount");
	size_t order_size = json_string_length(order), txn_size = json_string_length(txn);

	if (!order || !txn || !amount || json_object_size(object) != 3)
		return bad_payment;
	if (order_size == 0 || order_size >= sizeof(into->order))
		return bad_order;
	if (!json_is_string(txn) || !keys_txn_is_valid(json_string_value(txn), txn_size))
		return bad_txn;
	if (!json_is_integer(amount) || json_integer_value(amount) < 0 ||
	    json_integer_value(amount) > amount_max)
		return bad_amount;
	memcpy(into->order, json_string_value(order), order_size + 1);
	memcpy(into->txn, json_string_value(txn), txn_size + 1);
	into->amount = json_integer_value(amount);
	return NULL;
}

/* Why jansson refused: a number too large for it is JSON all the same. */
static const char *explain(const json_error_t *error)
{
	return json_error_code(error) == json_error_numeric_overflow ? bad_number : bad_json;
}

/* The object in a text, owned by the caller; NULL and *why if there is none. */
static json_t *read_object(const char *text, size_t size, const char **why)
{
	json_error_t error;
	json_t *root;

	*why = size > BODY_BYTES_MAX ? bad_size : is_too_deep(text, size) ? bad_depth : NULL;
	if (memchr(text, '\0', size) != NULL) /* jansson passes over one behind a number */
		*why = bad_json;
	if (*why != NULL)
		return NULL;
	/* Each time, because nothing else runs once: two stores cost nothing beside a parse. */
	json_set_alloc_funcs(xmalloc, free);
	root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	if (root == NULL)
		*why = explain(&error);
	else if (!json_is_object(root))
		*why = bad_depth;
	if (*why == NULL)
		return root;
	json_decref(root);
	return NULL;
}

enum body_verdict body_read_purchase(const char *text, size_t size, struct body_purchase *into,
				     const char **why)
{
	struct body_purchase found = *into;

	if (size == 0)
		return BODY_GOOD;
	json_t *object = read_object(text, size, why);
	if (object == NULL)
		return BODY_BAD;
	*why = take_purchase(object, &found);
	json_decref(object);
	if (*why != NULL)
		return BODY_BAD;
	*into = found;
	return BODY_GOOD;
}

enum body_verdict body_read_payment(const char *text, size_t size, struct body_payment *into,
				    const char **why)
{
	struct body_payment found;
	json_t *object = size > 0 ? read_object(text, size, why) : NULL;

	if (size == 0)
		*why = bad_json;
	if (object == NULL)
		return BODY_BAD;
	*why = take_payment(object, &found);
	json_decref(object);
	if (*why != NULL)
		return BODY_BAD;
	*into = found;
	return BODY_GOOD;
}

static const char *take_command(const json_t *object, struct body_command *into)
{
	const json_t *verb = json_object_get(object, "do"),
		     *units = json_object_get(object, "units");
	size_t size = json_string_length(verb);

	if (!json_is_string(verb) || size >= sizeof(into->verb) ||
	    json_object_size(object) != (units ? 2 : 1))
		return bad_command;
	if (units && (json_integer_value(units) < 1 || json_integer_value(units) > KEYS_UNITS_MAX))
		return bad_units;
	memcpy(into->verb, json_string_value(verb), size + 1);
	into->units = (uint32_t)json_integer_value(units);
	return NULL;
}

enum body_verdict body_read_command(const char *text, size_t size, struct body_command *into,
				    const char **why)
{
	json_t *object = size > 0 ? read_object(text, size, why) : NULL;

	if (size == 0)
		*why = bad_json;
	if (object == NULL)
		return BODY_BAD;
	*why = take_command(object, into);
	json_decref(object);
	return *why == NULL ? BODY_GOOD : BODY_BAD;
}

static const char *take_form(json_t *object, struct form *into)
{
	const char *name, *why = NULL;
	json_t *value;

	json_object_foreach(object, name, value)
	{
		if (json_is_boolean(value))
			why = form_take(into, name, json_is_true(value) ? "true" : "false",
					json_is_true(value) ? 4 : 5);
		else if (json_is_string(value))
			why = form_take(into, name, json_string_value(value),
					json_string_length(value));
		if (why != NULL)
			return why;
	}
	return NULL;
}

enum body_verdict body_read_form(const char *text, size_t size, struct form *into, const char **why)
{
	json_t *object = size > 0 ? read_object(text, size, why) : NULL;

	if (size == 0)
		*why = bad_json;
	if (object == NULL)
		return BODY_BAD;
	*why = take_form(object, into);
	json_decref(object);
	return *why == NULL ? BODY_GOOD : BODY_BAD;
}
