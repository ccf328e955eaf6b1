/*
 * ask.c - the checks on a buyer's words, in one place; see ask.h.
 */
#include "node/ask.h"

#include <string.h>
#include <strings.h>

#include "node/body.h"

static int ask_hex(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	digit |= 0x20;
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

int ask_decode(struct http_text text, char *into, size_t room)
{
	size_t used = 0;

	for (size_t i = 0; i < text.size; i++) {
		char byte = text.at[i];

		if (byte == '%') {
			int high = i + 2 < text.size ? ask_hex(text.at[i + 1]) : -1;
			int low = high >= 0 ? ask_hex(text.at[i + 2]) : -1;

			if (low < 0)
				return -1;
			byte = (char)(high * 16 + low);
			i += 2;
		}
		if (used + 1 >= room)
			return -1;
		into[used++] = byte;
	}
	into[used] = '\0';
	return (int)used;
}

bool ask_is_again(const struct http_request *request)
{
	struct http_text attempt = http_request_field(request, HTTP_IDEMPOTENCY_ATTEMPT);

	return attempt.size == 5 && memcmp(attempt.at, "again", 5) == 0;
}

static bool ask_read_key(const struct http_request *request, struct tokens *tokens, struct ask *ask)
{
	struct http_text key = http_request_field(request, HTTP_IDEMPOTENCY_KEY);
	struct http_text attempt = http_request_field(request, HTTP_IDEMPOTENCY_ATTEMPT);

	ask->is_again = ask_is_again(request);
	ask->may_repeat = ask->is_again || (key.at && !(attempt.size == 1 && attempt.at[0] == '1'));
	if (!key.at)
		key = http_request_field(request, HTTP_REQUEST_ID);
	if (!key.at) {
		tokens_write_id(tokens, ask->key);
		ask->key_size = TOKENS_ID_BYTES - 1;
		return true;
	}
	if (!keys_request_is_valid(key.at, key.size) || keys_request_is_reserved(key.at, key.size))
		return false;
	memcpy(ask->key, key.at, key.size);
	ask->key[key.size] = '\0';
	ask->key_size = (uint8_t)key.size;
	return true;
}

static bool ask_read_arguments(const struct http_request *request, struct body_purchase *wish,
			       const char **error)
{
	struct http_text user = http_request_field(request, HTTP_ARGUMENT_USER);
	struct http_text units = http_request_field(request, HTTP_ARGUMENT_UNITS);
	char text[KEYS_USER_BYTES + 2];

	if (units.at) {
		int size = ask_decode(units, text, sizeof(text));

		if (size < 0 || !keys_units_parse(text, (size_t)size, &wish->units)) {
			*error = "units must be digits, from 1 to 999999999";
			return false;
		}
	}
	if (user.at) {
		int size = ask_decode(user, text, sizeof(text));

		if (size < 0 || !keys_user_is_valid(text, (size_t)size)) {
			*error = "user must be at most 64 of A-Z a-z 0-9 . _ @ -";
			return false;
		}
		memcpy(wish->user, text, (size_t)size + 1);
	}
	return true;
}

bool ask_is_json(struct http_text type)
{
	static const char json[] = "application/json";
	size_t size = sizeof(json) - 1;

	return type.size >= size && strncasecmp(type.at, json, size) == 0 &&
	       (type.at[size] == '\0' || type.at[size] == ';' || type.at[size] == ' ');
}

static unsigned ask_read_body(const struct http_request *request, struct body_purchase *wish,
			      const char **error)
{
	struct http_text body = http_request_body(request);

	if (body.size == 0)
		return 200;
	if (http_request_method(request) == HTTP_GET) {
		*error = "a GET has no body";
		return 400;
	}
	if (!ask_is_json(http_request_field(request, HTTP_CONTENT_TYPE))) {
		*error = "the body must be application/json";
		return 415;
	}
	return body_read_purchase(body.at, body.size, wish, error) == BODY_GOOD ? 200 : 400;
}

/* The user that a token proves is the user; naming another one is refused. */
static unsigned ask_read_token(const struct http_request *request, const struct ask_tools *tools,
			       struct ask *ask, const char **error)
{
	struct user_token token;

	switch (passport_read(tools->passport, request, tools->now_ms, &token)) {
	case PASSPORT_NONE:
		return 200;
	case PASSPORT_BAD:
		ask->outcome = OUTCOME_BAD_TOKEN;
		*error = "the token is not valid here, or has expired";
		return 401;
	case PASSPORT_GOOD:
		break;
	}
	if (ask->user_size > 0 && strcmp(ask->user, token.user) != 0) {
		ask->outcome = OUTCOME_OTHER_USER;
		*error = "the token is another user's";
		return 403;
	}
	ask->is_proven = true;
	ask->score_tenths = token.score_tenths;
	ask->user_size = (uint8_t)strlen(token.user);
	memcpy(ask->user, token.user, sizeof(ask->user));
	return 200;
}

unsigned ask_read(const struct http_request *request, const struct ask_tools *tools,
		  struct ask *ask, const char **error)
{
	struct body_purchase wish = { .units = 1 };

	ask->language = answers_choose_language(http_request_field(request, HTTP_ACCEPT_LANGUAGE));
	strcpy(ask->key, "-");
	ask->units = 1;
	ask->is_proven = false;
	ask->outcome = OUTCOME_BAD_REQUEST;
	enum http_fault fault = http_request_fault(request);

	if (fault != HTTP_SOUND) {
		*error = http_fault_text(fault);
		return fault == HTTP_TOO_LARGE ? 413 : 400;
	}
	if (http_request_method(request) == HTTP_OTHER) {
		*error = "use GET or POST";
		return 405;
	}
	if (http_request_is_doubled(request)) {
		*error = "a header or an argument is given twice";
		return 400;
	}
	if (!ask_read_key(request, tools->tokens, ask)) {
		*error = "Idempotency-Key must be 1 to 64 of A-Z a-z 0-9 _ . : ~ - "
			 "and not begin with draw:";
		return 400;
	}
	if (!ask_read_arguments(request, &wish, error))
		return 400;
	unsigned status = ask_read_body(request, &wish, error);
	if (status != 200)
		return status;
	ask->units = wish.units;
	ask->user_size = (uint8_t)strlen(wish.user);
	memcpy(ask->user, wish.user, sizeof(ask->user));
	return ask_read_token(request, tools, ask, error);
}
